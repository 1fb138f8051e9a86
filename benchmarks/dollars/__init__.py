"""Dollars, from counts and prices: a million calls of each route, and a month without calls.

    python -m benchmarks.dollars             print all tables, from the counts of results.json
    python -m benchmarks.dollars --write     update docs/costs.md with them

    bills         what one invocation needs, and what a million of them cost, part by part
    routes        the call that is measured for each route of the template
    background    the functions that no route calls
    idle          a month of a stack that nobody uses, and of agents that only send heartbeats
    waking        each way to be woken, and months of connected agents
    texts         the operations of `sizes`, by the size of their text
    tables        the tables of docs/costs.md

Nothing here is measured. The counts are those of the other groups, the prices those of
`benchmarks.prices`, and what no count says is in `benchmarks.assumed`. So the same counts make the
same dollars.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks.dollars import background, idle, routes, texts, waking
from benchmarks.dollars.bills import Counts
from benchmarks.figures import Figure, rounded


def measure(found: Iterable[Figure]) -> Iterator[Figure]:
    """Yield the dollars that follow from these counts, the most expensive first."""
    counts = Counts.of(replace(figure, value=rounded(figure.value)) for figure in found)
    for row in routes.rows(counts):
        yield Figure(f"{row.route}: $ a million", row.busy.total, "$")
        yield Figure(f"{row.route}, alone: $ a million", row.alone.total, "$")
    for each in background.rows(counts):
        yield Figure(f"{each.function}, {each.what}: $ a million", each.bill.total, "$")
    for name, bill in texts.bills(counts):
        yield Figure(f"{name}: $ a million", bill.total, "$")
    for stack, items in (("first", True), ("further", False)):
        dollars = sum(item.dollars(is_first=items) for item in idle.items(counts))
        yield Figure(f"an idle month of an account's {stack} stack", dollars, "$")
    for way in waking.ways(counts):
        yield Figure(f"{way.name}: $ an idle hour", way.idle_hour, "$")
        yield Figure(f"{way.name}: $ a million events", way.million_events, "$")
    for every in idle.INTERVALS:
        yield Figure(
            f"a month of an agent's heartbeats, every {every} s", idle.agent(counts, every), "$"
        )
