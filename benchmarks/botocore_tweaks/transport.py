"""A transport for DynamoDB that replaces urllib3 below botocore, and keeps connections open.

The endpoint of a client uses a session with `send` and `close`. This session supports only what
DynamoDB needs: HTTP/1.1 and bodies with a length, but no redirects and no proxies. It raises
botocore's errors, so that botocore's retries work. Like urllib3, it notices a connection that the
server closed while it was idle (while Lambda was frozen).

    client._endpoint.http_session = Session(client.meta.config)
"""

import functools
import select
import socket
import ssl
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import get_cert_path

CHUNK = 65_536
MAX_HEAD = 65_536

split = functools.lru_cache(maxsize=8)(urlsplit)


@dataclass(frozen=True)
class Body:
    """A received body, in the form that botocore reads."""

    content: bytes

    def stream(self) -> Iterator[bytes]:
        """Yield the whole body."""
        yield self.content


class Session:
    """The idle connections. There are as many as there were threads at the same time."""

    def __init__(self, config: Config, authorities: str | None = None) -> None:
        limits: Any = config  # its attributes come from a list of options
        self._connect_seconds: float = limits.connect_timeout
        self._read_seconds: float = limits.read_timeout
        self._authorities = authorities  # a file with certificates, instead of botocore's
        # Appending and popping are atomic.
        self._idle: defaultdict[str, list[socket.socket]] = defaultdict(list)

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send a request and read its answer.

        Raises:
            HTTPClientError, ConnectionError: botocore's own, by what happened.
        """
        url: str = request.url
        parts = split(url)
        connection = self._kept(parts) or self._connect(url, parts)
        is_kept = False
        try:
            connection.sendall(_bytes_of(request, parts))
            status, headers, body, is_kept = _read(connection)
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=url, error=error) from error
        except (OSError, EOFError) as error:
            raise ConnectionClosedError(endpoint_url=url, request=request, error=error) from error
        except ValueError as error:
            raise HTTPClientError(error=error) from error
        finally:
            if is_kept:
                self._idle[parts.netloc].append(connection)
            else:
                connection.close()
        found: Any = headers
        return AWSResponse(url, status, found, Body(body))

    def close(self) -> None:
        """Close the idle connections."""
        for waiting in self._idle.values():
            while waiting:
                waiting.pop().close()

    def _kept(self, parts: SplitResult) -> socket.socket | None:
        waiting = self._idle[parts.netloc]
        while waiting:
            try:
                connection = waiting.pop()
            except IndexError:  # another thread took it
                return None
            if not _is_readable(connection):
                return connection
            connection.close()  # readable data here means that it was closed
        return None

    def _connect(self, url: str, parts: SplitResult) -> socket.socket:
        is_safe = parts.scheme == "https"
        address = parts.hostname or "", parts.port or (443 if is_safe else 80)
        try:
            connection = socket.create_connection(address, self._connect_seconds)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if is_safe:
                connection = _secured(connection, address[0], self._authorities)
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from error
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error
        connection.settimeout(self._read_seconds)
        return connection


@functools.cache
def _tls(authorities: str | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities or get_cert_path(verify=True))


def _secured(connection: socket.socket, host: str, authorities: str | None) -> socket.socket:
    try:
        return _tls(authorities).wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _is_readable(connection: socket.socket) -> bool:
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))


def _bytes_of(request: AWSPreparedRequest, parts: SplitResult) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n".encode()]
    headers: Any = request.headers
    for name, value in headers.items():
        lines += (name.encode(), b": ", value if type(value) is bytes else value.encode(), b"\r\n")
    body: Any = request.body or b""
    lines += (b"\r\n", body if type(body) is bytes else body.encode())
    return b"".join(lines)


def _read(connection: socket.socket) -> tuple[int, dict[str, str], bytes, bool]:
    """Return status, headers by lower-case names, body, and whether the connection stays open."""
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _received(connection)
        if len(received) > MAX_HEAD + CHUNK:
            raise ValueError("the head of the answer does not end")
    first, *rest = received[:end].decode("latin-1").split("\r\n")
    version, _, status = first.partition(" ")
    fields = (line.partition(":") for line in rest)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    if "content-length" not in headers:
        raise ValueError("the answer does not say how long it is")
    length = int(headers["content-length"])
    chunks, missing = [received[end + 4 :]], end + 4 + length - len(received)
    while missing > 0:
        chunks.append(_received(connection))
        missing -= len(chunks[-1])
    if missing < 0:
        raise ValueError("the answer is longer than it says")
    is_kept = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
    return int(status[:3]), headers, b"".join(chunks), is_kept


def _received(connection: socket.socket) -> bytes:
    chunk = connection.recv(CHUNK)
    if not chunk:
        raise EOFError("the server closed the connection")
    return chunk
