"""Identify the caller, and check the identity parameter against the key.

The functions trust only `requestContext.authorizer.lambda`, which a caller cannot send. The
authorizer writes the key's agent into it. The identity parameter (`from_agent_id` or `agent_id`,
from the user's document) may repeat that agent. In the open mode of the local runner, the functions
trust the identity parameter. Without a key or open mode, every closed route answers 401.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from agent_messaging import ids, variants
from agent_messaging.errors import IdentityMismatchError, InvalidError, UnauthorizedError
from agent_messaging.fields import AgentId

_AGENT_ID: TypeAdapter[str] = TypeAdapter(AgentId)


class Caller(NamedTuple):
    """The agent behind a request.

    `key_id` and `epoch` belong to the key that was checked. Both are None in open mode, where
    `agent_id` is only what the caller claims.
    """

    agent_id: str
    key_id: str | None = None
    epoch: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the caller is known only from the identity parameter."""
        return self.key_id is None


def is_open(event: Mapping[str, Any]) -> bool:
    """Return whether the event comes from the local runner in open mode."""
    return _is_open(_vouched(event))


def agent_of(event: Mapping[str, Any]) -> str | None:
    """Return the agent whose key was checked. None on open routes and in open mode."""
    vouched = _vouched(event)
    return None if _is_open(vouched) else vouched.get("agent_id")


def identify(event: Mapping[str, Any], parameter: str, claimed: str | None) -> Caller | None:
    """Return the caller of a payload-2.0 event. None in open mode without the parameter.

    `claimed` is the value of the identity `parameter` in the query. It may have upper-case letters
    and spaces around it. With a key, an empty parameter counts as left out.

    Raises:
        UnauthorizedError: the request has no key.
        IdentityMismatchError: the parameter is not the agent of the key.
        InvalidError: in open mode, the parameter is empty or not an agent id.
    """
    vouched = _vouched(event)
    if _is_open(vouched):
        return None if claimed is None else Caller(_agent_id(parameter, claimed))
    if not vouched.get("agent_id"):
        raise UnauthorizedError("The request has no key.")
    if variants.lower(claimed or "") not in ("", vouched["agent_id"]):
        raise IdentityMismatchError(
            f"The key belongs to `{vouched['agent_id']}`, but `{parameter}` is another agent.",
            fix=f"Remove `?{parameter}`, or set it to `{vouched['agent_id']}`.",
        )
    return Caller(vouched["agent_id"], vouched["key_id"], int(vouched["epoch"]))


def connected(event: Mapping[str, Any]) -> Caller:
    """Return the caller of an event of the WebSocket API: whose key or ticket opened it.

    What the authorizer returned when the connection began comes with each of its events, as text.

    Raises:
        UnauthorizedError: the event has no caller.
    """
    vouched = _authorizer(event)
    if not vouched.get("agent_id"):
        raise UnauthorizedError("The connection has no key.")
    if _is_open(vouched) or not vouched.get("key_id"):
        return Caller(vouched["agent_id"])
    return Caller(vouched["agent_id"], vouched["key_id"], int(vouched["epoch"]))


def _vouched(event: Mapping[str, Any]) -> Mapping[str, Any]:
    return _authorizer(event).get("lambda") or {}


def _authorizer(event: Mapping[str, Any]) -> Mapping[str, Any]:
    return event["requestContext"].get("authorizer") or {}


def _is_open(vouched: Mapping[str, Any]) -> bool:
    return vouched.get("mode") == "open"


def _agent_id(parameter: str, claimed: str) -> str:
    if not variants.stripped(claimed):
        raise InvalidError.at(
            f"?{parameter}",
            "is empty",
            fix=f"Set `{parameter}` to your own agent id, such as `{parameter}=nova-agent-id`.",
        )
    try:
        return _AGENT_ID.validate_python(claimed)
    except ValidationError:
        raise InvalidError.at(
            f"?{parameter}",
            "is not an agent id",
            fix=f"{ids.told_kind(claimed)}Set `?{parameter}` to the `agent_id` "
            "from the answer of your registration.",
        ) from None
