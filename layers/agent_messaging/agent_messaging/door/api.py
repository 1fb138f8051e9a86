"""Turn an API Gateway event (payload 2.0) into a typed call, and its result into an answer.

A route returns a model, which is sent as JSON, or None, which is sent as an empty body. The order
of checks is fixed: identity, path, query, body. A route checks roles and existence itself. API
Gateway matches the route and splits its path before it calls a function, so a route is found by its
key.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from agent_messaging import auth, clock, deadline, idempotency
from agent_messaging.agents.access import unknown_caller
from agent_messaging.agents.penalty import Penalty
from agent_messaging.door import parsing, payload, problem
from agent_messaging.door.deprecation import Deprecation
from agent_messaging.door.route import Guard, Route, declared_route, shape
from agent_messaging.errors import AgentMessagingError, NotFoundError
from agent_messaging.idempotency import IdempotencyStore, IdempotentRequest, Replay
from agent_messaging.meter.limiter import Meter
from agent_messaging.observability import log
from agent_messaging.observability.log import logger
from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY


class Api:
    """The routes of one endpoint group. An instance is the group's Lambda handler.

    Args:
        is_registered: returns whether an agent id is registered. It is called only in open mode,
            where no key is checked. So a misspelt id is a 404, not an empty inbox.
        idempotency_store: the answers to requests with an `Idempotency-Key`. Needed by a group with
            a route that takes one.
        meter: charges agents and refuses those that spent too much. None charges nobody.
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
        """Answer one event. Any exception becomes a problem document."""
        request_id: str = event["requestContext"]["requestId"]
        agent_id = auth.agent_of(event)
        with log.request_context(request_id), deadline.within(context):
            penalty = self._penalty_of(agent_id)
            if penalty is not None:
                return _refused(penalty.error(clock.now()), request_id)
            answer = self._answer(event, request_id)
            answer["headers"] |= self._notice(event)
            self._charge(agent_id, answer)
            return answer

    def _notice(self, event: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the headers that announce the end of a deprecated route."""
        route = self._routes.get(shape(event["routeKey"]))
        return route.deprecated.headers if route and route.deprecated else {}

    def _penalty_of(self, agent_id: str | None) -> Penalty | None:
        """Return the agent's current penalty, if this instance knows one."""
        if self._meter is None or agent_id is None:
            return None
        TALLY.begin()
        return self._meter.penalty_of(agent_id, clock.now())

    def _charge(self, agent_id: str | None, answer: Mapping[str, Any]) -> None:
        """Charge the agent of the request's key. Nobody is charged in open mode."""
        if self._meter is None or agent_id is None:
            return
        tenths = TALLY.tenths + units.of_request(len(answer["body"].encode()))
        self._meter.spend(agent_id, tenths, clock.now())

    def _answer(self, event: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        try:
            return self._served(event, request_id)
        except AgentMessagingError as error:
            return _refused(error, request_id, self._open_caller(event))
        except Exception:
            logger.exception("failed", route=event["routeKey"])
            return problem.failed(request_id, self._routes[shape(event["routeKey"])].again)

    def _served(self, event: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        route = self._routes.get(shape(event["routeKey"]))
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
        deprecated: Deprecation | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare the decorated function as the route `method` `path` (below /api/v1).

        `identity` is the name of the query parameter for the caller. It is None on a route that is
        open to everybody whom its `guard` accepts. `raises` lists the route's own errors for the
        OpenAPI document, in addition to those about its input. `deprecated` says when it ends.
        """

        def declare(endpoint: Callable[..., Any]) -> Callable[..., Any]:
            declared = declared_route(
                endpoint,
                path,
                method=method,
                summary=summary,
                identity=identity,
                identity_required=identity_required,
                guard=guard,
                max_bytes=max_bytes,
                status=status,
                raises=raises,
                deprecated=deprecated,
            )
            self._routes[shape(declared.key)] = declared
            return endpoint

        return declare

    def _arguments(self, route: Route, event: Mapping[str, Any]) -> dict[str, Any]:
        parameters, repeated = parsing.query_parameters(event)
        arguments: dict[str, Any] = {}
        if route.guard is not None:
            route.guard(parsing.headers(event))
        if route.identity is not None:
            caller = self._caller(route, route.identity, event, parameters, repeated)
            if route.has_caller:
                arguments["caller"] = caller
        parsing.refuse_repeated(repeated)
        parts = route.given_parts(event["routeKey"], event.get("pathParameters") or {})
        arguments |= parsing.path_parts(route.parts, parts, route.path)
        arguments |= parsing.query_model(route.query, parameters, route.identity, route.body)
        if route.body is None:
            payload.refuse_fields(event, route.parameters)
        else:
            value = payload.json_object(event, route.max_bytes)
            path = parsing.filled(route.path, parts)
            arguments["body"] = parsing.body_model(route.body, value, route.identity, path)
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
            parsing.headers(event),
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
            raise parsing.missing_identity(identity, parameters)
        if caller is not None and caller.is_open and not self._is_registered(caller.agent_id):
            raise unknown_caller(caller.agent_id, identity)
        return caller

    def _open_caller(self, event: Mapping[str, Any]) -> str | None:
        """Return the caller that a request in open mode names, if that is an agent id."""
        route = self._routes.get(shape(event["routeKey"]))
        if route is None or route.identity is None or not auth.is_open(event):
            return None
        claimed = parsing.query_parameters(event)[0].get(route.identity)
        try:
            caller = auth.identify(event, route.identity, claimed)
        except AgentMessagingError:
            return None
        return caller.agent_id if caller else None


def _refused(
    error: AgentMessagingError, request_id: str, open_caller: str | None = None
) -> dict[str, Any]:
    logger.info("refused", code=error.code, status=error.status)
    return problem.refused(error, request_id, open_caller)


def _answered(status: int, answer: BaseModel | Replay | None, request_id: str) -> dict[str, Any]:
    headers = {"X-Request-Id": request_id}
    body = ""
    if answer is not None:
        headers["Content-Type"] = "application/json"
        body = answer.text if isinstance(answer, Replay) else answer.model_dump_json()
    if isinstance(answer, Replay):
        headers[idempotency.REPLAYED] = "true"
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
