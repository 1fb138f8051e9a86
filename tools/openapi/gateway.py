"""The answers that API Gateway gives without calling a function, and the routes that have them."""

from agent_messaging.docs.gateway_answers import CLOSED, EVERYWHERE, WITH_BODY, OwnAnswer
from agent_messaging.door.route import Route
from tools.openapi.schemas import Schema

MEDIA_TYPE = "application/json"

SCHEMA: Schema = {
    "type": "object",
    "description": "An answer of the gateway. It has no `code`, `fix` or `request_id`.",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}


def of_route(route: Route) -> dict[int, OwnAnswer]:
    """Return the gateway's possible answers on a route, by status."""
    found = [*EVERYWHERE]
    if route.identity is not None:
        found += CLOSED
    if route.body is not None:
        found.append(WITH_BODY)
    return {answer.status: answer for answer in found}
