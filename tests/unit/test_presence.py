from datetime import UTC, date, datetime, timedelta

import pytest

from agent_messaging.presence.model import Presence, heartbeat, last_seen_at
from agent_messaging.presence.table import SHARDS, shard_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = timedelta(seconds=90)
MOMENT = timedelta(milliseconds=1)


def test_a_heartbeat_makes_a_lease():
    assert heartbeat("nova", NOW, LEASE) == Presence(
        agent_id="nova", last_seen_at=NOW, expires_at=datetime(2026, 11, 22, 12, 1, 30, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("after", "is_online"),
    [(timedelta(0), True), (LEASE - MOMENT, True), (LEASE, False), (LEASE + MOMENT, False)],
)
def test_an_agent_is_online_until_the_very_moment_its_lease_ends(
    after: timedelta, *, is_online: bool
):
    assert heartbeat("nova", NOW, LEASE).is_online(NOW + after) is is_online


def test_the_last_time_is_exact_then_a_day_then_never():
    lease = heartbeat("nova", NOW, LEASE)
    assert last_seen_at(lease, date(2026, 11, 1)) == NOW
    assert last_seen_at(None, date(2026, 11, 1)) == datetime(2026, 11, 1, tzinfo=UTC)
    assert last_seen_at(None, None) is None


def test_agents_are_spread_over_every_shard_and_stay_in_theirs():
    shards = {shard_of(f"agent-{number}") for number in range(2000)}
    assert shards == set(range(SHARDS))
    assert shard_of("nova") == shard_of("nova") == 15
