"""The door: from an API Gateway event (payload 2.0) to a typed call, and back to an answer.

A route is a function whose parameters say what it needs, by name:

    caller   the agent that calls (auth.Caller)
    query    a model of the query parameters, without the identity parameter
    body     a model of the JSON body
    request  the request as one that has its effect once (idempotency.IdempotentRequest)
    others   parts of the path, checked by their annotated types

What it returns is a model, sent as JSON; None is sent as nothing at all. The order of checks is
fixed: identity, then the query, the path and the body; roles and existence are the route's own. API
Gateway has matched the route and taken its path apart before a function is called, so here a route
is found by its key.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic import BaseModel, TypeAdapter

from agent_messaging import auth, clock, deadline, idempotency
from agent_messaging.agents.penalty import Penalty
from agent_messaging.door import parsing, payload, problem
from agent_messaging.errors import (
    AgentMessagingError,
    AgentNotFoundError,
    InvalidError,
    NotFoundError,
)
from agent_messaging.idempotency import IdempotencyStore, IdempotentRequest, Replay
from agent_messaging.meter.limiter import Meter
from agent_messaging.observability import log
from agent_messaging.observability.log import logger
from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY

BASE = "/api/v1"

# Looks at the headers, their names in lower case, of a route that no key is asked for.
Guard = Callable[[Mapping[str, str]], None]

type_hints = functools.partial(get_type_hints, include_extras=True)


@dataclass(frozen=True)
class Route:
    """One route as declared: what the door needs to serve it, and what the documents say of it."""

    method: str
    path: str
    endpoint: Callable[..., Any]
    summary: str
    identity: str | None
    identity_required: bool
    has_caller: bool  # whether the endpoint asks who calls
    takes_key: bool  # whether an Idempotency-Key makes it have one effect
    guard: Guard | None
    max_bytes: int
    status: int
    raises: tuple[type[AgentMessagingError], ...]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    parts: Mapping[str, TypeAdapter[Any]]

    @property
    def key(self) -> str:
        """What API Gateway calls the route."""
        return f"{self.method} {self.path}"

    @property
    def again(self) -> str:
        """How a request is repeated after which nobody knows whether it was carried out."""
        if self.takes_key:
            return "Send it again with the same Idempotency-Key"
        if self.body is not None and "key_hash" in self.body.model_fields:
            return "Send it again with a key_hash, and use the same one each time"
        return "Send it again: repeating it is safe"


class Api:
    """The routes of one endpoint group; an instance is the group's Lambda handler.

    Args:
        is_registered: says of an agent id whether there is such an agent. It is asked in open mode
            alone, where nobody has checked a key; a misspelt id is then a 404, not an empty inbox.
        answers: what was answered to requests with a key; for a group with a route that takes one.
        meter: what each agent spends, and who is refused for that; none without an agent to charge.
    """

    def __init__(
        self,
        is_registered: Callable[[str], bool],
        idempotency_store: IdempotencyStore | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._routes: dict[str, Route] = {}
        self._is_registered = is_registered
        self._idempotency_store = idempotency_store
        self._meter = meter

    @property
    def routes(self) -> list[Route]:
        """The routes, in the order of their declaration."""
        return list(self._routes.values())

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer one event; whatever is raised becomes a problem document."""
        request_id: str = event["requestContext"]["requestId"]
        agent_id = auth.agent_of(event)
        with log.request_context(request_id), deadline.within(context):
            penalty = self._penalty_of(agent_id)
            if penalty is not None:
                return _refused(penalty.error(clock.now()), request_id)
            answer = self._answer(event, request_id)
            self._charge(agent_id, answer)
            return answer

    def _penalty_of(self, agent_id: str | None) -> Penalty | None:
        """The penalty that lasts, if this instance knows of one."""
        if self._meter is None or agent_id is None:
            return None
        TALLY.begin()
        return self._meter.penalty_of(agent_id, clock.now())

    def _charge(self, agent_id: str | None, answer: Mapping[str, Any]) -> None:
        """Charge the agent whose key the request came with; nobody in open mode."""
        if self._meter is None or agent_id is None:
            return
        tenths = TALLY.tenths + units.of_request(len(answer["body"].encode()))
        self._meter.spend(agent_id, tenths, clock.now())

    def _answer(self, event: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        try:
            return self._served(event, request_id)
        except AgentMessagingError as error:
            return _refused(error, request_id)
        except Exception:
            logger.exception("failed", route=event["routeKey"])
            return problem.failed(request_id, self._routes[event["routeKey"]].again)

    def _served(self, event: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        route = self._routes.get(event["routeKey"])
        if route is None:
            raise NotFoundError("No route has this path.")
        arguments = self._arguments(route, event)
        call = functools.partial(route.endpoint, **arguments)
        request: IdempotentRequest | None = arguments.get("request")
        answer = call() if request is None else request.run(call)
        return _answered(route.status, answer, request_id)

    def route(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        identity: str | None = "agent_id",
        identity_required: bool = True,
        guard: Guard | None = None,
        max_bytes: int = payload.MAX_BYTES,
        status: int = 200,
        raises: tuple[type[AgentMessagingError], ...] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare the decorated function as the route `method` `path` (below /api/v1).

        `identity` names the query parameter that says who calls, None on a route that is open to
        everybody but for its `guard`; `raises` lists, for the documents, what the route refuses
        beyond its input.
        """

        def declare(endpoint: Callable[..., Any]) -> Callable[..., Any]:
            hints = type_hints(endpoint)
            parts = {
                name: TypeAdapter(hint) for name, hint in hints.items() if f"{{{name}}}" in path
            }
            declared = Route(
                method=method,
                path=BASE + path,
                endpoint=endpoint,
                summary=summary,
                identity=identity,
                identity_required=identity_required,
                has_caller="caller" in hints,
                takes_key="request" in hints,
                guard=guard,
                max_bytes=max_bytes,
                status=status,
                raises=raises,
                query=hints.get("query"),
                body=hints.get("body"),
                parts=parts,
            )
            self._routes[declared.key] = declared
            return endpoint

        return declare

    def _arguments(self, route: Route, event: Mapping[str, Any]) -> dict[str, Any]:
        parameters, repeated = parsing.query_parameters(event)
        arguments: dict[str, Any] = {}
        if route.guard is not None:
            route.guard(_headers(event))
        if route.identity is not None:
            caller = self._caller(route, route.identity, event, parameters, repeated)
            if route.has_caller:
                arguments["caller"] = caller
        parsing.refuse_repeated(repeated)
        arguments |= parsing.path_parts(route.parts, event.get("pathParameters") or {})
        arguments |= parsing.query_model(route.query, parameters)
        if route.body is not None:
            arguments["body"] = parsing.body_model(
                route.body, payload.json_object(event, route.max_bytes)
            )
        if route.takes_key:
            arguments["request"] = self._request(route, event, arguments)
        return arguments

    def _request(
        self, route: Route, event: Mapping[str, Any], arguments: Mapping[str, Any]
    ) -> IdempotentRequest:
        if self._idempotency_store is None:
            raise TypeError(f"{route.key} takes a key, and its group has no table for answers")
        parts = {name: arguments[name] for name in route.parts}
        return idempotency.begin(
            self._idempotency_store,
            _headers(event),
            arguments["caller"].agent_id,
            route.key,
            asked=lambda: idempotency.fingerprint(parts, arguments.get("body")),
            now=clock.now(),
        )

    def _caller(
        self,
        route: Route,
        identity: str,
        event: Mapping[str, Any],
        parameters: dict[str, str],
        repeated: list[str],
    ) -> auth.Caller | None:
        claimed = parameters.pop(identity, None)
        if identity in repeated:
            parsing.refuse_repeated([identity])
        caller = auth.identify(event, identity, claimed)
        if caller is None and route.identity_required:
            raise InvalidError.at(
                f"?{identity}",
                "is missing",
                fix=_missing_identity(identity, parameters),
            )
        if caller is not None and caller.is_open and not self._is_registered(caller.agent_id):
            raise AgentNotFoundError(f"No agent `{caller.agent_id}` is registered.")
        return caller


def _missing_identity(identity: str, parameters: Mapping[str, str]) -> str:
    other = next((name for name in ("agent_id", "from_agent_id") if name in parameters), None)
    if other is not None:
        return f"On this route the caller is named by `{identity}`: rename `{other}`."
    return f"Say who you are: add `{identity}=<your agent id>` to the query."


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """The headers. The gateway writes their names in lower case, `sam local` as they were sent."""
    return {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}


def _refused(error: AgentMessagingError, request_id: str) -> dict[str, Any]:
    logger.info("refused", code=error.code, status=error.status)
    return problem.refused(error, request_id)


def _answered(status: int, answer: BaseModel | Replay | None, request_id: str) -> dict[str, Any]:
    headers = {"X-Request-Id": request_id}
    body = ""
    if answer is not None:
        headers["Content-Type"] = "application/json"
        body = answer.text if isinstance(answer, Replay) else answer.model_dump_json()
    if isinstance(answer, Replay):
        headers[idempotency.REPLAYED] = "true"
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
