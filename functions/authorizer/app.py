"""The authorizer: from the key in `Authorization` to the agent that calls.

A request event of payload 2.0 in, a simple response out. API Gateway remembers the answer for a
minute and for every route, so it says who calls and nothing that depends on the request.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents.key_table import AgentKeysTable, Grant
from agent_messaging.storage import connection

REFUSED: dict[str, Any] = {"isAuthorized": False}

client = connection.connect(connection.HURRIED_CONFIG)
keys = AgentKeysTable(client, os.environ["AGENT_KEYS_TABLE"])


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Whose key it is; refused when it is nobody's. What DynamoDB cannot tell is raised: a 500."""
    api_key = api_keys.from_header(_authorization(event))
    if api_key is None:
        return REFUSED
    now = clock.now()
    grant = keys.find(api_key)
    if grant is None or not grant.is_live(now) or grant.is_refused(now):
        return REFUSED
    keys.note_used(grant, now.date())
    return _granted(grant)


def _authorization(event: Mapping[str, Any]) -> str:
    # The gateway writes names in lower case, `sam local` as they were sent.
    headers = event.get("headers") or {}
    sent = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    return sent if isinstance(sent, str) else ""


def _granted(grant: Grant) -> dict[str, Any]:
    vouched = {"agent_id": grant.agent_id, "key_id": grant.key_id, "epoch": grant.epoch}
    return {"isAuthorized": True, "context": vouched}
