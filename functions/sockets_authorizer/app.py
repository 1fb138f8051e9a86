"""The WebSocket's authorizer: find the agent of a key or a ticket when a client connects.

A key comes in `Authorization`, a ticket in the query, because browsers cannot send headers. A
ticket works once. The answer says who connects, and API Gateway adds it to each event of the
connection. It is not cached, because the authorizer has no identity source.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
"""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.auth import Caller
from agent_messaging.feed.table import FeedTable
from agent_messaging.feed.tickets import Tickets
from agent_messaging.storage import connection

client = connection.connect(connection.HURRIED_CONFIG)
keys = AgentKeysTable(
    client,
    os.environ["AGENT_KEYS_TABLE"],
    # Only `make run` sets it, for its two keys that everybody knows.
    accepts_local_keys=bool(os.environ.get("LOCAL_ONLY")),
)
tickets = Tickets(FeedTable(client, os.environ["AGENT_FEED_TABLE"]))


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Allow the connection for the agent of its key or ticket, or refuse it with 403."""
    caller = _caller(event)
    answer: dict[str, Any] = {
        "principalId": caller.agent_id if caller else "nobody",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow" if caller else "Deny",
                    "Resource": event["methodArn"],
                }
            ],
        },
    }
    if caller:
        given = {"agent_id": caller.agent_id, "key_id": caller.key_id, "epoch": caller.epoch}
        answer["context"] = {name: value for name, value in given.items() if value is not None}
    return answer


def _caller(event: Mapping[str, Any]) -> Caller | None:
    """Return the agent of the key, else of the ticket. A wrong key is refused with any ticket."""
    now, authorization = clock.now(), _authorization(event)
    if authorization:
        grant = keys.authorize(authorization, now)
        return None if grant is None else Caller(grant.agent_id, grant.key_id, grant.epoch)
    ticket = (event.get("queryStringParameters") or {}).get("ticket")
    return tickets.consume(ticket, now) if isinstance(ticket, str) else None


def _authorization(event: Mapping[str, Any]) -> str:
    # A WebSocket API keeps the case of names.
    headers = event.get("headers") or {}
    sent = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    return sent if isinstance(sent, str) else ""
