"""How much an agent may send in a minute: in all, and to the same recipient.

Fixed windows of a minute. One item per sender and window holds the total and a counter for each
recipient, so a message costs one conditional update before it is written. Open mode, where nobody
is who they say, has no limits.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agent_messaging import clock, ids
from agent_messaging.auth import Caller
from agent_messaging.dynamodb import ConditionFailedError, Item, Table
from agent_messaging.errors import RateLimitedError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW = timedelta(minutes=1)
KEPT_FOR = timedelta(hours=1)  # after the window, for who wants to look

# An item is paid for by the kilobyte each time it is written. Recipients are therefore counted
# under 25 bits of a hash of their ids: 1,200 of them make 9 KB and not 80. Two that share a counter
# share its limit, for that minute.
RECIPIENT_DIGITS = 5


@dataclass(frozen=True)
class Quota:
    """What one agent may send in a window."""

    per_sender: int
    per_pair: int


class LimitsTable:
    """The counters."""

    def __init__(self, client: "DynamoDBClient", name: str, quota: Quota) -> None:
        self.table = Table(client, name)
        self.quota = quota

    def spend(self, caller: Caller, recipient_id: str, now: datetime) -> None:
        """Count one message of the caller's, if it may send one more.

        Raises:
            RateLimitedError: it may not; nothing was counted.
        """
        if caller.is_open:
            return
        ends_at = window_of(now) + WINDOW
        pair = recipient_digits(recipient_id)
        try:
            self.table.update(
                {"sender_window": key_of(caller.agent_id, now)},
                f"SET purge_at = :purge ADD #total :one, #{pair} :one",
                "(attribute_not_exists(#total) OR #total < :per_sender) AND "
                f"(attribute_not_exists(#{pair}) OR #{pair} < :per_pair)",
                one=1,
                per_sender=self.quota.per_sender,
                per_pair=self.quota.per_pair,
                purge=clock.to_epoch(ends_at + KEPT_FOR),
            )
        except ConditionFailedError as error:
            raise self._refusal(error.item or {}, recipient_id, ends_at - now) from None

    def _refusal(self, item: Item, recipient_id: str, left: timedelta) -> RateLimitedError:
        policy, quota, what = "pair", self.quota.per_pair, f" to `{recipient_id}`"
        if item.get("total", 0) >= self.quota.per_sender:
            policy, quota, what = "sender", self.quota.per_sender, ""
        seconds = int(WINDOW.total_seconds())
        return RateLimitedError(
            f"You may send {quota} messages and work orders in {seconds} seconds{what}.",
            policy=policy,
            quota=quota,
            window=seconds,
            reset=math.ceil(left.total_seconds()),
        )


def window_of(now: datetime) -> datetime:
    """The start of the window that `now` lies in."""
    return now.astimezone(UTC).replace(second=0, microsecond=0)


def key_of(sender_id: str, now: datetime) -> str:
    """Under what a sender's window is counted; `#` cannot occur in an agent's id."""
    return f"{sender_id}#{clock.to_epoch(window_of(now))}"


def recipient_digits(recipient_id: str) -> str:
    """The counter of a recipient: 25 bits of SHA-256, which no word of ours can be."""
    digest = hashlib.sha256(recipient_id.encode()).digest()
    return ids.base32(int.from_bytes(digest[:4], "big"), RECIPIENT_DIGITS)
