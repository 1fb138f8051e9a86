"""CPU time of send and inbox, as ratios to FastAPI with a relational database, in one run.

Ours is the function as deployed behind API Gateway. The authorizer's answer is in the event,
because the gateway caches it for a minute. The stub that answers for DynamoDB is another process,
over HTTP without TLS. FastAPI looks up the key in its database each time. SQLite works within the
measured process. PostgreSQL works outside of it, as DynamoDB does.

The fastest variant of FastAPI has only `async def`, and synchronous=NORMAL. For a database that
blocks, FastAPI recommends plain `def`, which changes threads for each dependency.
Only synchronous=FULL makes commits as durable as DynamoDB's. Its writes to the disk cost CPU time
that depends on the machine's kernel and file system.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import recorded, stub
from benchmarks.compared import PACKAGED, Candidate, Taken, compared
from benchmarks.comparisons import postgres
from benchmarks.figures import Figure
from benchmarks.recorded import Case

COMPARED_WITH = "FastAPI + SQLite"
FASTAPI = "benchmarks.comparisons.fastapi_client:make"


def measure(cases: Mapping[str, Case] | None = None) -> Iterator[Figure]:
    """Yield the figures of send and inbox."""
    cases = cases or recorded.cases()
    programs = postgres.programs()
    if programs is None:
        print("PostgreSQL is not installed here, so it is not compared.")
    for name in ("send", "inbox"):
        with contextlib.ExitStack() as stack:
            candidates = dict(_candidates(stack, cases[name], programs))
            found = compared(candidates, COMPARED_WITH)
        yield from _figures(name, found)


def _figures(name: str, found: Mapping[str, Taken]) -> Iterator[Figure]:
    for other in found:
        if other != "ours":
            ratio = found["ours"].ratio / found[other].ratio
            yield Figure(f"{name}: CPU to {other}", ratio, "×", kind="ratio")
    if "floor" in found:
        yield Figure(
            f"{name}: CPU of the floor to {COMPARED_WITH}", found["floor"].ratio, "×", kind="ratio"
        )
    yield Figure(f"{name}: CPU", found["ours"].microseconds, "µs", kind="machine")


def _candidates(
    stack: contextlib.ExitStack, case: Case, programs: Path | None
) -> Iterator[tuple[str, Candidate]]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="comparisons-")))

    def fastapi(database: str, where: str, **more: Any) -> Candidate:
        settings = {"case": case.as_json(), "database": database, "where": where, **more}
        return stack.enter_context(Candidate(FASTAPI, {}, settings))

    def stubbed(make: str, wire: list[tuple[str, bytes]], **where: str) -> Candidate:
        url = stack.enter_context(stub.running(wire))
        environment = {"AWS_ENDPOINT_URL": url, **where}
        return stack.enter_context(Candidate(make, environment, case.as_json()))

    yield "ours", stubbed("benchmarks.functions:make", case.wire, **PACKAGED)
    yield COMPARED_WITH, fastapi("sqlite", f"{folder}/plain")
    yield "FastAPI, plain def, + SQLite", fastapi("sqlite", f"{folder}/def", is_threaded=True)
    if case.name == "send":
        yield "FastAPI + SQLite, synchronous=FULL", fastapi("durable_sqlite", f"{folder}/full")
    if programs is not None:
        where = stack.enter_context(postgres.running(programs))
        yield "FastAPI + PostgreSQL", fastapi("postgres", where)
    if case.name == "send":
        put = [answer for answer in case.wire if answer[0] == "PutItem"]
        yield "floor", stubbed("benchmarks.comparisons.floor:make", put)
