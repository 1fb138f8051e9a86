"""Does a page cost what it holds, or what its owner has gathered in years?

    python -m benchmarks.growth

Each list is read with 100 entries in its history, with a thousand, ten thousand and a hundred
thousand, the page staying the same: on a second engine, for moto reads a whole table for each
query. The figures are the read units and the items read with the most, to those with the least:
1 is flat. The first page of a list brings its total, which is counted up to a thousand; where that
costs more than the page, it is held against the list of a thousand, and says so.

Each history grows in a process of its own: its functions have an engine of their own.
"""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from botocore.config import Config

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.operations import ROOT

SIZES = (100, 1_000, 10_000, 100_000)
FLAT = 1.0
HISTORIES = ("messages", "orders", "agents")
PARALLEL = 2
FIRST = ", first page with its total"
BATCH = 25  # items that one call writes

Pages = dict[str, Callable[..., Any]]
Growing = tuple[str, Callable[[int], dict[str, Any]]]  # a table, and its n-th item


def measure() -> Iterator[Figure]:
    """Two ratios of each page, of a first one with a total four."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        for found in pool.map(_grown, HISTORIES):
            for name, costs in found.items():
                yield from _figures(name, costs)


def _figures(name: str, costs: list[dict[str, float]]) -> Iterator[Figure]:
    least, thousand, *_, most = costs
    for what in least:
        told = f"{name}: {what}, {SIZES[-1]:,} entries to"
        is_counted = name.endswith(FIRST)
        target = None if is_counted else FLAT
        yield Figure(f"{told} {SIZES[0]}", most[what] / least[what], "×", target)
        if is_counted:
            yield Figure(f"{told} {SIZES[1]:,}", most[what] / thousand[what], "×", FLAT)


def _grown(history: str) -> Any:
    """By list, its costs at each size; from a process over an engine of its own."""
    done = subprocess.run(  # noqa: S603 - this module
        [sys.executable, "-m", "benchmarks.growth", history],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise RuntimeError(f"{history}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def grow(history: str) -> dict[str, list[dict[str, float]]]:
    """Let a history grow, and read its lists at each size."""
    from benchmarks.histories import History  # noqa: PLC0415 - once the engine is there

    made = History()
    growing, pages = getattr(made, history)()
    costs: dict[str, list[dict[str, float]]] = defaultdict(list)
    begin = 0
    for size in SIZES:
        for table, item in growing:
            write(made.client, table, map(item, range(begin, size)))
        begin = size
        for name, page in pages.items():
            for told, cost in _read(made.meter, name, page):
                costs[told].append(cost)
    return costs


def _read(
    meter: Any, name: str, page: Callable[..., Any]
) -> Iterator[tuple[str, dict[str, float]]]:
    """The costs of a list's first page and of its second; of one alone if it is all there is."""
    cursor: dict[str, str] = {}
    for which in (FIRST, ""):
        with meter.reading() as cost:
            answer = page(**cursor)
        after = answer.get("next_cursor")
        told = name + which if after or cursor else name
        yield told, {"read units": cost.read_units, "items read": cost.items_read}
        if after is None:
            break
        cursor = {"cursor": after}


def write(client: Any, table: str, items: Iterator[dict[str, Any]]) -> None:
    """Put items into a table as they are."""
    while batch := list(islice(items, BATCH)):
        puts = [{"PutRequest": {"Item": item}} for item in batch]
        client.batch_write_item(RequestItems={table: puts})


def main(history: str) -> None:
    """Print the costs of one history as JSON."""
    import tests.conftest  # noqa: F401, PLC0415 - first: it takes away what leads elsewhere
    from agent_messaging import connection  # noqa: PLC0415
    from tests.engine import second_engine  # noqa: PLC0415

    with second_engine() as engine:
        os.environ.update(
            AWS_ENDPOINT_URL_DYNAMODB=engine.url,
            AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
            POWERTOOLS_METRICS_DISABLED="true",
            POWERTOOLS_LOG_LEVEL="ERROR",
        )
        # The engine takes its time for a query of the largest.
        patient = connection.CONFIG.merge(Config(read_timeout=12))
        usual = connection.connect

        def connect(_config: Config = patient) -> Any:
            os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = engine.url  # the template's own is empty
            return usual(patient)

        connection.connect = connect
        found = grow(history)
    print(json.dumps(found))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "layers" / "agent_messaging"))
    if sys.argv[1:]:
        main(sys.argv[1])
    else:
        print(figures.table(measure()))
