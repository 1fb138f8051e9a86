"""Whoever writes to whom in whatever order: what is let through is what the quotas say, exactly."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_messaging import ids
from agent_messaging.auth import Caller
from agent_messaging.errors import RateLimitedError
from agent_messaging.messaging.sent_log import SentLog
from tests.integration.cloud import Cloud
from tests.scale import examples

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
_days = itertools.count()

agents = st.sampled_from(["nova", "boots", "third", "fourth"])
attempts = st.lists(st.tuples(agents, agents, st.integers(0, 119)), max_size=60)


@settings(
    max_examples=examples(60),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(attempts=attempts)
def test_each_sender_and_each_pair_gets_its_quota_of_each_minute_and_no_more(
    cloud: Cloud, limits: SentLog, attempts: list[tuple[str, str, int]]
):
    midnight = NOON + timedelta(days=next(_days))  # each example in minutes of its own
    by_sender: Counter[tuple[str, int]] = Counter()
    by_pair: Counter[tuple[str, str, int]] = Counter()
    for sender, recipient, second in attempts:
        minute = second // 60
        has_room = by_sender[sender, minute] < 10 and by_pair[sender, recipient, minute] < 4
        try:
            message_id = ids.new("msg", midnight + timedelta(seconds=second))
            limits.record(Caller(sender, "key", 1), recipient, message_id)
        except RateLimitedError:
            assert not has_room
        else:
            assert has_room
            by_sender[sender, minute] += 1
            by_pair[sender, recipient, minute] += 1
