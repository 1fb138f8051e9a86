"""What a leaner client would give: botocore's cheap wins and a client in Rust, by our tables.

    python -m benchmarks.clients

The unit is the database's part of one request: for `send` a batch read of four keys in two tables,
a conditional update and a put, for `inbox` a query that brings 20 messages. Plain boto3 is the
client with the product's time limits and none of this; the product's own has what is supported.
"""

import json
import os
import resource
import statistics
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from benchmarks import figures, recorded, stub
from benchmarks.compared import ENVIRONMENT, ROOT, Side, compared, python
from benchmarks.figures import Figure
from benchmarks.recorded import Case

PLAIN = "boto3"
PYDYNOX = "pydynox"
IMPORTS = {
    "nothing": "pass",
    PLAIN: "import boto3; boto3.client('dynamodb')",
    PYDYNOX: "import pydynox; pydynox.DynamoDBClient(region='us-east-1')",
}
IMPORT_ROUNDS = 9


def measure(cases: Mapping[str, Case] | None = None) -> Iterator[Figure]:
    """Calls and CPU ratio of each variant, and the import of both clients."""
    cases = cases or recorded.cases()
    for name in ("send", "inbox"):
        with ExitStack() as stack:
            sides = dict(_sides(stack, cases[name]))
            for variant, side in sides.items():
                yield Figure(f"{name} by {variant}: calls", side.calls(), "calls")
            found = compared(sides, PLAIN)
        for variant in sides:
            if variant != PLAIN:
                ratio = found[variant].ratio
                yield Figure(f"{name} by {variant}: CPU to {PLAIN}", ratio, "×", kind="ratio")
    yield from _imports()


def _sides(stack: ExitStack, case: Case) -> Iterator[tuple[str, Side]]:
    variants = json.loads(
        _ask("from benchmarks.botocore_tweaks import wins; print(json.dumps(wins.VARIANTS))")
    )
    for name, wins in {PLAIN: [], **variants}.items():
        url = stack.enter_context(stub.running(case.wire))
        settings = {"case": case.as_json(), "wins": wins}
        yield (
            name,
            stack.enter_context(_side("benchmarks.botocore_tweaks.tweaks:make", url, settings)),
        )
    if (
        _ask("import importlib.util as u; print(json.dumps(bool(u.find_spec('pydynox'))))")
        == "true"
    ):
        url = stack.enter_context(stub.running(list(_table_by_table(case))))
        settings = {"case": case.as_json()}
        yield (
            PYDYNOX,
            stack.enter_context(_side("benchmarks.botocore_tweaks.rust:make", url, settings)),
        )


def _side(make: str, url: str, settings: object) -> Side:
    return Side(make, {"AWS_ENDPOINT_URL_DYNAMODB": url}, settings)


def _table_by_table(case: Case) -> Iterator[tuple[str, bytes]]:
    """The answers where a batch read is one of a single table."""
    for exchange in case.exchanges:
        if exchange.operation != "BatchGetItem":
            yield exchange.operation, exchange.body.encode()
            continue
        answer = json.loads(exchange.body)
        for table in exchange.request["RequestItems"]:
            one = {**answer, "Responses": {table: answer["Responses"].get(table, [])}}
            yield exchange.operation, json.dumps(one).encode()


def _imports() -> Iterator[Figure]:
    """CPU of a process that makes a client, less that of one that does nothing."""
    taken: dict[str, list[float]] = {name: [] for name in IMPORTS}
    for _ in range(IMPORT_ROUNDS):
        for name, program in IMPORTS.items():
            before = _children_seconds()
            _ask(program)
            taken[name].append(_children_seconds() - before)
    nothing, plain, rust = (statistics.median(taken[name]) for name in IMPORTS)
    ratio = (rust - nothing) / (plain - nothing)
    yield Figure(f"import of {PYDYNOX} to {PLAIN}", ratio, "×", kind="ratio")


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ask(program: str) -> str:
    """What a program prints in the sides' Python."""
    answer = subprocess.run(  # noqa: S603
        [python(), "-c", f"import json\n{program}"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **ENVIRONMENT},
    )
    return answer.stdout.strip()


if __name__ == "__main__":
    print(figures.table(measure()))
