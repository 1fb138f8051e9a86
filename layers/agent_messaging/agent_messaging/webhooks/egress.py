"""Send one POST to a webhook, to an address that was checked, and to no other.

    1. The URL is checked as text (`urls`).
    2. The host name is looked up once, for IPv4 addresses. All of them must be public.
    3. The socket connects to one of these addresses, as a number: the first that takes the
       connection. It must be connected to exactly this address before anything is sent. A second
       look-up never happens, so an answer that changes between two look-ups (DNS rebinding) has no
       effect.
    4. TLS uses the host name, and the certificate must be valid for it.

No proxy is used, and a redirect is not followed. All of this has one deadline. The status line
counts. Of the rest of the response at most 64 KB are read.
"""

import functools
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar

from agent_messaging.observability.log import logger
from agent_messaging.webhooks import urls
from agent_messaging.webhooks.addresses import addresses_of, is_public, look_up
from agent_messaging.webhooks.response import (
    RESPONSE_BYTES,
    BadResponseError,
    Head,
    TooLargeError,
    is_complete,
    read_head,
)
from agent_messaging.webhooks.urls import Target, UrlError

T = TypeVar("T")

SECONDS = 10.0
CONNECT_SECONDS = 3.0  # for each address
# How long the rest of a response may take after the status is known. It is read only so that the
# receiver can finish, and never decides anything.
BODY_SECONDS = 1.0
CHUNK = 16 * 1024
REDIRECTS = range(300, 400)
OK = range(200, 300)
# A look-up that fails with one of these says nothing about the host.
OWN_LOOK_UPS = (socket.EAI_SYSTEM, socket.EAI_MEMORY)


class Failure(StrEnum):
    """Why an attempt failed."""

    URL = "url"  # the URL is not allowed
    DNS = "dns"  # the host name has no IPv4 address
    PRIVATE_ADDRESS = "private_address"  # one of its addresses is not public
    REFUSED = "refused"  # no connection, or it broke
    TLS = "tls"  # no valid certificate
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"  # more than 64 KB of headers
    REDIRECT = "redirect"  # a status from 300 to 399
    STATUS = "status"  # another status than 200 to 299, or no HTTP response
    INTERNAL_ERROR = "internal_error"  # this server failed, so the receiver is not to blame


class Result(NamedTuple):
    """What one attempt came to. `failure` is None if the receiver answered 2xx."""

    status_code: int | None
    failure: Failure | None
    duration_ms: int
    retry_after: str | None = None


