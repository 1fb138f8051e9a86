"""One route: what the door needs to serve it, and what the OpenAPI document says about it.

A route is a function. The names of its parameters say what it needs:

    caller   the agent that calls (auth.Caller)
    query    a model of the query parameters, without the identity parameter
    body     a model of the JSON body
    request  the request, which has its effect only once (idempotency.IdempotentRequest)
    others   parts of the path, checked by their annotated types
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_type_hints

from pydantic import BaseModel, TypeAdapter

from agent_messaging.door.deprecation import Deprecation
from agent_messaging.errors import AgentMessagingError

BASE = "/api/v1"
WELL_KNOWN = "/.well-known/"  # RFC 8615: such a path has no base

# Checks the headers of a route that needs no key. Header names are in lower case.
Guard = Callable[[Mapping[str, str]], None]

type_hints = functools.partial(get_type_hints, include_extras=True)

# A part of a path that differs from call to call, such as `{message_id}`.
_PART = re.compile(r"\{(\w+)\}")


@functools.cache
def shape(key: str) -> str:
    """Return API Gateway's key of a route without the names of its parts: `GET /agents/{}`.

    An update changes the functions before the routes, so for a moment a new function gets the old
    names. It finds its route by the shape, and the parts by their order.
    """
    return _PART.sub("{}", key)


class Route(NamedTuple):
    """One declared route."""

    method: str
    path: str
    endpoint: Callable[..., Any]
    summary: str
    identity: str | None
    identity_required: bool
    has_caller: bool  # whether the endpoint needs the caller
    takes_key: bool  # whether it accepts an Idempotency-Key
    guard: Guard | None
    max_bytes: int
    status: int
    raises: tuple[type[AgentMessagingError], ...]
    deprecated: Deprecation | None
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    parts: Mapping[str, TypeAdapter[Any]]

    @property
    def key(self) -> str:
        """API Gateway's name of the route."""
        return f"{self.method} {self.path}"

    def given_parts(self, key: str, given: Mapping[str, str]) -> dict[str, str]:
        """Return the parts of the path by their declared names. `key` names them as in `given`."""
        names = zip(_PART.findall(self.key), _PART.findall(key), strict=True)
        return {name: given[other] for name, other in names}

    @property
    def parameters(self) -> set[str]:
        """The names of its query parameters."""
        declared = self.query.model_fields if self.query else ()
        return {*declared, self.identity or ""}

    @property
    def again(self) -> str:
        """How to retry a request whose outcome is unknown."""
        if self.takes_key:
            return "Send the request again with the same Idempotency-Key"
        if self.body is not None and "key_hash" in self.body.model_fields:
            return "Send the request again with a key_hash, and the same one in each retry"
        return "Send the request again: a retry is safe"


def declared_route(endpoint: Callable[..., Any], path: str, **given: Any) -> Route:
    """Return the route of an endpoint at `path` below BASE. Its parameters say what it needs."""
    hints = type_hints(endpoint)
    parts = {name: TypeAdapter(hint) for name, hint in hints.items() if f"{{{name}}}" in path}
    return Route(
        path=path if path.startswith(WELL_KNOWN) else BASE + path,
        endpoint=endpoint,
        has_caller="caller" in hints,
        takes_key="request" in hints,
        query=hints.get("query"),
        body=hints.get("body"),
        parts=parts,
        **given,
    )
