"""A webhook's receiver on this machine, and the public internet that a test pretends to have.

`Internet` gives host names addresses, and sockets that believe to be connected to these addresses.
In truth all of them lead to one receiver. Each socket notes what it was told to connect to.
"""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Behaviour = Callable[[socket.socket], None]
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
PUBLIC = "93.184.215.14"


def answering(response: bytes) -> Behaviour:
    """Read a request and send this."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(response)

    return behave


class Receiver:
    """A server that notes the requests and answers them all alike. TLS if it has a context."""

    def __init__(self, behave: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.connections = 0
        self._behave, self._tls = behave, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_open = True
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._is_open = False
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        self._thread.join(2)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if not self._is_open:
                connection.close()
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._tls is None:
                self._exchange(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._exchange(secured)

    def _exchange(self, connection: socket.socket) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            part = connection.recv(65536)
            if not part:
                return
            received += part
        head, body = received.split(b"\r\n\r\n", 1)
        line, *rest = head.decode().split("\r\n")
        fields = dict(each.split(": ", 1) for each in rest)
        while len(body) < int(fields["Content-Length"]):
            body += connection.recv(65536)
        self.requests.append((line, fields, body))
        self._behave(connection)


class _Routed(socket.socket):
    """A socket of the pretended internet."""

    internet: Internet
    peer: tuple[str, int] | None = None

    def connect(self, address: tuple[str, int]) -> None:
        self.peer = address
        self.internet.connected.append(address)
        if failure := self.internet.failing.get(address[0]):
            raise failure
        super().connect(("127.0.0.1", self.internet.port))

    def getpeername(self) -> tuple[str, int]:
        super().getpeername()  # fails if it is not connected
        assert self.peer is not None
        return self.internet.misrouted or self.peer


@dataclass
class Internet:
    """Addresses by host name, and what sockets connected to."""

    port: int
    addresses: dict[str, list[str]] = field(default_factory=dict)
    connected: list[tuple[str, int]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    misrouted: tuple[str, int] | None = None
    failing: dict[str, OSError] = field(default_factory=dict)

    def resolve(self, host: str) -> list[str]:
        self.looked_up.append(host)
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return self.addresses[host]

    def new_socket(self) -> socket.socket:
        routed = _Routed(socket.AF_INET, socket.SOCK_STREAM)
        routed.internet = self
        return routed


class Authority:
    """A certificate authority of the tests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Test Authority")
        self._certificate = self._signed(self._name, self._key, is_authority=True)
        (folder / "ca.pem").write_bytes(_pem(self._certificate))

    def client(self) -> ssl.SSLContext:
        """The sender's settings, which trust this authority."""
        return ssl.create_default_context(cafile=str(self._folder / "ca.pem"))

    def server(self, *hosts: str, days: int = 1) -> ssl.SSLContext:
        """The settings of a server with a certificate for these hosts."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed(_name(hosts[0]), key, hosts=hosts, days=days)
        file = self._folder / f"{hosts[0]}{days}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.write_bytes(private + _pem(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        hosts: tuple[str, ...] = (),
        days: int = 1,
        *,
        is_authority: bool = False,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=30))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if is_authority:
            usage = x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            )
            identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
            builder = builder.add_extension(usage, critical=True)
            builder = builder.add_extension(identifier, critical=False)
        else:
            issuer = self._key.public_key()
            identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer)
            names = x509.SubjectAlternativeName([_alternative(host) for host in hosts])
            builder = builder.add_extension(identifier, critical=False)
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(host: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(host))
    return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@contextlib.contextmanager
def receiving(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver for as long as the block runs."""
    receiver = Receiver(behave, tls)
    try:
        yield receiver
    finally:
        receiver.close()
