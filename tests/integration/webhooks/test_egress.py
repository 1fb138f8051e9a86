"""A webhook reaches the address that was checked, over TLS, and nothing else on any network."""

import errno
import socket
import ssl
import time

import pytest

from agent_messaging.webhooks import egress
from agent_messaging.webhooks.egress import Egress, Failure
from tests.integration.webhooks.receiver import (
    OK,
    PUBLIC,
    Authority,
    Internet,
    answering,
    receiving,
)

HOST = "hooks.example.com"
URL = f"https://{HOST}/agent?x=1"
HEADERS = {"webhook-id": "evt_1"}
SHORT = 0.6  # seconds, in place of ten

# Hosts that are addresses, in every notation that some program reads as one.
HOSTILE = (
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1%25eth0]/",
    "https://93.184.215.14/",
    # A port, credentials, or another scheme.
    "https://hooks.example.com:22/",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:0/",
    "https://user:password@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/",
    "https://hooks.example.com:443@127.0.0.1/",
    "http://hooks.example.com/",
    "http://127.0.0.1:9000/",
    "ftp://hooks.example.com/",
    "file:///etc/passwd",
    "gopher://hooks.example.com/",
    "//hooks.example.com/",
    "https:hooks.example.com/",
    "https:///agent",
    "",
    # Names that a private network resolves.
    "https://localhost/",
    "https://localhost.localdomain/",
    "https://db.internal/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://intranet/",
    # What two programs read differently.
    "https://hooks.example.com\\@127.0.0.1/",
    "https://127.0.0.1\\.hooks.example.com/",
    "https://hooks.example.com#@127.0.0.1/",
    "https://hooks.example.com\n.127.0.0.1/",
    "https://hooks.example.com/\r\nX-Injected: 1",
    "https://hooks.example.com/a b",
    "https://hooks%2eexample.com/",
    "https://%31%32%37.0.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://hooks.example.com./",
    "https://hooks..example.com/",
    "https://.example.com/",
    "https://-hooks.example.com/",
    "https://hooks_1.example.com/",
    "https://xn--a.example.com/",
    "https://hооks.example.com/",  # with two Cyrillic letters
    "https://" + "a" * 64 + ".example.com/",
    "https://hooks.example.com/" + "a" * 2048,
    "https://hooks.example.com\t/",
    "https://hooks.example.com:443:80/",
)
PRIVATE = (
    "0.0.0.1",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "2606:2800:220:1:248:1893:25c8:1946",  # public, but IPv4 alone is used
    "not an address",
)
LAWFUL = (
    ("https://hooks.example.com", "POST / HTTP/1.1"),
    ("https://hooks.example.com/", "POST / HTTP/1.1"),
    ("https://hooks.example.com:443/agent", "POST /agent HTTP/1.1"),
    ("HTTPS://Hooks.Example.COM/Agent", "POST /Agent HTTP/1.1"),
    ("https://hooks.example.com/a/b/c", "POST /a/b/c HTTP/1.1"),
    ("https://hooks.example.com/?token=1", "POST /?token=1 HTTP/1.1"),
    ("https://hooks.example.com?token=1", "POST /?token=1 HTTP/1.1"),
    ("https://hooks.example.com/a%20b", "POST /a%20b HTTP/1.1"),
    ("https://hooks.example.com//double", "POST //double HTTP/1.1"),
    ("https://hooks.example.com/@nova", "POST /@nova HTTP/1.1"),
    ("https://hooks.example.com/a;b=c", "POST /a;b=c HTTP/1.1"),
    ("https://hooks.example.com/a?b=c&d=e", "POST /a?b=c&d=e HTTP/1.1"),
    ("https://hooks.example.com/?url=https://10.0.0.1/", "POST /?url=https://10.0.0.1/ HTTP/1.1"),
    ("https://example.co.uk/x", "POST /x HTTP/1.1"),
    ("https://1.example.com/x", "POST /x HTTP/1.1"),
    ("https://127.0.0.1.example.com/x", "POST /x HTTP/1.1"),
    ("https://localhost.example.com/x", "POST /x HTTP/1.1"),
    ("https://xn--bcher-kva.example.com/x", "POST /x HTTP/1.1"),
    ("https://bücher.example.com/x", "POST /x HTTP/1.1"),
    ("https://a-b--c.example.museum/~x", "POST /~x HTTP/1.1"),
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server_tls(authority):
    return authority.server(
        *("*.example.com", "example.co.uk", "*.example.museum"),
        *("127.0.0.1.example.com", "localhost.example.com"),
    )


@pytest.fixture
def send(authority):
    """Send a POST over an internet, with little time."""

    def send(internet, url=URL, seconds=SHORT, body=b"{}", **options):
        way = Egress(
            resolve=internet.resolve,
            new_socket=internet.new_socket,
            tls=authority.client,
            seconds=seconds,
            **options,
        )
        return way.post(url, HEADERS, body)

    return send


def internet_to(receiver, *addresses, host=HOST):
    return Internet(receiver.port, {host: list(addresses or (PUBLIC,))})


def test_there_are_sixty_hostile_and_twenty_lawful_urls():
    assert len(set(HOSTILE)) >= 60
    assert len(LAWFUL) == 20


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_opens_no_connection(url, send):
    with receiving(answering(OK)) as receiver:
        internet = Internet(receiver.port)
        internet.resolve = lambda host: [PUBLIC]
        result = send(internet, url)
        assert (result.status_code, result.failure) == (None, Failure.URL)
        assert (internet.connected, receiver.connections) == ([], 0)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_host_with_a_private_address_opens_no_connection(address, send):
    with receiving(answering(OK)) as receiver:
        for found in ([address], [PUBLIC, address], [address, PUBLIC]):
            internet = internet_to(receiver, *found)
            assert send(internet).failure == Failure.PRIVATE_ADDRESS
            assert (internet.connected, receiver.connections) == ([], 0)


@pytest.mark.parametrize(("url", "line"), LAWFUL)
def test_a_lawful_endpoint_gets_its_event(url, line, send, server_tls):
    with receiving(answering(OK), server_tls) as receiver:
        internet = Internet(receiver.port)
        internet.resolve = lambda host: internet.looked_up.append(host) or [PUBLIC]
        result = send(internet, url, body=b'{"type":"webhook.test"}', seconds=5)
        assert result[:2] == (204, None)
        ((found, fields, body),) = receiver.requests
        assert (found, body) == (line, b'{"type":"webhook.test"}')
        assert [fields["Host"]] == internet.looked_up
        assert fields["webhook-id"] == "evt_1"
        assert internet.connected == [(PUBLIC, 443)]


def test_a_resolver_that_answers_otherwise_the_second_time_is_asked_once(send, server_tls):
    with receiving(answering(OK), server_tls) as receiver:
        internet = Internet(receiver.port)
        answers = iter([[PUBLIC], ["127.0.0.1"], ["169.254.169.254"]])
        internet.resolve = lambda host: next(answers)
        assert send(internet, seconds=5).status_code == 204
        assert internet.connected == [(PUBLIC, 443)]
        assert send(internet, seconds=5).failure == Failure.PRIVATE_ADDRESS
        assert send(internet, seconds=5).failure == Failure.PRIVATE_ADDRESS
        assert internet.connected == [(PUBLIC, 443)]


def test_nothing_is_sent_to_another_peer_than_the_checked_address(send, server_tls):
    with receiving(answering(OK), server_tls) as receiver:
        internet = internet_to(receiver)
        internet.misrouted = ("10.0.0.1", 443)
        assert send(internet).failure == Failure.PRIVATE_ADDRESS
        assert receiver.requests == []


def test_an_unknown_host_is_a_failure_of_dns(send):
    assert send(Internet(1)).failure == Failure.DNS


def test_a_host_without_an_address_is_a_failure_of_dns(send):
    assert send(Internet(1, {HOST: []})).failure == Failure.DNS


def test_a_resolver_that_hangs_ends_with_the_deadline(send):
    internet = Internet(1)
    internet.resolve = lambda host: time.sleep(5) or [PUBLIC]
    started = time.monotonic()
    assert send(internet).failure == Failure.TIMEOUT
    assert time.monotonic() - started < 2


def test_a_closed_port_refuses(send):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert send(Internet(port, {HOST: [PUBLIC]})).failure == Failure.REFUSED


@pytest.mark.parametrize("failure", [ConnectionRefusedError(), TimeoutError()])
def test_the_next_address_is_tried_if_one_takes_no_connection(failure, send, server_tls):
    dead = "93.184.215.15"
    with receiving(answering(OK), server_tls) as receiver:
        internet = internet_to(receiver, dead, dead, PUBLIC)
        internet.failing = {dead: failure}
        assert send(internet, seconds=5).status_code == 204
        assert internet.connected == [(dead, 443), (PUBLIC, 443)]


def test_no_address_gets_more_than_three_seconds_to_connect(send, server_tls):
    given = []
    with receiving(answering(OK), server_tls) as receiver:
        internet = internet_to(receiver)
        new_socket = internet.new_socket

        def watched():
            made = new_socket()
            connect = made.connect
            made.connect = lambda address: (given.append(made.gettimeout()), connect(address))
            return made

        internet.new_socket = watched
        assert send(internet, seconds=9).status_code == 204
    assert given == [3]


def raising(error):
    def fail(*arguments):
        raise error

    return fail


@pytest.mark.parametrize(
    "broken",
    [
        {"resolve": raising(OverflowError())},
        {"resolve": raising(OSError(errno.EMFILE, "no free file"))},
        {"resolve": raising(socket.gaierror(socket.EAI_SYSTEM, "no free file"))},
        {"new_socket": raising(OSError(errno.EMFILE, "no free file"))},
        {"new_socket": raising(RuntimeError())},
        {"tls": raising(ssl.SSLError())},
        {"tls": raising(FileNotFoundError())},
    ],
)
def test_a_fault_of_this_server_is_told_apart_from_the_receivers(broken, caplog):
    way = Egress(**{"resolve": lambda host: [PUBLIC], "seconds": 1, **broken})
    result = way.post(URL, HEADERS, b"{}")
    assert (result.status_code, result.failure) == (None, Failure.INTERNAL_ERROR)
    assert "webhook attempt failed by a fault" in caplog.text


def test_a_host_that_is_not_found_is_logged(send, caplog):
    caplog.set_level("INFO")
    send(Internet(1))
    assert "webhook host not found" in caplog.text


def test_what_is_no_address_is_not_public(send):
    assert send(Internet(1, {HOST: [None]})).failure == Failure.PRIVATE_ADDRESS


def test_a_certificate_of_another_host_is_refused(send, authority):
    with receiving(answering(OK), authority.server("other.example.org")) as receiver:
        assert send(internet_to(receiver), seconds=5).failure == Failure.TLS
        assert receiver.requests == []


def test_an_expired_certificate_is_refused(send, authority):
    with receiving(answering(OK), authority.server(HOST, days=-1)) as receiver:
        assert send(internet_to(receiver), seconds=5).failure == Failure.TLS
        assert receiver.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(send, tmp_path):
    with receiving(answering(OK), Authority(tmp_path).server(HOST)) as receiver:
        assert send(internet_to(receiver), seconds=5).failure == Failure.TLS
        assert receiver.requests == []


def test_a_receiver_without_tls_is_refused(send):
    with receiving(lambda connection: None) as receiver:
        result = send(internet_to(receiver))
        assert result.failure in (Failure.TLS, Failure.TIMEOUT, Failure.REFUSED)
        assert receiver.requests == []


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(lambda connection: time.sleep(5), id="it hangs"),
        pytest.param(
            lambda connection: [
                connection.sendall(bytes([byte])) or time.sleep(0.1) for byte in OK * 2
            ],
            id="it answers byte by byte",
        ),
        pytest.param(
            lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n") or time.sleep(5),
            id="it hangs in the headers",
        ),
    ],
)
def test_a_slow_receiver_ends_with_the_deadline(behave, send, server_tls):
    with receiving(behave, server_tls) as receiver:
        started = time.monotonic()
        result = send(internet_to(receiver))
        assert (result.status_code, result.failure) == (None, Failure.TIMEOUT)
        assert time.monotonic() - started < 2


