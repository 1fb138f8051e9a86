"""The answers that API Gateway gives without calling a function. No code can change them."""

from dataclasses import dataclass

from agent_messaging.door.route import Route
from tools.openapi.schemas import Schema

MEDIA_TYPE = "application/json"

SCHEMA: Schema = {
    "type": "object",
    "description": "An answer of the gateway. It has no `code`, `fix` or `request_id`.",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}


@dataclass(frozen=True)
class OwnAnswer:
    """One such answer: its status, the message in its body, and when the gateway gives it."""

    status: int
    message: str
    meaning: str

    @property
    def name(self) -> str:
        """The name of its response, if no function returns this status."""
        return f"gateway.{self.status}"

    @property
    def described(self) -> str:
        """The sentence that describes it."""
        return f'From the gateway, `{{"message":"{self.message}"}}`: {self.meaning}'


CLOSED = (
    OwnAnswer(401, "Unauthorized", "the request has no `Authorization` header."),
    OwnAnswer(
        403,
        "Forbidden",
        "the key is mistyped, revoked or expired, or its agent spent too many units. The gateway "
        "remembers the refusal for a minute.",
    ),
)
WITH_BODY = OwnAnswer(413, "Request Entity Too Large", "the request is too large.")
EVERYWHERE = (
    OwnAnswer(429, "Too Many Requests", "the route gets more calls than the gateway allows."),
    OwnAnswer(500, "Internal Server Error", "the function failed. A write may have happened."),
    OwnAnswer(
        503,
        "Service Unavailable",
        "the function did not answer in time. A write may have happened.",
    ),
)


def of_route(route: Route) -> dict[int, OwnAnswer]:
    """Return the gateway's possible answers on a route, by status."""
    found = [*EVERYWHERE]
    if route.identity is not None:
        found += CLOSED
    if route.body is not None:
        found.append(WITH_BODY)
    return {answer.status: answer for answer in found}
