"""What a faster client for DynamoDB would save: tweaks of botocore, and a client in Rust.

    python -m benchmarks.clients

This measures the database calls of one request, through our table modules. For `send`, these are a
batch read of four keys in two tables, a conditional update and a put. For `inbox`, it is a query
with 20 messages. `boto3` is the plain client with the product's timeouts. The product's own client
has the tweaks that AWS supports.
"""

import json
import os
import resource
import statistics
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from benchmarks import figures, recorded, stub
from benchmarks.compared import ENVIRONMENT, ROOT, Candidate, compared, python
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
    """Yield the calls and the CPU ratio of each variant, and the ratio of the imports."""
    cases = cases or recorded.cases()
    for name in ("send", "inbox"):
        with ExitStack() as stack:
            candidates = dict(_candidates(stack, cases[name]))
            for variant, candidate in candidates.items():
                yield Figure(f"{name} by {variant}: calls", candidate.calls(), "calls")
            found = compared(candidates, PLAIN)
        for variant in candidates:
            if variant != PLAIN:
                ratio = found[variant].ratio
                yield Figure(f"{name} by {variant}: CPU to {PLAIN}", ratio, "×", kind="ratio")
    yield from _imports()


def _candidates(stack: ExitStack, case: Case) -> Iterator[tuple[str, Candidate]]:
    variants = json.loads(
        _ask("from benchmarks.botocore_tweaks import tweaks; print(json.dumps(tweaks.VARIANTS))")
    )
    for name, tweaks in {PLAIN: [], **variants}.items():
        url = stack.enter_context(stub.running(case.wire))
        settings = {"case": case.as_json(), "tweaks": tweaks}
        yield (
            name,
            stack.enter_context(
                _candidate("benchmarks.botocore_tweaks.tweaks:make", url, settings)
            ),
        )
    if (
        _ask("import importlib.util as u; print(json.dumps(bool(u.find_spec('pydynox'))))")
        == "true"
    ):
        url = stack.enter_context(stub.running(list(_table_by_table(case))))
        settings = {"case": case.as_json()}
        yield (
            PYDYNOX,
            stack.enter_context(_candidate("benchmarks.botocore_tweaks.rust:make", url, settings)),
        )


def _candidate(make: str, url: str, settings: object) -> Candidate:
    return Candidate(make, {"AWS_ENDPOINT_URL_DYNAMODB": url}, settings)


def _table_by_table(case: Case) -> Iterator[tuple[str, bytes]]:
    """Yield the answers for a client whose batch read takes one table."""
    for exchange in case.exchanges:
        if exchange.operation != "BatchGetItem":
            yield exchange.operation, exchange.body.encode()
            continue
        answer = json.loads(exchange.body)
        for table in exchange.request["RequestItems"]:
            one = {**answer, "Responses": {table: answer["Responses"].get(table, [])}}
            yield exchange.operation, json.dumps(one).encode()


def _imports() -> Iterator[Figure]:
    """Yield the CPU time of a process that makes a client, less that of an empty process."""
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
    """Run a program with the candidates' Python and return its output."""
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
