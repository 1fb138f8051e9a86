"""The roll-up: compute the platform's snapshot of one minute from the counters.

The last 24 hours are the 10-minute windows that began at most 24 hours ago, including the current
window. They cover between 23:50 and 24 hours.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from agent_messaging.fields import Model
from agent_messaging.stats import histogram
from agent_messaging.stats.model import ALL_TIME, Cell, Metric, Sums, to_minute
from agent_messaging.stats.projection import REGISTERED
from agent_messaging.work_orders.states import OPEN, Status

DAY = timedelta(hours=24)
ENDED = [status for status in Status if status not in OPEN]

Share = Annotated[
    float,
    Field(
        description="The share of ended work orders that were completed, from 0 to 1. It is 0 "
        "before any order has ended."
    ),
]
Seconds = Annotated[
    float | None,
    Field(description="The median, exact to 10 percent. Null until there is a value."),
]


class MessageCounts(Model):
    """Messages by their type."""

    ping: int = 0
    contact_request: int = 0
    chat_message: int = 0
    work_order: int = 0
    notification: int = 0


class WorkOrderCounts(Model):
    """Work orders by their status."""

    pending: int = 0
    accepted: int = 0
    input_required: int = 0
    rejected: int = 0
    cancelled: int = 0
    expired: int = 0
    completed: int = 0
    failed: int = 0


class Platform(Model):
    """Statistics of the whole platform. All counts are 0 before the first snapshot."""

    agents_registered: int = 0
    agents_online: int = 0
    messages_total: int = 0
    messages_by_type: MessageCounts = MessageCounts()
    messages_last_24h: Annotated[
        int,
        Field(description="Messages in the 10-minute windows that began at most 24 hours ago."),
    ] = 0
    messages_last_24h_by_type: MessageCounts = MessageCounts()
    work_orders_total: int = 0
    work_orders_by_status: WorkOrderCounts = WorkOrderCounts()
    completion_rate: Share = 0.0
    median_seconds_to_accept: Seconds = None
    median_seconds_to_complete: Seconds = None

    def gauges(self) -> dict[str, int]:
        """Return the values of a dashboard's metrics, by the names of the metrics.

        Ten metrics are free. So an order that waits for an answer counts as accepted.
        """
        orders = self.work_orders_by_status.model_dump()
        orders[Status.ACCEPTED] += orders.pop(Status.INPUT_REQUIRED)
        by_status = {f"WorkOrders.{status}": number for status, number in orders.items()}
        return {"AgentsOnline": self.agents_online, **by_status}


class Snapshot(Model):
    """The platform at the start of one minute."""

    window: datetime
    platform: Platform


def minute_of(moment: datetime) -> datetime:
    """Return the start of the minute of `moment`, which a roll-up at `moment` describes.

    Raises:
        ValueError: `moment` has no offset, so its minute is unknown.
    """
    if moment.tzinfo is None:
        raise ValueError("the time has no UTC offset")
    return moment.replace(second=0, microsecond=0)


def first_window(now: datetime) -> str:
    """Return the start of the earliest window of the last 24 hours."""
    return to_minute(now - DAY)


def roll_up(sums: Sums, agents_online: int, window: datetime) -> Snapshot:
    """Return the snapshot of the minute `window` from all counters."""
    messages = _counts(sums, Metric.MESSAGES)
    recent = _recent(sums, window)
    orders = _counts(sums, Metric.WORK_ORDERS)
    ended = sum(orders[status] for status in ENDED)
    platform = Platform(
        agents_registered=_counts(sums, Metric.AGENTS)[REGISTERED],
        agents_online=agents_online,
        messages_total=messages.total(),
        messages_by_type=MessageCounts(**messages),
        messages_last_24h=recent.total(),
        messages_last_24h_by_type=MessageCounts(**recent),
        work_orders_total=orders.total(),
        work_orders_by_status=WorkOrderCounts(**orders),
        completion_rate=round(orders[Status.COMPLETED] / ended, 4) if ended else 0.0,
        median_seconds_to_accept=_median(sums, Metric.TIME_TO_ACCEPT),
        median_seconds_to_complete=_median(sums, Metric.TIME_TO_COMPLETE),
    )
    return Snapshot(window=window, platform=platform)


def _counts(sums: Sums, metric: Metric) -> Counter[str]:
    return sums.get(Cell(metric), Counter())


def _recent(sums: Sums, now: datetime) -> Counter[str]:
    recent: Counter[str] = Counter()
    for cell, counts in sums.items():
        if cell.metric is Metric.MESSAGES and first_window(now) <= cell.window < ALL_TIME:
            recent.update(counts)
    return recent


def _median(sums: Sums, metric: Metric) -> float | None:
    counts = _counts(sums, metric)
    return histogram.median({int(name): count for name, count in counts.items()})
