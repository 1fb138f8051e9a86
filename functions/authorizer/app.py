"""The authorizer: find the calling agent by the key in `Authorization`.

It takes a request event of payload 2.0, and returns a simple response. API Gateway caches the
response for a minute and for every route. So the response says who calls, and nothing that depends
on the request.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.storage import connection

client = connection.connect(connection.HURRIED_CONFIG)
keys = AgentKeysTable(
    client,
    os.environ["AGENT_KEYS_TABLE"],
    # Only `make run` sets it, for its two keys that everybody knows.
    accepts_local_keys=bool(os.environ.get("LOCAL_ONLY")),
)


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Return the agent of the key, or refuse the request. A failure of DynamoDB becomes a 500."""
    grant = keys.authorize(_authorization(event), clock.now())
    if grant is None:
        return {"isAuthorized": False}
    vouched = {"agent_id": grant.agent_id, "key_id": grant.key_id, "epoch": grant.epoch}
    return {"isAuthorized": True, "context": vouched}


def _authorization(event: Mapping[str, Any]) -> str:
    # The gateway sends names in lower case. `sam local` keeps their case.
    headers = event.get("headers") or {}
    sent = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    return sent if isinstance(sent, str) else ""
