"""What operations cost with texts of 0.4, 4 and 64 KB.

    python -m benchmarks.sizes           measure, and print the two tables
    python -m benchmarks.sizes --write   update docs/costs.md from results.json

The functions' handlers run in this process with moto, as in `operations`. 64 KB is the maximum for
a message, the description of an order, and the summary of a result.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import figures, prices
from benchmarks.figures import Figure
from benchmarks.operations import over_moto, unheard

COSTS = Path(__file__).resolve().parents[1] / "docs" / "costs.md"
SIZES = {"0.4 KB": 400, "4 KB": 4 * 1024, "64 KB": 64 * 1024}
PAGE = {"limit": "20"}


def measure() -> Iterator[Figure]:
    """Yield the units and the dollars of each operation at each size."""
    for size, length in SIZES.items():
        for name, cost in list(_costs("x" * length)):
            yield Figure(f"{name}, {size}: write units", cost.write_units, "WCU")
            yield Figure(f"{name}, {size}: read units", cost.read_units, "RCU")
            dollars = prices.of_units(cost.write_units, cost.read_units) + prices.around_it()
            yield Figure(f"{name}, {size}: $ a million", dollars, "$")


def _costs(text: str) -> Iterator[tuple[str, Any]]:
    with unheard(), over_moto():
        from benchmarks.operations import metered_workload  # noqa: PLC0415 - within moto

        meter, workload = metered_workload()
        for name, perform in _operations(workload, text):
            with meter.reading() as cost:
                perform()
            yield name, cost


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


def table(found: list[Figure]) -> str:
    """Return a table of the operations: their units, and the dollars of a million, at each size."""
    by_name = {figure.name: figure.value for figure in found if figure.group == "sizes"}
    first = next(iter(SIZES))
    names = [
        name.removesuffix(f", {first}: $ a million")
        for name in by_name
        if name.endswith(f", {first}: $ a million")
    ]
    head = "| a million of | " + " | ".join(f"{size}: W / R | $" for size in SIZES) + " |"
    lines = [head, "|---|" + "---:|---:|" * len(SIZES)]
    for name in names:
        cells = []
        for size in SIZES:
            told = f"{name}, {size}"
            writes, reads = by_name[f"{told}: write units"], by_name[f"{told}: read units"]
            cells += [f"{writes:g} / {reads:g}", f"{by_name[f'{told}: $ a million']:,.2f}"]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def shares(found: list[Figure]) -> str:
    """Return what the dollars of a million sends pay for, at each size."""
    by_name = {figure.name: figure.value for figure in found if figure.group == "sizes"}
    parts: dict[str, list[float]] = {}
    for size in SIZES:
        writes = by_name[f"send, {size}: write units"] * prices.PER_MILLION_WRITE_UNITS
        reads = by_name[f"send, {size}: read units"] * prices.PER_MILLION_READ_UNITS
        counted = prices.PROJECTION_WRITE_UNITS * prices.PER_MILLION_WRITE_UNITS
        around = {"DynamoDB, writes": writes, "DynamoDB, reads": reads, "counting it": counted}
        for part, dollars in (around | prices.parts_around_it()).items():
            parts.setdefault(part, []).append(dollars)
    totals = [sum(column) for column in zip(*parts.values(), strict=True)]
    lines = ["| a million sends pay for | " + " | ".join(f"{size}, $" for size in SIZES) + " |"]
    lines.append("|---|" + "---:|" * len(SIZES))
    for part, dollars in parts.items():
        pairs = zip(dollars, totals, strict=True)
        lines.append(f"| {part} | " + " | ".join(f"{d:.2f} ({d / t:.0%})" for d, t in pairs) + " |")
    lines.append("| together | " + " | ".join(f"{total:.2f}" for total in totals) + " |")
    return "\n".join(lines)


def placed(text: str, found: list[Figure]) -> str:
    """Return docs/costs.md with both tables in their places."""
    for name, shown in (("sizes", table(found)), ("shares", shares(found))):
        block = f"<!-- {name} -->\n{shown}\n<!-- end -->"
        pattern = f"<!-- {name} -->.*?<!-- end -->"
        text = re.sub(pattern, lambda _, block=block: block, text, flags=re.DOTALL)
    return text


def main() -> None:
    """Update docs/costs.md from results.json, or print the tables."""
    COSTS.write_text(placed(COSTS.read_text("utf-8"), figures.read()), "utf-8")


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        main()
    else:
        from dataclasses import replace

        measured = [replace(figure, group="sizes") for figure in measure()]
        print(table(measured), shares(measured), sep="\n\n")
