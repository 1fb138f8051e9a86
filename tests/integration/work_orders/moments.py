"""A clock that a test sets, and orders with a lease on it."""

from datetime import datetime, timedelta

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud

START = datetime.fromisoformat("2036-01-01T12:00:00Z")
LEASE = 600


class Watch:
    """The time of everybody who comes next."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = START
        patch.setattr(clock, "now", lambda: self.now)

    def at(self, seconds: float) -> str:
        """Set the time to so many seconds after the start, and return it as text."""
        self.now = START + timedelta(seconds=seconds)
        return self.text(seconds)

    @staticmethod
    def text(seconds: float) -> str:
        """Return the time so many seconds after the start."""
        return clock.to_text(START + timedelta(seconds=seconds))


def told(cloud: Cloud, agent_id: str) -> list[dict]:
    """The notifications of an agent, oldest first."""
    messages = cloud.inbox(agent_id, type="notification")["messages"]
    return [each["metadata"] for each in reversed(messages)]


def outbox(cloud: Cloud, agent_id: str) -> list[tuple[str, dict]]:
    """The events that wait for the relay, which come with no message."""
    items = [each for each in cloud.items("AgentOutboxTable") if each["agent_id"] == agent_id]
    events = [each for each in items if each["entry"].startswith("event#")]
    return [(each["type"], each["data"]) for each in sorted(events, key=lambda e: e["entry"])]
