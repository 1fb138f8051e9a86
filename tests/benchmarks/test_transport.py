"""The transport raises the same errors as urllib3."""

import contextlib
import socket
import ssl
import subprocess
import threading

import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.config import Config
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)

from benchmarks.botocore_tweaks.transport import Session

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Amz-Crc32: 1\r\n\r\n{}"


@contextlib.contextmanager
def server(*scripts, tls=None):
    """Each connection follows the next script: for each request what is answered, then its end.

    None in a script is silence until the client leaves.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve():
            for script in scripts:
                with contextlib.suppress(OSError):
                    connection, _ = listener.accept()
                    if tls is not None:
                        connection = tls.wrap_socket(connection, server_side=True)
                    with connection:
                        for answer in script:
                            connection.recv(65536)
                            if answer is None:
                                connection.recv(65536)
                                continue
                            for part in answer if isinstance(answer, list) else [answer]:
                                connection.sendall(part)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def session():
    session = Session(Config(connect_timeout=1, read_timeout=0.2))
    yield session
    session.close()


def request(url):
    return AWSPreparedRequest(
        "POST", url, HeadersDict({"X-Amz-Target": b"x"}), b"{}", stream_output=False
    )


def test_an_answer_is_read_and_its_connection_used_again(session):
    with server([OK, [OK[:20], OK[20:-1], OK[-1:]]]) as url:
        answers = [session.send(request(url)) for _ in range(2)]
        session.close()

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.content for answer in answers] == [b"{}", b"{}"]
    assert answers[1].headers["x-amz-crc32"] == "1"


def test_a_connection_that_was_closed_meanwhile_is_noticed(session):
    with server([OK], [OK]) as url:
        session.send(request(url))
        threading.Event().wait(0.1)

        assert session.send(request(url)).content == b"{}"


def test_a_connection_that_is_to_be_closed_is_not_kept(session):
    closing = OK.replace(b"X-Amz-Crc32: 1", b"Connection: close")
    with server([closing], [OK]) as url:
        session.send(request(url))

        assert session.send(request(url)).content == b"{}"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(b"", ConnectionClosedError, id="closed before the answer"),
        pytest.param(OK[:-1], ConnectionClosedError, id="closed within it"),
        pytest.param(None, ReadTimeoutError, id="silence"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", HTTPClientError, id="of no length"),
        pytest.param(OK + b"x", HTTPClientError, id="longer than it says"),
    ],
)
def test_a_failure_is_one_that_botocore_knows(session, answer, error):
    with server([answer], [OK]) as url:
        with pytest.raises(error):
            session.send(request(url))

        assert session.send(request(url)).content == b"{}"


def test_nobody_listens(session):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

    with pytest.raises(EndpointConnectionError):
        session.send(request(url))


def test_what_a_thread_leaves_another_uses(session):
    answers = []
    with server([OK, OK]) as url:
        for _ in range(2):
            thread = threading.Thread(
                target=lambda: answers.append(session.send(request(url)).content)
            )
            thread.start()
            thread.join(5)
        session.close()

    assert answers == [b"{}", b"{}"]


@pytest.fixture
def tls(tmp_path):
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", tmp_path / "key", "-out", tmp_path / "certificate"),
        ],
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    return tls


def test_a_certificate_that_nobody_vouches_for_is_refused(session, tls):
    with server([OK], tls=tls) as url, pytest.raises(SSLError):
        session.send(request(url))


def test_a_certificate_that_is_vouched_for_is_taken(tls, tmp_path):
    session = Session(Config(read_timeout=1), str(tmp_path / "certificate"))
    with server([OK, OK], tls=tls) as url:
        answers = [session.send(request(url)).content for _ in range(2)]
        session.close()

    assert answers == [b"{}", b"{}"]
