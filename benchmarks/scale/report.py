"""The tables of docs/scale.md and docs/costs.md, by their names in the pages."""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.scale import (
    busy_minute,
    contention,
    costs,
    inboxes,
    limiter,
    midnight,
    partitions,
    quotas,
    streams,
    sweep,
    waking,
    worst_day,
)
from benchmarks.scale.loads import HEARTBEAT_SECONDS, Load, heartbeats, one_recipient
from benchmarks.scale.orders import hourly

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = (DOCS / "scale.md", DOCS / "costs.md")


def loads() -> list[Load]:
    """Return the loads: an inbox, read later or at once; heartbeats, all or a tenth; orders."""
    return [
        one_recipient(is_read=False),
        one_recipient(),
        heartbeats(),
        heartbeats(every=10 * HEARTBEAT_SECONDS),
        hourly(),
    ]


def tables(burst_seconds: float = 1) -> Mapping[str, str]:
    """Return all tables by name, in Markdown."""
    found = loads()
    return {
        "keys": partitions.table(found, burst_seconds),
        "inbox": inboxes.table(),
        "limiter": limiter.table(),
        "midnight": midnight.table(),
        "contention": contention.table(),
        "sweep": sweep.table(),
        "streams": streams.table(),
        "relay": waking.relay_table(),
        "connections": waking.connections_table(),
        "quotas": quotas.table(found),
        "costs": costs.table(found),
        "minute": busy_minute.table(),
        "day": worst_day.table(),
        "dearest": worst_day.routes_table(),
    }


def fill(document: str, found: Mapping[str, str]) -> str:
    """Return the page with each table between its marks."""
    for name, text in found.items():
        between = rf"(<!-- scale: {name} -->\n).*?(<!-- end -->)"
        document = re.sub(between, rf"\1{text}\n\2", document, flags=re.DOTALL)
    return document
