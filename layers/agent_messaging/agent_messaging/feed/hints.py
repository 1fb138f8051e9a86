"""The hints that wait for an agent which has no connection.

    (agent, h#<capability>)     purge_at

A hint says that an order for candidates of a capability can be taken. It may be lost, or come
twice. So the list of the orders is the truth. A wait returns a hint once. A hint that nobody waited
for is in the feed's pages for a minute. The next hint about the same capability replaces it.
"""

import contextlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from agent_messaging import clock
from agent_messaging.errors import ContentionError, OutOfTimeError
from agent_messaging.feed.table import HINT, FeedTable, is_live
from agent_messaging.storage.table import FAILURES, Item

KEPT_FOR = timedelta(minutes=1)


class Hints:
    """The hints in the feed's table."""

    def __init__(self, feed: FeedTable) -> None:
        self.feed = feed
        self.table = feed.table

    def put(self, agent_id: str, capability: str, now: datetime) -> None:
        """Store a hint until the agent's next wait, for at most a minute."""
        key = self.feed.key(agent_id, f"{HINT}{capability}")[1]
        self.table.put({**key, "purge_at": clock.to_epoch(now + KEPT_FOR)})

    def take(self, agent_id: str, capabilities: Sequence[str]) -> None:
        """Delete hints that the agent has got. If that fails, the agent gets them again."""
        with contextlib.suppress(ContentionError, OutOfTimeError, *FAILURES):
            for capability in capabilities:
                self.table.delete(self.feed.key(agent_id, f"{HINT}{capability}")[1])


def capabilities_of(items: Iterable[Item], now: datetime) -> list[str]:
    """Return the capabilities of the hints among these items that have not expired."""
    hints = [each for each in items if each["entry"].startswith(HINT)]
    return [each["entry"].removeprefix(HINT) for each in hints if is_live(each, now)]
