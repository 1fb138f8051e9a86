"""Thirty-two instances of one sender at the edge of its limits: exactly so many are let through."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging import ids
from agent_messaging.auth import Caller
from agent_messaging.errors import RateLimitedError
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_log import SentLog
from tests.engine import SecondEngine, second_engine
from tests.scale import IS_FULL

INSTANCES = 32
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MIDNIGHT = datetime(2027, 1, 1, tzinfo=UTC)
# Limits in all and to one, and when: within a minute, at midnight.
QUOTAS = [(60, 60, NOON), (80, 31, MIDNIGHT), (300, 300, NOON)] if IS_FULL else [(26, 14, MIDNIGHT)]


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    with second_engine() as running:
        yield running


@pytest.mark.parametrize(("per_sender", "per_pair", "moment"), QUOTAS)
def test_as_many_are_accepted_and_logged_as_the_limits_say(
    engine: SecondEngine, per_sender: int, per_pair: int, moment: datetime
):
    """In the minute before an edge and in the one after it, by clocks that differ."""
    name = engine.create_tables(f"race-{per_sender}-")["AgentSentTable"]
    quota, retention = Quota(per_sender, per_pair), timedelta(days=1)
    logs = [SentLog(engine.client(), name, quota, retention) for _ in range(INSTANCES)]
    minutes = (moment - timedelta(milliseconds=1), moment)
    recipients = [f"agent-{number}" for number in range(-(-per_sender // per_pair))]

    def work(log: SentLog) -> Counter[tuple[datetime, str]]:
        """Write to everybody in turn, in both minutes, until each is refused."""
        accepted: Counter[tuple[datetime, str]] = Counter()
        left = [(minute, recipient) for recipient in recipients for minute in minutes]
        while left:
            minute, recipient = place = left.pop(0)
            try:
                log.record(Caller("nova", "key", 1), recipient, ids.new("msg", minute))
            except RateLimitedError:
                continue
            accepted[place] += 1
            left.append(place)
        return accepted

    with ThreadPoolExecutor(INSTANCES) as pool:
        accepted = sum(pool.map(work, logs), Counter())
    for minute in minutes:
        assert sum(accepted[minute, recipient] for recipient in recipients) == per_sender
    assert max(accepted.values()) <= per_pair
    logged = SentLog(engine.client(), name, quota, retention).query("nova", None, 10_000)
    times = Counter((ids.time_of(e.message_id), e.recipient_id) for e in logged.records)
    assert times == accepted
