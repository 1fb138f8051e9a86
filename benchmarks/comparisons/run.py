"""CPU of send and inbox, as ratios to FastAPI over a relational database, all in the same run.

Our side is the function as deployed behind API Gateway: the authorizer's answer is in the event
(the gateway remembers it for a minute), and the stub that answers for DynamoDB is another process,
over HTTP without TLS. FastAPI's side looks the key up in its database each time. SQLite does its
work within the process that is measured; PostgreSQL, like DynamoDB, outside of it.

The one with the target is the hardest to stand beside: everything `async def`, synchronous=NORMAL.
FastAPI's documents advise plain `def` for a database that blocks, which changes threads for every
dependency; and only synchronous=FULL promises of a commit what DynamoDB does, at the cost of a
write to the disk whose CPU belongs to the machine's kernel and file system.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import recorded, stub
from benchmarks.compared import PACKAGED, Side, Taken, compared
from benchmarks.comparisons import postgres
from benchmarks.figures import Figure
from benchmarks.recorded import Case

SEND_TARGET = 6.0
HELD_AGAINST = "FastAPI + SQLite"
FASTAPI = "benchmarks.comparisons.fastapi_side:make"


def measure(cases: Mapping[str, Case] | None = None) -> Iterator[Figure]:
    """The figures of both."""
    cases = cases or recorded.cases()
    programs = postgres.programs()
    if programs is None:
        print("PostgreSQL is not installed here, so nothing is held against it")
    for name in ("send", "inbox"):
        with contextlib.ExitStack() as stack:
            sides = dict(_sides(stack, cases[name], programs))
            found = compared(sides, HELD_AGAINST)
        yield from _figures(name, found)


def _figures(name: str, found: Mapping[str, Taken]) -> Iterator[Figure]:
    target = SEND_TARGET if name == "send" else None
    for other in found:
        if other != "ours":
            limit = target if other == HELD_AGAINST else None
            ratio = found["ours"].ratio / found[other].ratio
            yield Figure(f"{name}: CPU to {other}", ratio, "×", limit, kind="ratio")
    if "floor" in found:
        yield Figure(
            f"{name}: CPU of the floor to {HELD_AGAINST}", found["floor"].ratio, "×", kind="ratio"
        )
    yield Figure(f"{name}: CPU", found["ours"].microseconds, "µs", kind="machine")


def _sides(
    stack: contextlib.ExitStack, case: Case, programs: Path | None
) -> Iterator[tuple[str, Side]]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="beside-")))

    def fastapi(database: str, where: str, **more: Any) -> Side:
        settings = {"case": case.as_json(), "database": database, "where": where, **more}
        return stack.enter_context(Side(FASTAPI, {}, settings))

    def stubbed(make: str, wire: list[tuple[str, bytes]], **where: str) -> Side:
        url = stack.enter_context(stub.running(wire))
        environment = {"AWS_ENDPOINT_URL": url, **where}
        return stack.enter_context(Side(make, environment, case.as_json()))

    yield "ours", stubbed("benchmarks.functions:make", case.wire, **PACKAGED)
    yield HELD_AGAINST, fastapi("sqlite", f"{folder}/plain")
    yield "FastAPI, plain def, + SQLite", fastapi("sqlite", f"{folder}/def", is_threaded=True)
    if case.name == "send":
        yield "FastAPI + SQLite, synchronous=FULL", fastapi("durable_sqlite", f"{folder}/full")
    if programs is not None:
        where = stack.enter_context(postgres.running(programs))
        yield "FastAPI + PostgreSQL", fastapi("postgres", where)
    if case.name == "send":
        put = [answer for answer in case.wire if answer[0] == "PutItem"]
        yield "floor", stubbed("benchmarks.comparisons.floor:make", put)
