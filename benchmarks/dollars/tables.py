"""The tables of docs/costs.md that show dollars, by their names in the page."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks import assumed, figures, prices, sizes
from benchmarks.dollars import background, idle, routes, texts, waking
from benchmarks.dollars.bills import Bill, Counts, Need, of_cpu_seconds, stored
from benchmarks.figures import Figure
from benchmarks.scale.markdown import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "costs.md"
TIMED = "send: CPU"  # in microseconds, of the machine of results.json
ARCHITECTURES = (prices.PER_GB_SECOND, prices.PER_GB_SECOND_X86)
WAYS = {
    "heartbeat": f"a heartbeat every {waking.HEARTBEAT_SECONDS} s",
    "slow heartbeat": f"a heartbeat every {waking.SLOW_HEARTBEAT_SECONDS} s",
    "wait": "requests that wait",
    "socket": "a WebSocket",
    "webhook": "a webhook",
}
# What a million sends pay for, and the part of the bill.
SHARES = {
    "DynamoDB, writes": "writes",
    "DynamoDB, reads": "reads",
    "API Gateway": "gateway",
    "Lambda": "function",
    "logs": "logs",
    "authorizer, one call in five": "authorizer",
    "statistics": "statistics",
    "the event for the recipient": "relay",
    "traffic": "traffic",
}


def tables(found: Iterable[Figure]) -> Mapping[str, str]:
    """Return all tables in Markdown, from the counts of results.json."""
    counts = Counts.of(found)
    return {
        "routes": of_routes(counts),
        "cpu": of_cpu(counts),
        "background": of_background(counts),
        "sizes": of_sizes(counts),
        "shares": of_shares(counts),
        "idle": of_idle(counts),
        "schedules": of_schedules(counts),
        "heartbeats": of_heartbeats(counts),
        "waking": of_waking(counts),
        "connected": of_connected(counts),
        "prices": of_prices(),
    }


def placed(text: str, found: Iterable[Figure]) -> str:
    """Return docs/costs.md with each table in its place."""
    for name, shown in tables(found).items():
        between = rf"(<!-- dollars: {name} -->\n).*?(<!-- end -->)"
        text = re.sub(between, rf"\1{shown}\n\2", text, flags=re.DOTALL)
    return text


def write() -> None:
    """Update docs/costs.md from results.json."""
    PAGE.write_text(placed(PAGE.read_text("utf-8"), figures.read()), "utf-8")


def of_routes(counts: Counts) -> str:
    """Return a row for each route, the most expensive first."""
    rows = []
    for row in routes.rows(counts):
        busy, cells = row.busy, _needed(row.need)
        parts = (
            busy.tables,
            busy.gateway,
            busy.function,
            busy.authorizer,
            busy.logs,
            busy.statistics,
            busy.relay,
            busy.traffic,
            busy.total,
            row.alone.total,
            stored(row.need),
        )
        called = f"`{row.route}`" + (f", {row.call}" if row.call else "")
        rows.append([called, *cells, *map(_dollars, parts)])
    head = (
        "a million of|W / R|ms|tables|gateway|Lambda|key|logs|statistics|relay|traffic|**all, $**"
    )
    return table(f"{head}|alone, $|kept, $ a month", rows)


def of_cpu(counts: Counts) -> str:
    """Return what the CPU time of a million sends costs, as computed and as measured."""
    need = counts.need("send", "MessagingFunction")
    rate = f"{assumed.INSTRUCTIONS_PER_SECOND / 1e6:,.0f}"
    told = (
        f"{need.instructions / 1e6:.1f} M instructions, at {rate} M a second, as in the table above"
    )
    seconds = {told: need.cpu_seconds, "measured by `make bench`": counts.values[TIMED] / 1e6}
    rows = [
        [
            what,
            f"{taken * 1000:.1f}",
            *(_dollars(of_cpu_seconds(taken, price)) for price in ARCHITECTURES),
        ]
        for what, taken in seconds.items()
    ]
    return table("the CPU time of a send|ms of a core|$ a million, arm64|x86_64", rows)


def of_background(counts: Counts) -> str:
    """Return a row for each kind of invocation that no route makes."""
    rows = [
        [
            f"`{row.function}`",
            row.what,
            *_needed(row.need),
            *map(_dollars, (row.bill.tables, row.bill.function, row.bill.logs, row.bill.total)),
        ]
        for row in background.rows(counts)
    ]
    return table("a million of|each|W / R|ms|tables|Lambda|logs|**all, $**", rows, left=2)


def of_sizes(counts: Counts) -> str:
    """Return the units and the dollars of each operation at each size of its text."""
    rows = []
    for operation in texts.OPERATIONS:
        cells = []
        for size in sizes.SIZES:
            name = f"{operation}, {size}"
            units = [counts.values[f"{name}: {what} units"] for what in ("write", "read")]
            cells += [_units(*units), _dollars(texts.bill(counts, operation, size).total)]
        rows.append([operation, *cells])
    return table("a million of|" + "|".join(f"{size}: W / R|$" for size in sizes.SIZES), rows)


def of_shares(counts: Counts) -> str:
    """Return what the dollars of a million sends pay for, at each size."""
    bills = [texts.bill(counts, "send", size) for size in sizes.SIZES]
    rows = [[what, *(_share(bill, part) for bill in bills)] for what, part in SHARES.items()]
    rows.append(["together", *(_dollars(bill.total) for bill in bills)])
    return table("a million sends pay for|" + "|".join(f"{size}, $" for size in sizes.SIZES), rows)


def of_idle(counts: Counts) -> str:
    """Return a row for each item of a month without calls."""
    found = idle.items(counts)
    rows = [
        [
            item.what,
            f"{item.number:,.2f}" if item.number < 1 else f"{item.number:,.0f}",
            *(_dollars(item.dollars(is_first=first)) for first in (True, False)),
        ]
        for item in found
    ]
    sums = [sum(item.dollars(is_first=first) for item in found) for first in (True, False)]
    rows.append(["**all**", "", *map(_dollars, sums)])
    return table("in a month|how many|an account's first stack, $|a further one, $", rows)


def of_schedules(counts: Counts) -> str:
    """Return what a month of each schedule costs at some intervals."""
    rows = [
        [f"`{name}`", *(_dollars(idle.scheduled(counts, name, s)) for s in idle.SCHEDULES)]
        for name in dict.fromkeys(parameter for _, parameter in idle.SCHEDULED.values())
    ]
    return table("parameter|each minute, $ a month|each 5 minutes|each hour", rows)


def of_heartbeats(counts: Counts) -> str:
    """Return what a month of agents costs that only send heartbeats."""
    rows = [
        [f"{number:,}", *(_dollars(number * idle.agent(counts, each)) for each in idle.INTERVALS)]
        for number in idle.AGENTS
    ]
    first, *others = idle.INTERVALS
    head = f"agents|every {first} s, $ a month|"
    return table(head + "|".join(f"every {each} s" for each in others), rows)


def of_waking(counts: Counts) -> str:
    """Return what each way to be woken costs while nothing happens, and for each event."""
    rows = [
        [WAYS[way.name], f"{way.idle_hour:.6f}", _dollars(way.million_events)]
        for way in waking.ways(counts)
    ]
    return table("an agent is woken by|an hour of waiting, $|a million events, $", rows)


def of_connected(counts: Counts) -> str:
    """Return what a month of agents costs that wait all the time."""
    found = waking.months(counts)
    rows = [
        [f"{number:,}", *(f"{each:,.0f}" for each in dollars.values())]
        for number, dollars in found.items()
    ]
    names = "|".join(f"{WAYS[name]}, $ a month" for name in next(iter(found.values())))
    return table(f"agents|{names}", rows)


def of_prices() -> str:
    """Return the price list."""
    rows = [
        [f"[{price.what}]({price.source})", f"{float(price):.10f}".rstrip("0").rstrip(".")]
        for price in prices.price_list().values()
    ]
    return table(f"{prices.REGION}, {prices.DATE}|$", rows)


def _needed(need: Need) -> tuple[str, str]:
    return _units(need.writes, need.reads), f"{need.seconds * 1000:,.0f}"


def _units(writes: float, reads: float) -> str:
    return f"{writes:g} / {reads:g}"


def _share(bill: Bill, part: str) -> str:
    dollars = getattr(bill, part)
    return f"{dollars:.2f} ({dollars / bill.total:.0%})"


def _dollars(value: float) -> str:
    return f"{value:,.2f}"
