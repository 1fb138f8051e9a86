import time
from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.messaging.quota import WINDOW, Quota
from agent_messaging.messaging.sent_log import SentLog
from local.in_process.functions import app
from local.in_process.host import Agent
from tests.integration.cloud import Cloud

# Longer than any test takes that asks the clock.
ROOM_SECONDS = 8


@pytest.fixture
def within_a_minute() -> None:
    """Wait for the next window if this one ends too soon: a test must not be cut in two by it."""
    now = clock.now()
    left = (now.replace(second=0, microsecond=0) + WINDOW - now).total_seconds()
    if left < ROOM_SECONDS:
        time.sleep(left)


@pytest.fixture
def limits(cloud: Cloud) -> SentLog:
    """The log, with ten messages a minute for each sender and four for each pair."""
    return log_of(cloud, Quota(per_sender=10, per_pair=4))


def log_of(cloud: Cloud, quota: Quota) -> SentLog:
    """The log as one more instance of a function has it."""
    return SentLog(cloud.dynamodb, "AgentSentTable", quota, timedelta(days=90))


@pytest.fixture
def small(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Quota:
    """The functions' quotas are five messages a minute for each sender and three for each pair."""
    quota = Quota(per_sender=5, per_pair=3)
    for group in ("messaging", "work_orders"):
        monkeypatch.setattr(app(group).sent_log, "quota", quota)
    return quota


@pytest.fixture
def nova(cloud: Cloud) -> Agent:
    """A sender with a key, among others that it can write to."""
    for agent_id in ("boots", "third", "fourth"):
        cloud.register(agent_id)
    return cloud.register("nova")
