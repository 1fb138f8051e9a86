"""The head of a response, from bytes that arrive in parts."""

import pytest

from agent_messaging.webhooks.response import (
    BadResponseError,
    Head,
    TooLargeError,
    is_complete,
    read_head,
)


def test_a_head_is_read_once_it_is_whole():
    response = b"HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nX: a:b\r\n\r\n"
    for length in range(len(response)):
        assert read_head(response[:length]) is None
    fields = {"retry-after": "5", "x": "a:b"}
    assert read_head(response + b"body") == Head(503, fields, len(response))


def test_an_interim_response_is_skipped():
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    assert read_head(interim) is None
    assert read_head(interim + b"HTTP/1.0 200\r\n\r\n").status == 200


@pytest.mark.parametrize("line", [b"SSH-2.0", b"HTTP/2 200", b"HTTP/1.1 20", b"HTTP/1.1 0200", b""])
def test_another_protocol_is_refused(line):
    with pytest.raises(BadResponseError):
        read_head(line + b"\r\n\r\n")


def test_endless_headers_are_too_large():
    with pytest.raises(TooLargeError):
        read_head(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 11_000)


@pytest.mark.parametrize(
    ("head", "body", "complete"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"o", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nok\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nok\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"ok", False),  # it ends with the connection
    ],
)
def test_where_a_body_ends(head, body, complete):
    assert is_complete(head + body, read_head(head + body)) is complete
