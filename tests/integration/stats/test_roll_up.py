"""The scheduled roll-up: one snapshot per minute, the first one stays."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.presence.model import heartbeat
from agent_messaging.presence.table import PresenceTable
from agent_messaging.stats import rollup
from agent_messaging.stats.counting import count
from tests.unit.stats.records import NOW, agent, at, message, order, order_moved

WINDOW = NOW.replace(second=0)


@pytest.fixture
def function(load_function):
    return load_function("StatsRollUpFunction")


def scheduled(time):
    return {"detail-type": "Scheduled Event", "source": "aws.events", "time": time}


def the_latest(stats):
    snapshot = stats.latest_snapshot()
    assert snapshot is not None
    return snapshot


def test_the_event_of_a_schedule_makes_the_snapshot_of_its_minute(function, event, context, stats):
    assert function.handler(event("stats/roll_up.json"), context) == {
        "window": "2026-11-23T02:30:00.000Z"
    }

    assert the_latest(stats) == rollup.Snapshot(
        window=clock.from_text("2026-11-23T02:30:00Z"), platform=rollup.Platform()
    )


def test_a_snapshot_holds_what_was_counted_and_who_is_online(function, context, client, stats):
    presences = PresenceTable(client, "AgentPresenceTable")
    presences.put(heartbeat("nova-agent-id", WINDOW, timedelta(seconds=90)))
    presences.put(
        heartbeat("boots-agent-id", WINDOW - timedelta(seconds=90), timedelta(seconds=90))
    )
    moved = order_moved(4, "pending", "accepted", accepted_at=at(60))
    old, recent = message(5, seconds=-86_400 - 600), message(6, "chat_message")
    count(stats, [agent(1), agent(2), order(3), moved, old, recent], NOW)

    function.handler(scheduled(at(0)), context)

    platform = the_latest(stats).platform
    assert (platform.agents_registered, platform.agents_online) == (2, 1)
    assert (platform.messages_total, platform.messages_last_24h) == (2, 1)
    assert platform.messages_by_type.ping == 1
    assert platform.messages_last_24h_by_type == rollup.MessageCounts(chat_message=1)
    assert platform.work_orders_by_status == rollup.WorkOrderCounts(accepted=1)
    assert platform.median_seconds_to_accept == pytest.approx(60, rel=0.1)


def test_a_second_roll_up_of_a_minute_changes_nothing(function, context, stats, stored):
    function.handler(scheduled("2026-11-23T01:13:02Z"), context)
    count(stats, [agent(1)], NOW)
    before = stored()

    function.handler(scheduled("2026-11-23T01:13:59Z"), context)

    assert stored() == before


def test_of_two_roll_ups_at_once_the_first_stays(stats, stored):
    stats.put_snapshot(rollup.roll_up({}, 1, WINDOW))
    before = stored()

    stats.put_snapshot(rollup.roll_up({}, 2, WINDOW))

    assert stored() == before


def test_a_late_roll_up_of_an_older_minute_does_not_replace_a_newer_one(function, context, stats):
    function.handler(scheduled("2026-11-23T01:13:00Z"), context)
    count(stats, [agent(1)], NOW)

    function.handler(scheduled("2026-11-23T01:12:00Z"), context)

    assert the_latest(stats) == rollup.Snapshot(window=WINDOW, platform=rollup.Platform())


def test_a_snapshot_is_kept_for_thirty_days(function, context, stored):
    function.handler(scheduled(at(0)), context)

    [item] = stored()
    assert item["purge_at"] == {"N": str(int(WINDOW.timestamp()) + 30 * 86_400)}


def test_no_float_is_stored(function, context, stats, stored):
    count(
        stats, [order_moved(1, "accepted", "completed", accepted_at=at(0), completed_at=at(9))], NOW
    )
    function.handler(scheduled(at(0)), context)

    [snapshot] = [item for item in stored() if item["scope"]["S"] == "snapshot"]
    assert set(snapshot["platform"]) == {"S"}


@pytest.mark.parametrize(
    "malformed", [{}, {"time": "now"}, {"time": "2026-11-23T01:13:00"}, {"time": ""}]
)
def test_an_event_without_a_time_is_left_to_the_dead_letters(function, context, stored, malformed):
    with pytest.raises((KeyError, ValueError)):
        function.handler(malformed, context)

    assert stored() == []
