"""A stub of DynamoDB with many lapsed orders, which answers as slowly as DynamoDB does.

It is a process. It reads its settings as JSON from the first line of stdin, and prints its port. It
answers the calls of a sweep: the index, the heads, and the transactions. When stdin ends, it prints
how many orders were ended, and how many of them more than once.
"""

import json
import socket
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.stub import response

SHARDS = 4


class Orders:
    """The orders, which are copies of one head under other ids and workers."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.head = settings["head"]
        self.table = settings["table"]
        self.ids = [f"wo_{number:026d}" for number in range(settings["orders"])]
        self.workers = settings["workers"]
        self.read_seconds = settings["read_seconds"]
        self.write_seconds = settings["write_seconds"]
        self.ended: Counter[str] = Counter()

    def answer(self, operation: str, request: Any) -> Any:
        """Return the answer to a call, after the time that DynamoDB takes."""
        answers: dict[str, Callable[[Any], Any]] = {
            "Query": self._query,
            "BatchGetItem": self._heads,
            "TransactWriteItems": self._end,
        }
        is_write = operation == "TransactWriteItems"
        time.sleep(self.write_seconds if is_write else self.read_seconds)
        return answers[operation](request)

    def _query(self, request: Any) -> Any:
        shard = int(request["ExpressionAttributeValues"][":shard"]["N"])
        own = [each for each in self.ids if zlib.crc32(each.encode()) % SHARDS == shard]
        found = [self._key(each) for each in own if each not in self.ended]
        return {"Items": found, "Count": len(found), "ScannedCount": len(found)}

    def _key(self, work_order_id: str) -> Any:
        time_of_lapse = self.head["due_at"]["S"].partition("#")[0]
        return {
            "work_order_id": {"S": work_order_id},
            "part": {"S": "head"},
            "due_at": {"S": f"{time_of_lapse}#{work_order_id}"},
        }

    def _heads(self, request: Any) -> Any:
        keys = request["RequestItems"][self.table]["Keys"]
        return {
            "Responses": {self.table: [self._head(each["work_order_id"]["S"]) for each in keys]}
        }

    def _head(self, work_order_id: str) -> Any:
        worker = f"worker-{int(work_order_id[3:]) % self.workers}"
        return {**self.head, **self._key(work_order_id), "worker_id": {"S": worker}}

    def _end(self, request: Any) -> Any:
        [head, *_] = request["TransactItems"]
        self.ended[head["Update"]["Key"]["work_order_id"]["S"]] += 1
        return {}


def serve(connection: socket.socket, orders: Orders) -> None:
    """Answer on one connection until it ends."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = connection.makefile("rb")
    while line := stream.readline():
        headers: dict[bytes, bytes] = {}
        while (line := stream.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers[b"content-length"]))
        operation = headers[b"x-amz-target"].decode().rpartition(".")[2]
        answer = orders.answer(operation, json.loads(body))
        connection.sendall(response(json.dumps(answer).encode()))


def accept(listener: socket.socket, orders: Orders) -> None:
    """Start a thread for each connection."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, orders), daemon=True).start()


def main() -> None:
    """Answer until stdin ends."""
    orders = Orders(json.loads(sys.stdin.readline()))
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, args=(listener, orders), daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    print(json.dumps([len(orders.ended), sum(n > 1 for n in orders.ended.values())]), flush=True)


if __name__ == "__main__":
    main()
