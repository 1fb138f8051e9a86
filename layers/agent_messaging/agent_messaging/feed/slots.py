"""Places for requests that wait: three for each agent.

    (agent, w#<1..3>)     holder, purge_at

A waiting request occupies an instance of a function. So one agent may not have more than three. A
place that was not given back, because its function was stopped, is free after the longest wait.
"""

import contextlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from agent_messaging import clock
from agent_messaging.errors import ContentionError, OutOfTimeError, RateLimitedError
from agent_messaging.feed.table import PLACES, FeedTable
from agent_messaging.fields import LONGEST_WAIT
from agent_messaging.storage.table import FAILURES, ConditionFailedError, Item

SLOTS = 3
GRACE = timedelta(seconds=5)  # until a place is free that was not given back
IS_FREE = "attribute_not_exists(agent_id) OR purge_at <= :now"
IS_OWN = "holder = :holder"


class Slot(NamedTuple):
    """A place that a request has."""

    key: Item
    holder: str


class WaitSlots:
    """The places in the feed's table."""

    def __init__(self, feed: FeedTable) -> None:
        self.table = feed.table

    def take(self, agent_id: str, wait: timedelta, now: datetime) -> Slot:
        """Take a place for a request that waits this long.

        Raises:
            RateLimitedError: other requests of the agent have all places.
        """
        holder = secrets.token_hex(8)
        ends: list[int] = []
        for number in range(1, SLOTS + 1):
            slot = Slot({"agent_id": agent_id, "entry": f"{PLACES}{number}"}, holder)
            purge_at = clock.to_epoch(now + wait + GRACE)
            try:
                self.table.put(
                    {**slot.key, "holder": holder, "purge_at": purge_at},
                    IS_FREE,
                    now=clock.to_epoch(now),
                )
            except ConditionFailedError as error:
                # The answer to an earlier attempt may have been lost.
                if error.item is not None and error.item.get("holder") == holder:
                    return slot
                ends += [int(error.item["purge_at"])] if error.item else []
            else:
                return slot
        raise _refusal(ends, now)

    def give_back(self, slot: Slot) -> None:
        """Free a place. If that fails, the place becomes free by itself."""
        with contextlib.suppress(ConditionFailedError, ContentionError, OutOfTimeError, *FAILURES):
            self.table.delete(slot.key, IS_OWN, holder=slot.holder)


def _refusal(ends: list[int], now: datetime) -> RateLimitedError:
    left = min(ends, default=0) - clock.to_epoch(now + GRACE)
    reset = min(max(left, 1), LONGEST_WAIT)
    return RateLimitedError(
        f"{SLOTS} of your requests already wait for events.",
        policy="wait",
        quota=SLOTS,
        window=LONGEST_WAIT,
        reset=reset,
        fix=f"Wait with one request at a time, or send this one again after {reset} seconds.",
    )
