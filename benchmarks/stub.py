"""A stub of DynamoDB with prepared answers, so that only its client has work.

It is a process. It reads the answers of one case as JSON from stdin, prints its port, and ends when
stdin ends. It returns the answers in order, again and again. If a call has another operation than
the next answer, it returns a 500. All connections share the order.

It also takes the messages for a queue, the frames for connections and the events for receivers of
webhooks, at any time (`OTHERS`).
"""

import base64
import contextlib
import json
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

END_SECONDS = 5
LOCK = threading.Lock()
# The answers to requests for other services, by a text in the head of the request.
OTHERS = {
    b".sendmessagebatch\r\n": (b'{"Successful":[]}', "200 OK"),
    b"connections/": (b"", "200 OK"),
    b"post /works ": (b"", "200 OK"),
    b"post /fails ": (b"", "503 Service Unavailable"),
}


def response(body: bytes, status: str = "200 OK") -> bytes:
    """Return the bytes of an answer, with DynamoDB's headers."""
    head = (
        f"HTTP/1.1 {status}\r\nServer: Server\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n"
        "x-amzn-RequestId: UN3UFJ0CE80KCQT3Q4LHEJ0PBVVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n"
        f"x-amz-crc32: {zlib.crc32(body)}\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n"
    )
    return head.encode() + body


def serve(connection: socket.socket, answers: Iterator[tuple[bytes, bytes]]) -> None:
    """Answer on one connection until it ends."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    while True:
        while (end := received.find(b"\r\n\r\n")) < 0:
            chunk = connection.recv(65536)
            if not chunk:
                return
            received += chunk
        head = received[:end].lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        while len(received) < end + 4 + length:
            received += connection.recv(65536)
        received = received[end + 4 + length :]
        connection.sendall(answer_to(head, answers))


def answer_to(head: bytes, answers: Iterator[tuple[bytes, bytes]]) -> bytes:
    """Return the answer to a request with this head, which is in lower case."""
    for part, (body, status) in OTHERS.items():
        if part in head:
            return response(body, status)
    with LOCK:
        target, answer = next(answers)
    return answer if target in head else response(b"{}", "500 Out of order")


def main() -> None:
    """Listen until stdin ends."""
    exchanges = json.loads(sys.stdin.readline())
    answers = cycle(
        [
            (f".{operation}\r\n".lower().encode(), response(base64.b64decode(body)))
            for operation, body in exchanges
        ]
    )
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, args=(listener, answers), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


def accept(listener: socket.socket, answers: Iterator[tuple[bytes, bytes]]) -> None:
    """Start a thread for each connection."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, answers), daemon=True).start()


@contextlib.contextmanager
def running(exchanges: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    """Yield the URL of a stub with these answers: pairs of operation and body."""
    process = subprocess.Popen(  # noqa: S603 - this file
        [sys.executable, "-I", str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None  # noqa: S101 - piped
    assert process.stdout is not None  # noqa: S101
    try:
        lines = [(operation, base64.b64encode(body).decode()) for operation, body in exchanges]
        process.stdin.write(json.dumps(lines) + "\n")
        process.stdin.flush()
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        process.kill()
        process.stdout.close()


if __name__ == "__main__":
    main()
