"""Read the Auth of a template's HTTP APIs: which authorizer each route has. And read their CORS.

A route has the authorizer that its event names, or its API's default. `NONE` opens it. Settings
that the local server cannot follow are refused, so no route is more open here than on AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.cloudformation import Scope, TemplateError
from local.cors import read_cors
from local.model import Authorizer, Cors

OPEN = "NONE"
IDENTITY = {"Headers", "ReauthorizeEvery"}
MAX_SECONDS = 3600


@dataclass(frozen=True)
class Api:
    """The Auth and the CorsConfiguration of one HTTP API."""

    authorizers: Mapping[str, Authorizer]
    default: str | None
    cors: Cors | None = None

    def authorizer(self, named: str | None) -> Authorizer | None:
        """Return the authorizer of a route, from the name in its event if any. None means open."""
        name = named or self.default
        if name in (None, OPEN):
            return None
        if name not in self.authorizers:
            raise TemplateError(f"the authorizer {name} is not one of the API's Authorizers")
        return self.authorizers[name]


NO_AUTH = Api({}, None)


def read_apis(
    resources: Mapping[str, Mapping[str, Any]], scope: Scope, shared: Mapping[str, Any]
) -> dict[str, Api]:
    """Return each AWS::Serverless::HttpApi by its logical id. `shared` is `Globals.HttpApi`."""
    if "Auth" in shared:
        raise TemplateError("the local server does not support Auth in Globals. Move it to the API")
    return {
        name: _api(resource.get("Properties") or {}, scope)
        for name, resource in resources.items()
        if resource.get("Type") == "AWS::Serverless::HttpApi"
    }


def _api(properties: Mapping[str, Any], scope: Scope) -> Api:
    auth = scope.resolve(properties.get("Auth") or {})
    declared = auth.get("Authorizers") or {}
    authorizers = {name: _authorizer(name, each, scope) for name, each in declared.items()}
    cors = read_cors(properties.get("CorsConfiguration"))
    api = Api(authorizers, auth.get("DefaultAuthorizer"), cors)
    api.authorizer(None)
    return api


def _authorizer(name: str, properties: Mapping[str, Any], scope: Scope) -> Authorizer:
    def require(condition: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not condition:
            raise TemplateError(f"authorizer {name}: the local server supports only {what}")

    require("FunctionArn" in properties, "Lambda authorizers")
    require(
        str(properties.get("AuthorizerPayloadFormatVersion")) == "2.0",
        'AuthorizerPayloadFormatVersion "2.0"',
    )
    require(properties.get("EnableSimpleResponses") is True, "EnableSimpleResponses: true")
    identity = properties.get("Identity") or {}
    headers = tuple(str(each).lower() for each in identity.get("Headers") or [])
    require(bool(headers) and not identity.keys() - IDENTITY, "headers as its Identity")
    seconds = str(identity.get("ReauthorizeEvery"))
    require(
        seconds.isdecimal() and int(seconds) <= MAX_SECONDS,
        f"a ReauthorizeEvery from 0 to {MAX_SECONDS} seconds",
    )
    # After the account: the function, and perhaps an alias. Here all aliases are the one version.
    function = str(properties["FunctionArn"]).split(":")[5]
    if scope.resource_types.get(function) != "AWS::Serverless::Function":
        raise TemplateError(f"authorizer {name}: {function} is not a function of this template")
    return Authorizer(name, function, headers, int(seconds))
