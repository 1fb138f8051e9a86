import time

import pytest

from agent_messaging import clock
from agent_messaging.limits import WINDOW, LimitsTable, Quota, window_of
from tests.integration.cloud import Agent, Cloud, app

# Longer than any test takes that asks the clock.
ROOM_SECONDS = 8


@pytest.fixture
def within_a_minute() -> None:
    """Wait for the next window if this one ends too soon: a test must not be cut in two by it."""
    left = (window_of(clock.now()) + WINDOW - clock.now()).total_seconds()
    if left < ROOM_SECONDS:
        time.sleep(left)


@pytest.fixture
def limits(cloud: Cloud) -> LimitsTable:
    """The counters, with ten messages a minute for each sender and four for each pair."""
    return LimitsTable(cloud.dynamodb, "LimitsTable", Quota(per_sender=10, per_pair=4))


@pytest.fixture
def small(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Quota:
    """The functions' quotas are five messages a minute for each sender and three for each pair."""
    quota = Quota(per_sender=5, per_pair=3)
    for group in ("messaging", "work_orders"):
        monkeypatch.setattr(app(group).limits, "quota", quota)
    return quota


@pytest.fixture
def nova(cloud: Cloud) -> Agent:
    """A sender with a key, among others that it can write to."""
    for agent_id in ("boots", "third", "fourth"):
        cloud.register(agent_id)
    return cloud.register("nova")
