"""What API Gateway answers of itself: no function is asked, and none can shape it."""

from dataclasses import dataclass

from agent_messaging.door.route import Route
from tools.openapi.schemas import Schema

MEDIA_TYPE = "application/json"

SCHEMA: Schema = {
    "type": "object",
    "description": "An answer of the gateway itself, without `code`, `fix` and `request_id`.",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}


@dataclass(frozen=True)
class OwnAnswer:
    """One of them: its status, the message of its body, and when it comes."""

    status: int
    message: str
    meaning: str

    @property
    def name(self) -> str:
        """What its response is called where no function answers this status."""
        return f"gateway.{self.status}"

    @property
    def described(self) -> str:
        """The sentence about it."""
        return f'The gateway itself, `{{"message":"{self.message}"}}`: {self.meaning}'


CLOSED = (
    OwnAnswer(401, "Unauthorized", "no `Authorization` header came."),
    OwnAnswer(
        403,
        "Forbidden",
        "the key was refused: mistyped, revoked or expired, or its agent spent too many units. The "
        "gateway remembers that for a minute.",
    ),
)
WITH_BODY = OwnAnswer(413, "Request Entity Too Large", "the request is larger than it lets in.")
EVERYWHERE = (
    OwnAnswer(429, "Too Many Requests", "the route gets more calls than it lets through."),
    OwnAnswer(500, "Internal Server Error", "something broke off; a write may have happened."),
    OwnAnswer(503, "Service Unavailable", "nobody answered in time; a write may have happened."),
)


def of_route(route: Route) -> dict[int, OwnAnswer]:
    """What it may answer on a route, by status."""
    found = [*EVERYWHERE]
    if route.identity is not None:
        found += CLOSED
    if route.body is not None:
        found.append(WITH_BODY)
    return {answer.status: answer for answer in found}
