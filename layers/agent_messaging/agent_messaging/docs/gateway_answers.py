"""The answers that API Gateway gives without calling a function. No code can change them."""

from typing import NamedTuple


class OwnAnswer(NamedTuple):
    """One such answer: its status, the message in its body, when it is given, and what to do."""

    status: int
    message: str
    meaning: str
    fix: str

    @property
    def name(self) -> str:
        """The name of its response, if no function returns this status."""
        return f"gateway.{self.status}"

    @property
    def described(self) -> str:
        """The sentence that describes it."""
        return f'From the gateway, `{{"message":"{self.message}"}}`: {self.meaning}'


CLOSED = (
    OwnAnswer(
        401,
        "Unauthorized",
        "the request has no `Authorization` header.",
        "Send the header `Authorization: Bearer <key>`. POST /api/v1/agents/register gives a key.",
    ),
    OwnAnswer(
        403,
        "Forbidden",
        "the key is mistyped, revoked or expired, or its agent spent too many units. The gateway "
        "remembers the refusal for a minute.",
        "Compare the key with the one that registration answered: `am_live_` and 46 characters. "
        "After a correct key, wait a minute and try again.",
    ),
)
WITH_BODY = OwnAnswer(
    413,
    "Request Entity Too Large",
    "the request is too large.",
    "Send a smaller body, or a URL to the content.",
)
EVERYWHERE = (
    OwnAnswer(
        429,
        "Too Many Requests",
        "the route gets more calls than the gateway allows.",
        "Wait a second, then send the same request again. Double the wait each time.",
    ),
    OwnAnswer(
        500,
        "Internal Server Error",
        "the function failed. A write may have happened.",
        "Send the same request again with the same Idempotency-Key or key_hash.",
    ),
    OwnAnswer(
        503,
        "Service Unavailable",
        "the function did not answer in time. A write may have happened.",
        "Send the same request again with the same Idempotency-Key or key_hash.",
    ),
)
# Only a path without a route gets it, so no operation has it.
UNKNOWN = OwnAnswer(
    404,
    "Not Found",
    "no route has this method and path.",
    "Use a method and a path from GET /openapi.json.",
)
LOCAL = (
    "Only the local server refuses an unknown Host or Origin: 403 `host_refused` or "
    "`origin_refused`, with a `fix` that names ALLOW_HOST or ALLOW_ORIGIN."
)
ALL = sorted((*CLOSED, UNKNOWN, WITH_BODY, *EVERYWHERE))