class _FailedError(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class _OwnFaultError(Exception):
    """This machine lacks something, for example a free socket."""


def new_socket() -> socket.socket:
    """Return a socket that is not connected."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


@functools.cache
def trusted() -> ssl.SSLContext:
    """Return the TLS settings: the system's certificates, verified with the host name."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _own(make: Callable[[], T]) -> T:
    """Return what this machine makes by itself. If it cannot, the receiver is not to blame."""
    try:
        return make()
    except Exception as error:
        raise _OwnFaultError from error


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left. Raise TimeoutError if there are none."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(frozen=True)
class Egress:
    """The way out. Tests give another resolver, sockets, certificates and time."""

    local_only: str = ""
    """An address such as 127.0.0.1:9000, which alone may be called over HTTP."""
    resolve: Callable[[str], Sequence[str]] = addresses_of
    new_socket: Callable[[], socket.socket] = new_socket
    tls: Callable[[], ssl.SSLContext] = trusted
    seconds: float = SECONDS

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Result:
        """Send a POST, and return the status or why there is none. Never raises."""
        started = time.monotonic()
        head, failure = None, None
        try:
            head = self._post(url, headers, body)
        except _FailedError as error:
            failure = error.failure
        except TooLargeError:
            failure = Failure.TOO_LARGE
        except BadResponseError:
            failure = Failure.STATUS
        except TimeoutError:
            failure = Failure.TIMEOUT
        except ssl.SSLError:
            failure = Failure.TLS
        except OSError:
            failure = Failure.REFUSED
        except Exception:  # An attempt without an outcome would be made again and again.
            logger.exception("webhook attempt failed by a fault")
            failure = Failure.INTERNAL_ERROR
        if head is not None:
            failure = failure_of(head.status)
        milliseconds = int(1000 * (time.monotonic() - started))
        if head is None:
            return Result(None, failure, milliseconds)
        return Result(head.status, failure, milliseconds, head.fields.get("retry-after"))

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Head:
        try:
            target = urls.canonical(url, self.local_only)
        except UrlError:
            raise _FailedError(Failure.URL) from None
        deadline = _Deadline(self.seconds)
        tls = None if target.is_local else _own(self.tls)
        with self._connected(target, deadline) as plain:
            if tls is None:
                return _exchange(plain, _request(target, headers, body), deadline)
            plain.settimeout(deadline.left())
            # `wrap_socket` also closes the plain socket.
            with tls.wrap_socket(plain, server_hostname=target.host) as secured:
                return _exchange(secured, _request(target, headers, body), deadline)

    def _connected(self, target: Target, deadline: _Deadline) -> socket.socket:
        """Return a socket that is connected to the first address that takes a connection."""
        local = [target.host] if target.is_local else None
        failure: OSError = ConnectionError()
        for address in local or self._addresses(target.host, deadline):
            try:
                return self._connect((address, target.port), deadline)
            except OSError as error:
                failure = error
        raise failure

    def _connect(self, wanted: tuple[str, int], deadline: _Deadline) -> socket.socket:
        """Connect to a checked address, and verify that this happened."""
        connection = _own(self.new_socket)
        try:
            connection.settimeout(min(CONNECT_SECONDS, deadline.left()))
            connection.connect(wanted)
            if connection.getpeername() != wanted:
                raise _FailedError(Failure.PRIVATE_ADDRESS)
        except BaseException:
            connection.close()
            raise
        return connection

    def _addresses(self, host: str, deadline: _Deadline) -> list[str]:
        try:
            found = look_up(self.resolve, host, deadline.left())
        except TimeoutError:
            raise
        except Exception as error:
            if not isinstance(error, socket.gaierror) or error.errno in OWN_LOOK_UPS:
                raise _OwnFaultError from error
            logger.info("webhook host not found", error=str(error))
            raise _FailedError(Failure.DNS) from None
        if not found:
            raise _FailedError(Failure.DNS)
        if not all(map(is_public, found)):
            raise _FailedError(Failure.PRIVATE_ADDRESS)
        return list(dict.fromkeys(found))


def failure_of(status: int) -> Failure | None:
    """Return the failure that a status stands for, or None."""
    if status in OK:
        return None
    return Failure.REDIRECT if status in REDIRECTS else Failure.STATUS


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    authority = f"{target.host}:{target.port}" if target.is_local else target.host
    fields = {
        "Host": authority,
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {fields[name]}" for name in fields)]
    if any(character in "\r\n\0" for line in lines for character in line):
        raise _FailedError(Failure.URL)
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _exchange(connection: socket.socket, request: bytes, deadline: _Deadline) -> Head:
    connection.settimeout(deadline.left())
    connection.sendall(request)
    received = bytearray()
    while (head := read_head(received)) is None:
        if not _receive(connection, received, deadline):
            raise ConnectionError
    _drain(connection, received, head, _Deadline(min(BODY_SECONDS, deadline.left())))
    return head


def _receive(connection: socket.socket, received: bytearray, deadline: _Deadline) -> int:
    """Append what arrives next. Return the number of bytes, 0 at the end."""
    connection.settimeout(deadline.left())
    part = connection.recv(min(CHUNK, RESPONSE_BYTES + 1 - len(received)))
    received += part
    return len(part)


def _drain(connection: socket.socket, received: bytearray, head: Head, deadline: _Deadline) -> None:
    """Read the rest of a response, as far as it is short and comes soon."""
    try:
        while len(received) <= RESPONSE_BYTES and not is_complete(received, head):
            if not _receive(connection, received, deadline):
                return
    except OSError:  # also a TimeoutError
        return
