"""Who is calling: what the authorizer vouches for, held against the identity parameter.

The functions believe nothing but `requestContext.authorizer.lambda`, which a caller cannot send.
The authorizer puts the key's agent there, and the identity parameter (`from_agent_id` or
`agent_id`, from the user's document) may repeat it. The local runner has an open mode: it vouches
for whoever the parameter names. Without either, every closed route answers 401.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from agent_messaging.errors import IdentityMismatchError, InvalidError, UnauthorizedError
from agent_messaging.fields import AgentId

_AGENT_ID: TypeAdapter[str] = TypeAdapter(AgentId)

# How every API key begins.
KEY_PREFIX = "am_live_"


@dataclass(frozen=True)
class Caller:
    """The agent behind a request.

    `key_id` and `epoch` are those of the key that was checked; both are None in open mode, where
    the id is only what the caller said.
    """

    agent_id: str
    key_id: str | None = None
    epoch: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing but the identity parameter names the caller."""
        return self.key_id is None


def is_open(event: Mapping[str, Any]) -> bool:
    """Whether the local runner vouches for whoever the identity parameter names."""
    return _is_open(_vouched(event))


def agent_of(event: Mapping[str, Any]) -> str | None:
    """The agent whose key the authorizer checked; None on open routes and in open mode."""
    vouched = _vouched(event)
    return None if _is_open(vouched) else vouched.get("agent_id")


def identify(event: Mapping[str, Any], parameter: str, claimed: str | None) -> Caller | None:
    """The caller of a payload-2.0 event; None in open mode when the parameter was left out.

    `claimed` is the value of the identity `parameter` in the query.

    Raises:
        UnauthorizedError: nobody vouches for the caller.
        IdentityMismatchError: the parameter names somebody else.
        InvalidError: in open mode, the parameter is no agent id.
    """
    vouched = _vouched(event)
    if _is_open(vouched):
        if claimed is None:
            return None
        _check_agent_id(parameter, claimed)
        return Caller(claimed)
    if not vouched.get("agent_id"):
        raise UnauthorizedError("The request has no key.")
    if claimed not in (None, vouched["agent_id"]):
        raise IdentityMismatchError(
            f"The key belongs to `{vouched['agent_id']}`, but `{parameter}` is another agent.",
            fix=f"Leave out `{parameter}`, or set it to `{vouched['agent_id']}`.",
        )
    return Caller(vouched["agent_id"], vouched["key_id"], int(vouched["epoch"]))


def _vouched(event: Mapping[str, Any]) -> Mapping[str, Any]:
    return (event["requestContext"].get("authorizer") or {}).get("lambda") or {}


def _is_open(vouched: Mapping[str, Any]) -> bool:
    return vouched.get("mode") == "open"


def _check_agent_id(parameter: str, claimed: str) -> None:
    try:
        _AGENT_ID.validate_python(claimed)
    except ValidationError:
        raise InvalidError.at(
            f"?{parameter}",
            "is not an agent id",
            fix="Use 1 to 64 lower-case letters, digits, `.`, `_` and `-`. Begin and end with a "
            "letter or digit.",
        ) from None
