"""Whether the cost of a page grows with the history behind it.

    python -m benchmarks.growth

Each list is read with 100, 1,000, 10,000 and 100,000 entries in its history. The page stays the
same. The figures are ratios of the read units and the items read, with the most entries to those
with the fewest. 1 means that the cost does not grow. A filter examines a limited number of entries,
which is more than a hundred, so filtered lists begin with 1,000 entries.

The first entries come through the API, with moto. Then `fake_dynamodb` holds the tables, where they
grow and are read.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise, product
from typing import Any

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.operations import over_moto, unheard

SIZES = (100, 1_000, 10_000, 100_000)
FILTERED_FROM = 1_000
FLAT = 1.0
HISTORIES = ("messages", "orders", "agents")
FIRST = ", first page"

Costs = dict[
    tuple[str, bool], list[dict[str, float]]
]  # by page and whether it is filtered, in order of size


def measure() -> Iterator[Figure]:
    """Yield two ratios for each page. Also yield what a filtered page costs at most."""
    for history in HISTORIES:
        for (name, is_filtered), costs in grow(history).items():
            yield from _figures(name, costs, is_filtered=is_filtered)


def _figures(name: str, costs: list[dict[str, float]], *, is_filtered: bool) -> Iterator[Figure]:
    sizes = [size for size in SIZES if size >= FILTERED_FROM or not is_filtered]
    if len(costs) != len(sizes):
        raise ValueError(f"{name} was not read at each size")
    least, *_, most = costs
    size = sizes[0]
    for what in least:
        told = f"{name}: {what}, {SIZES[-1]:,} entries"
        yield Figure(f"{told} to {size:,}", most[what] / least[what], "×", FLAT)
        if is_filtered:
            yield Figure(told, most[what], what)


def grow(history: str, sizes: Iterable[int] = SIZES) -> Costs:
    """Let a history grow, and read its lists at each size."""
    costs: Costs = defaultdict(list)
    with unheard(), over_moto():
        from benchmarks.histories import History  # noqa: PLC0415 - within moto
        from local.in_process.fake_dynamodb import on_fake  # noqa: PLC0415

        made = History()
        growing, pages = getattr(made, history)()
        with on_fake(made.cloud) as fake:
            for begin, size in pairwise((0, *sizes)):
                for number, (table, item) in product(range(begin, size), growing):
                    fake.put(table, item(number))
                for name, page in pages.items():
                    if page.is_filtered and size < FILTERED_FROM:
                        continue
                    for told, cost in read(made.meter, name, page.read):
                        costs[told, page.is_filtered].append(cost)
    return costs


def read(meter: Any, name: str, page: Callable[..., Any]) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield the costs of a list's first page and of its second page, if there is one."""
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


if __name__ == "__main__":
    print(figures.table(measure()))
