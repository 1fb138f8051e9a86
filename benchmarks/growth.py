"""Does a page cost what it holds, or what its owner has gathered in years?

    python -m benchmarks.growth

Each list is read with 100 entries in its history, with a thousand, ten thousand and a hundred
thousand, the page staying the same. The figures are the read units and the items read with the
most, to those with the least: 1 is flat. A filter examines a bounded number of entries, more than a
hundred, so where one is at work a thousand is the least.

What is there at first comes through the API, over moto; then the tables are put on a shelf
(`shelf`), where they grow and are read.
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

Costs = dict[tuple[str, bool], list[dict[str, float]]]  # of a page, filtered or not, by size


def measure() -> Iterator[Figure]:
    """Two ratios of each page; of a filtered one also what it takes at the most."""
    for history in HISTORIES:
        for (name, is_filtered), costs in grow(history).items():
            yield from _figures(name, costs, is_filtered=is_filtered)


def _figures(name: str, costs: list[dict[str, float]], *, is_filtered: bool) -> Iterator[Figure]:
    sizes = [size for size in SIZES if size >= FILTERED_FROM or not is_filtered]
    if len(costs) != len(sizes):
        raise ValueError(f"{name} is not there at each size")
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
        with on_fake(made.cloud) as shelf:
            for begin, size in pairwise((0, *sizes)):
                for number, (table, item) in product(range(begin, size), growing):
                    shelf.put(table, item(number))
                for name, page in pages.items():
                    if page.is_filtered and size < FILTERED_FROM:
                        continue
                    for told, cost in read(made.meter, name, page.read):
                        costs[told, page.is_filtered].append(cost)
    return costs


def read(meter: Any, name: str, page: Callable[..., Any]) -> Iterator[tuple[str, dict[str, float]]]:
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


if __name__ == "__main__":
    print(figures.table(measure()))
