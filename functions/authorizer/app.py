"""The authorizer: from the key in `Authorization` to the agent that calls.

A request event of payload 2.0 in, a simple response out. API Gateway remembers the answer for a
minute and for every route, so it says who calls and nothing that depends on the request.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.storage import connection

client = connection.connect(connection.HURRIED_CONFIG)
keys = AgentKeysTable(client, os.environ["AGENT_KEYS_TABLE"])


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Whose key it is; refused when it is nobody's. What DynamoDB cannot tell is raised: a 500."""
    grant = keys.authorize(_authorization(event), clock.now())
    if grant is None:
        return {"isAuthorized": False}
    vouched = {"agent_id": grant.agent_id, "key_id": grant.key_id, "epoch": grant.epoch}
    return {"isAuthorized": True, "context": vouched}


def _authorization(event: Mapping[str, Any]) -> str:
    # The gateway writes names in lower case, `sam local` as they were sent.
    headers = event.get("headers") or {}
    sent = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    return sent if isinstance(sent, str) else ""
