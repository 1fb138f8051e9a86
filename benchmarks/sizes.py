"""What operations need with texts of 0.4, 4 and 64 KB.

    python -m benchmarks.sizes

The functions' handlers run in this process with moto, as in `operations`. 64 KB is the maximum for
a message, the description of an order, and the summary of a result. `dollars` computes what they
cost.
"""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import figures, heard
from benchmarks.figures import Figure
from benchmarks.operations import (
    Counted,
    counted,
    metered_workload,
    over_moto,
    records,
    unheard,
)

SIZES = {"0.4 KB": 400, "4 KB": 4 * 1024, "64 KB": 64 * 1024}
PAGE = {"limit": "20"}


def measure() -> Iterator[Figure]:
    """Yield what each operation needs at each size."""
    for size, length in SIZES.items():
        for each in list(_costs("x" * length)):
            name = f"{each.name}, {size}"
            yield Figure(f"{name}: write units", each.cost.write_units, "WCU")
            yield Figure(f"{name}: read units", each.cost.read_units, "RCU")
            yield Figure(f"{name}: round trips", each.cost.round_trips, "round trips")
            yield Figure(f"{name}: answer bytes", each.invocation.answered_bytes, "bytes")
            yield Figure(f"{name}: log bytes", heard.logged_bytes(each.logs), "bytes")
            yield from records(name, each)
            # Not compared: a message that begins a minute begins an item of the sent log too.
            yield Figure(f"{name}: stored bytes", each.stored_bytes, "bytes", kind="machine")


def _costs(text: str) -> Iterator[Counted]:
    with unheard(), over_moto():
        meter, workload = metered_workload()
        yield from counted(_operations(workload, text), meter)


def _operations(workload: Any, text: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    yield from _messages(workload, text)
    yield from _orders(workload, text)


def _messages(workload: Any, text: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    ping = {"to_agent_id": "boots", "message": text}
    sent = workload.send("nova", "boots", text)
    back = {"reply_to_id": sent["message_id"]}
    one = f"/messaging/messages/{sent['message_id']}"
    read = f"/messaging/mark-read/{sent['message_id']}"
    pending = {**PAGE, "status": "pending"}
    yield "ping", lambda: workload.call("POST", "/messaging/ping", body=ping)
    yield "send", lambda: workload.send("nova", "boots", text)
    yield "send, with a key", lambda: workload.send("nova", "boots", text, key="sized")
    yield (
        "reply",
        lambda: workload.call(
            "POST", "/messaging/send", "boots", {"to_agent_id": "nova", "body": text, **back}
        ),
    )
    yield "message", lambda: workload.call("GET", one, "boots")
    yield "mark-read", lambda: workload.call("POST", read, "boots", {})
    for _ in range(int(PAGE["limit"])):
        workload.send("nova", "boots", text)
    yield (
        "inbox page of 20",
        lambda: workload.call("GET", "/messaging/inbox", "boots", query=pending),
    )
    yield "sent page of 20", lambda: workload.call("GET", "/messaging/sent", query=PAGE)


def _orders(workload: Any, text: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    offered = [workload.offer(description=text) for _ in range(int(PAGE["limit"]))]
    one = f"/messaging/work-order/{offered[0]}"
    yield "create order", lambda: workload.offer(description=text)
    yield "accept", lambda: workload.move(offered[0], "accept")
    yield "complete", lambda: workload.call("POST", f"{one}/complete", "boots", {"summary": text})
    yield "work-order", lambda: workload.call("GET", one)
    listed = {**PAGE, "role": "worker", "status": "pending"}
    yield (
        "work-orders page of 20",
        lambda: workload.call("GET", "/messaging/work-orders", "boots", query=listed),
    )


if __name__ == "__main__":
    print(figures.table(measure()))
