"""The busiest minute of an honest agent in units of its meter, which must fit into the quota.

The agent sends as much as `MessagesPerSender` allows, each with an Idempotency-Key. It always looks
for answers, and does the work of its orders. The units are the budgets of the operations.
"""

from typing import NamedTuple

from agent_messaging.storage import units
from benchmarks import budgets
from benchmarks.scale import markdown
from benchmarks.scale.items import PARAMETERS


class Part(NamedTuple):
    """One operation: its name, how often it runs, its budget, its calls and bytes answered."""

    what: str
    times: int
    budget: str
    calls: int
    answered: int

    @property
    def units(self) -> float:
        """Return the units of one operation."""
        written, read = budgets.UNITS[self.budget]
        tenths = written * units.WRITE_UNIT + read * units.READ_UNIT + self.calls * units.CALL
        return (tenths + units.of_request(self.answered)) / units.UNIT


SENT = int(PARAMETERS["MessagesPerSender"]["Default"])
ORDERS = 20
PARTS = (
    Part("messages of 1 KB sent, with a key", SENT - ORDERS, "send, with a key", 4, 250),
    Part("orders created, with a key and a deadline", ORDERS, "create order, with a key", 4, 250),
    Part("inbox pages, every 5 s", 12, "inbox page of 20 × 400 B and its total", 2, 18_000),
    Part("messages marked as read, one by one", 240, "mark-read", 2, 150),
    Part("presence of other agents", 60, "presence", 1, 400),
    Part("orders accepted, with a key", 10, "accept, with a key", 4, 250),
    Part("orders completed, with a key", 10, "complete, with a key", 4, 250),
    Part("heartbeats", 2, "heartbeat", 4, 250),
)


def total() -> float:
    """Return the units of the minute."""
    return sum(part.times * part.units for part in PARTS)


def table() -> str:
    """Return a row for each part."""
    rows = [
        [part.what, f"{part.times:,}", f"{part.units:.1f}", f"{part.times * part.units:,.0f}"]
        for part in PARTS
    ]
    quota = f"{PARAMETERS['UnitsPerMinute']['Default']:,}"
    rows.append([f"**all**, of {quota} allowed", "", "", f"{total():,.0f}"])
    return markdown.table("in a minute|times|units each|units", rows)
