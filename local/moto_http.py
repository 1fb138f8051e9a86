"""How the storage process speaks HTTP: a connection stays open, and a request takes no detour.

werkzeug ends a connection after each request, because it does not know whether the application has
read the whole body. Here the body is read first. moto looks for the service among all services and
passes each request through Flask. Here a request to DynamoDB goes to moto's handler at once, with
the same answer.
"""

from __future__ import annotations

import io
import re
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError
from moto.core.request import Request
from moto.moto_server.werkzeug_app import MotoRequestHandler

from local.moto_direct import handler_of

Application = Callable[..., Iterable[bytes]]
Headers = list[tuple[str, str]]

FAILED = "500 Internal Server Error"
VERSIONS = {
    "DynamoDB_20120810": "https://dynamodb.{}.amazonaws.com/",
    "DynamoDBStreams_20120810": "https://streams.dynamodb.{}.amazonaws.com/",
}
SCOPE = re.compile(r"Credential=[^/,]+/\d+/([a-z]+-[a-z]+-\d)/dynamodb/")


class KeepAliveHandler(MotoRequestHandler):
    """Keep connections open, because a new one costs a client more than most requests."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # the headers and the body in one packet
    disable_nagle_algorithm = True

    def make_environ(self) -> dict[str, Any]:
        """Return the WSGI environment of a request, with its whole body unless it is chunked."""
        environ = super().make_environ()
        length = environ.get("CONTENT_LENGTH", "0")
        if length.isdecimal() and "wsgi.input_terminated" not in environ:
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                raise ConnectionAbortedError  # werkzeug ends the connection
            environ["wsgi.input"] = io.BytesIO(body)
        else:
            self.close_connection = True
        return environ

    def run_wsgi(self) -> None:
        """Answer one request."""
        environ = self.make_environ()
        status = FAILED
        headers: Headers = []
        body: list[bytes] = []

        def start_response(
            given: str, named: Headers, _error: Any = None, /
        ) -> Callable[[bytes], object]:
            nonlocal status, headers
            status, headers = given, named
            return body.append

        try:
            body += self.server.app(environ, start_response)
        except Exception:  # noqa: BLE001 - whatever moto raises
            self.server.log("error", traceback.format_exc())
        self._send(status, headers, b"".join(body))

    def _send(self, status: str, headers: Headers, body: bytes) -> None:
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: the server tells of the requests that it gets."""


class StorageRequest(Request):
    """A request that came over HTTP, so the server writes the date of the answer."""

    from_wsgi_server = True


def straight_to_dynamodb(application: Application) -> Application:
    """Return the WSGI application with a short way for calls of DynamoDB and of its streams."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        version, _, _ = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        if scope is None or version not in VERSIONS:
            return application(environ, start_response)
        request, url = StorageRequest(environ), VERSIONS[version].format(scope[1])
        try:
            status, headers, body = handler_of(url).dispatch(request, url, request.headers)
        except ClientError as error:
            status, headers, body = 400, {}, error.response["Error"]["Message"]
        content = body.encode() if isinstance(body, str) else body
        start_response(f"{status} {HTTPStatus(int(status)).phrase}", [*headers.items()])
        return [content]

    return call
