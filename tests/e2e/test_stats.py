"""From a write to the platform's snapshot: stream, projector, counters, schedule, roll-up.

The first snapshot is the schedule's on any stack. A deployed stack makes the next one a minute
later. The stand-in cloud does too, but there the tests do not wait for it: they run the roll-up.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.client import Agent, Stack, eventually
from tests.e2e.roll_up import roll_ups

# A record waits for its batch, and a counter for the next roll-up a minute later.
SNAPSHOT_SECONDS = 130


@pytest.fixture
def roll_up(stack: Stack) -> Iterator[Callable[[], None]]:
    """Makes a snapshot now where that is possible, or waits for the schedule."""
    if stack.tables_url is None:
        yield lambda: None
        return
    with roll_ups(stack.tables_url) as now:
        yield now


def test_a_callers_own_counts_are_there_at_once(nova: Agent, boots: Agent) -> None:
    first, second, _ = (nova.offer(boots) for _ in range(3))
    boots.respond(first, "accept")
    boots.post(f"/messaging/work-order/{first}/complete")
    boots.respond(second, "accept")

    def counts() -> dict[str, int]:
        stats = boots.get("/messaging/stats")
        return {name: count for name, count in stats.items() if name.endswith(("orders", "ges"))}

    expected = {
        "unread_messages": 3,
        "pending_work_orders": 1,
        "active_work_orders": 1,
        "completed_work_orders": 1,
    }
    assert eventually(lambda: counts() == expected)


def test_the_platform_counts_what_happened(
    nova: Agent, boots: Agent, roll_up: Callable[[], None]
) -> None:
    def scheduled() -> dict[str, Any] | None:
        """The platform's counts, once the schedule has made a snapshot."""
        stats = nova.get("/messaging/stats")
        return stats["platform"] if stats["computed_at"] else None

    before = eventually(scheduled, SNAPSHOT_SECONDS)
    nova.post("/messaging/ping", to_agent_id=boots.agent_id)
    order_id = nova.offer(boots)
    boots.respond(order_id, "accept")
    boots.post(f"/messaging/work-order/{order_id}/complete")

    # The three streams come at their own pace, and another test's orders with them.
    def after() -> dict[str, object] | None:
        boots.post("/messaging/heartbeat")
        roll_up()
        stats = nova.get("/messaging/stats")["platform"]
        is_counted = (
            stats["work_orders_by_status"]["completed"]
            > before["work_orders_by_status"]["completed"]
            and stats["messages_by_type"]["ping"] > before["messages_by_type"]["ping"]
            and stats["messages_total"] >= before["messages_total"] + 4
            and stats["agents_online"] >= 1
        )
        return stats if is_counted else None

    platform = eventually(after, SNAPSHOT_SECONDS)
    assert platform["messages_last_24h"] >= 4
    assert platform["agents_registered"] >= 2
    assert 0 < platform["completion_rate"] <= 1
    assert platform["median_seconds_to_accept"] > 0
    assert platform["median_seconds_to_complete"] > 0
