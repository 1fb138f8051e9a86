"""Read AWS::Serverless::WebSocketApi from a template.

Only settings that the local server follows are accepted. All others raise TemplateError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.cloudformation import Scope, TemplateError

API = "AWS::Serverless::WebSocketApi"
RESPONSE = "AWS::ApiGatewayV2::RouteResponse"
CONNECT, DISCONNECT, DEFAULT = "$connect", "$disconnect", "$default"
SELECTION = re.compile(r"\$request\.body\.([A-Za-z0-9_]+)|\$\{request\.body\.([A-Za-z0-9_]+)\}")
SOURCE = re.compile(r"route\.request\.(header|querystring)\.(\S+)")
AUTH = {"AuthType", "AuthArn", "IdentitySource", "InvokeRole", "Name"}
UNSUPPORTED = ("ApiKeyRequired", "ModelSelectionExpression", "RequestModels", "RequestParameters")


@dataclass(frozen=True)
class SocketRoute:
    """A route of a WebSocket API."""

    key: str
    function: str
    has_response: bool
    """Whether a RouteResponse sends the function's answer to the client."""


@dataclass(frozen=True)
class SocketAuthorizer:
    """The REQUEST authorizer of $connect."""

    function: str
    identity: tuple[tuple[str, str], ...]
    """Pairs of `header` or `querystring` and a name. API Gateway answers 401 if one is missing."""


@dataclass(frozen=True)
class SocketApi:
    """A WebSocket API."""

    name: str
    stage: str
    selection: str
    """The member of a frame that names its route."""
    routes: Mapping[str, SocketRoute]
    authorizer: SocketAuthorizer | None
    """None if anybody may connect."""

    def route_of(self, key: object) -> SocketRoute | None:
        """Return the route of a frame: the one that it names, or $default."""
        is_action = isinstance(key, str) and not key.startswith("$")
        return (self.routes.get(str(key)) if is_action else None) or self.routes.get(DEFAULT)


def read_socket_api(resources: Mapping[str, Mapping[str, Any]], scope: Scope) -> SocketApi | None:
    """Return the template's WebSocket API, or None. Raises TemplateError."""
    apis = [name for name, each in resources.items() if each.get("Type") == API]
    if len(apis) > 1:
        raise TemplateError(f"the local server supports one WebSocket API, not {', '.join(apis)}")
    return _api(apis[0], resources, scope) if apis else None


def _api(name: str, resources: Mapping[str, Mapping[str, Any]], scope: Scope) -> SocketApi:
    properties = resources[name]["Properties"]
    expression = str(properties["RouteSelectionExpression"])
    selection = SELECTION.fullmatch(expression)
    if selection is None:
        raise TemplateError(
            f"{name}: the local server supports $request.body.<member> as"
            f" RouteSelectionExpression, not {expression}"
        )
    with_response = set(_route_ids_with_response(resources))
    routes = {
        key: _route(name, key, each, with_response, scope)
        for key, each in properties["Routes"].items()
    }
    return SocketApi(
        name=name,
        stage=str(scope.resolve(properties["StageName"])),
        selection=selection[1] or selection[2],
        routes=routes,
        authorizer=_authorizer(name, properties.get("Auth") or {}, scope),
    )


def _route(
    api: str, key: str, properties: Mapping[str, Any], with_response: set[str], scope: Scope
) -> SocketRoute:
    for name in UNSUPPORTED:
        if name in properties:
            raise TemplateError(f"{api}, route {key}: the local server does not support {name}")
    function = _function(f"{api}, route {key}", properties["FunctionArn"], scope)
    return SocketRoute(key, function, _route_id(api, key) in with_response)


def _route_id(api: str, key: str) -> str:
    """Return the logical id that SAM gives to a route."""
    return f"{api}{key.removeprefix('$').capitalize()}Route"


def _route_ids_with_response(resources: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, resource in resources.items():
        if resource.get("Type") == RESPONSE:
            route = resource["Properties"]["RouteId"]
            if not isinstance(route, dict) or "Ref" not in route:
                raise TemplateError(f"{name}: the local server supports only !Ref as RouteId")
            yield route["Ref"]


def _authorizer(api: str, auth: Mapping[str, Any], scope: Scope) -> SocketAuthorizer | None:
    kind = auth.get("AuthType", "NONE")
    if kind == "NONE":
        return None
    if kind != "CUSTOM" or auth.keys() - AUTH:
        raise TemplateError(f"{api}: the local server supports only a CUSTOM authorizer as Auth")
    sources = [SOURCE.fullmatch(str(each)) for each in auth.get("IdentitySource") or []]
    if None in sources:
        raise TemplateError(
            f"{api}: the local server supports only route.request.header.<name> and"
            " route.request.querystring.<name> as IdentitySource"
        )
    identity = tuple((each[1], each[2]) for each in sources if each)
    return SocketAuthorizer(_function(f"{api}, Auth", auth["AuthArn"], scope), identity)


def _function(place: str, arn: Any, scope: Scope) -> str:
    # After the account: the function, and perhaps an alias. Here all aliases are the one version.
    parts = str(scope.resolve(arn)).split(":")
    function = parts[5] if len(parts) > 5 else parts[0]  # noqa: PLR2004
    if scope.resource_types.get(function) != "AWS::Serverless::Function":
        raise TemplateError(f"{place}: {function} is not a function of this template")
    return function
