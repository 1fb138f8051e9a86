"""Answer web pages of other origins as API Gateway does with a CorsConfiguration (CORS).

API Gateway answers the browser's question before a request (the preflight) itself, and adds its
headers to the answers of functions, not to its own refusals.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from local.cloudformation import TemplateError
from local.model import Cors
from local.responses import Response


def read_cors(configuration: Any) -> Cors | None:
    """Return an API's CorsConfiguration without its origins, which ALLOW_ORIGIN names here.

    If a condition switches it on, the part that is then in force counts. Raises TemplateError.
    """
    if isinstance(configuration, dict) and "Fn::If" in configuration:
        configuration = configuration["Fn::If"][1]
    if configuration is None:
        return None
    if not isinstance(configuration, dict):
        raise TemplateError("the local server supports only an object as CorsConfiguration")

    def listed(name: str) -> str:
        return ",".join(str(each) for each in configuration.get(name) or [])

    return Cors(
        methods=listed("AllowMethods"),
        headers=listed("AllowHeaders"),
        exposed=listed("ExposeHeaders"),
        max_age=int(configuration.get("MaxAge", 0)),
    )


def is_preflight(method: str, headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a browser asks if its page may send a request."""
    return method == "OPTIONS" and b"access-control-request-method" in headers


def preflight(cors: Cors, origin: str) -> Response:
    """Return the answer that lets a page of this origin send its request."""
    headers = (
        ("access-control-allow-origin", origin),
        ("access-control-allow-methods", cors.methods),
        ("access-control-allow-headers", cors.headers),
        ("access-control-max-age", str(cors.max_age)),
    )
    return Response(HTTPStatus.NO_CONTENT, headers, b"")


def readable(cors: Cors, origin: str) -> tuple[tuple[str, str], ...]:
    """Return the headers that let a page of this origin read an answer."""
    return (
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", cors.exposed),
    )