def test_a_receiver_that_does_not_finish_its_body_has_answered(send, server_tls):
    def behave(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
        time.sleep(5)

    with receiving(behave, server_tls) as receiver:
        started = time.monotonic()
        assert send(internet_to(receiver), seconds=5)[:2] == (200, None)
        assert time.monotonic() - started < 2


def test_a_redirect_is_not_followed(send, server_tls):
    response = b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    with receiving(answering(response), server_tls) as receiver:
        internet = internet_to(receiver)
        assert send(internet, seconds=5)[:2] == (302, Failure.REDIRECT)
        assert (receiver.connections, internet.looked_up) == (1, [HOST])


def test_of_three_megabytes_the_sender_reads_64_kilobytes(send, server_tls, monkeypatch):
    read = []
    plain = egress._receive

    def counted(connection, received, deadline):
        read.append(plain(connection, received, deadline))
        return read[-1]

    monkeypatch.setattr(egress, "_receive", counted)
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000
    with receiving(answering(response), server_tls) as receiver:
        assert send(internet_to(receiver), seconds=5)[:2] == (200, None)
    assert sum(read) == 64 * 1024 + 1


def test_three_megabytes_of_headers_are_too_large(send, server_tls):
    response = b"HTTP/1.1 200 OK\r\n" + b"X-Filler: 0123456789\r\n" * 140_000 + b"\r\n"
    with receiving(answering(response), server_tls) as receiver:
        assert send(internet_to(receiver), seconds=5)[:2] == (None, Failure.TOO_LARGE)


def test_what_is_not_http_is_a_failure(send, server_tls):
    with receiving(answering(b"SSH-2.0-OpenSSH\r\n\r\n"), server_tls) as receiver:
        assert send(internet_to(receiver), seconds=5)[:2] == (None, Failure.STATUS)


def test_a_receiver_that_closes_without_an_answer_has_refused(send, server_tls):
    with receiving(answering(b""), server_tls) as receiver:
        assert send(internet_to(receiver), seconds=5).failure == Failure.REFUSED


def test_retry_after_comes_back(send, server_tls):
    response = b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"
    with receiving(answering(response), server_tls) as receiver:
        result = send(internet_to(receiver), seconds=5)
    assert (result.status_code, result.failure, result.retry_after) == (503, Failure.STATUS, "120")


def test_the_one_local_address_is_called_over_http():
    with receiving(answering(OK)) as receiver:
        way = Egress(local_only=f"127.0.0.1:{receiver.port}", seconds=5)
        assert way.post(f"http://127.0.0.1:{receiver.port}/agent", {}, b"{}")[:2] == (204, None)
        assert receiver.requests[0][1]["Host"] == f"127.0.0.1:{receiver.port}"


def test_another_local_address_is_not_called():
    with receiving(answering(OK)) as receiver:
        for allowed in ("", "keys", f"127.0.0.1:{receiver.port - 1}"):
            result = Egress(local_only=allowed).post(
                f"http://127.0.0.1:{receiver.port}/", {}, b"{}"
            )
            assert result.failure == Failure.URL
        assert receiver.connections == 0


def test_no_proxy_is_used(send, server_tls, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with receiving(answering(OK), server_tls) as receiver:
        assert send(internet_to(receiver), seconds=5).status_code == 204


def test_the_sender_trusts_what_the_system_trusts():
    context = egress.trusted()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
