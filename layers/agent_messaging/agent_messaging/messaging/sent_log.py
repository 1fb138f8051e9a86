"""The sent log's table: what each agent has sent, and the limits on how much that is in a minute.

    (sender, <minute>#<chunk>)      an entry for each message, `n`, a counter for each recipient

A message costs one update, before the message itself is written, under the condition that both
limits leave room. The next chunk is opened only when one is full, and a full chunk never changes.
So both limits are exact over all chunks of a minute:

    in all            12 for each earlier chunk, and `n` of this one
    to a recipient    its entries in the earlier chunks, and its counter in this one

A message belongs to the minute of its own id. An entry may have no message: the sender crashed in
between (the limit is spent), or the message waits with the recipient's contacts. Lists skip it.
Open mode, where nobody is who they say, writes the log without limits.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from agent_messaging import clock, ids
from agent_messaging.auth import Caller
from agent_messaging.errors import ContentionError, RateLimitedError
from agent_messaging.messaging import sent_chunks
from agent_messaging.messaging.sent_chunks import CHUNK_ENTRIES, Chunk, SentRecord
from agent_messaging.storage.table import ConditionFailedError, Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW = timedelta(minutes=1)

# How often a chunk may fill up between looking for it and writing to it.
ROUNDS = 50
# Of how many minutes an instance remembers the full chunks.
REMEMBERED = 16
# How many chunks a page reads at least; a busy minute is then read in few round trips.
CHUNKS_AT_LEAST = 25

# Sorts behind every minute.
LAST = "~"


@dataclass(frozen=True)
class Quota:
    """What one agent may send in a minute."""

    per_sender: int
    per_pair: int


@dataclass(frozen=True)
class Full:
    """The full chunks at the beginning of a minute, and how many messages each recipient got."""

    number: int = 0
    recipients: Counter[str] = field(default_factory=Counter)

    def then(self, chunk: Chunk) -> "Full":
        """The same with the next chunk, which is full."""
        recipients = Counter(entry.recipient_id for entry in chunk.entries)
        return Full(self.number + 1, self.recipients + recipients)


@dataclass(frozen=True)
class Slice:
    """Entries of the log, newest first, and whether it ends with them."""

    entries: Sequence[SentRecord]
    is_end: bool


class SentLog:
    """The chunks. `retention` is how long one is kept: as long as its messages."""

    def __init__(
        self, client: "DynamoDBClient", name: str, quota: Quota, retention: timedelta
    ) -> None:
        self.table = Table(client, name)
        self.quota = quota
        self.retention = retention
        self._full: OrderedDict[tuple[str, str], Full] = OrderedDict()

    def record(
        self, caller: Caller, recipient_id: str, message_id: str, long_bytes: int = 0
    ) -> None:
        """Enter a message that the caller is about to send, if it may send one more.

        boto3 repeats an update whose answer was lost. The entry is there by then, which the
        condition finds, so the message counts once.

        Raises:
            RateLimitedError: it may not; nothing was written.
            ContentionError: others filled one chunk after the other.
        """
        entry = SentRecord(message_id, recipient_id, long_bytes)
        minute = sent_chunks.minute_of(message_id)
        for _ in range(ROUNDS):
            full = self._full.get((caller.agent_id, minute), Full())
            quota = self._left(caller, entry, full)
            try:
                item = self._enter(
                    caller.agent_id, sent_chunks.slot(minute, full.number), entry, quota
                )
            except ConditionFailedError as error:
                standing = sent_chunks.parse(error.item or {})
                if standing.has(message_id):
                    return
                if not standing.is_full:
                    is_pair = len(standing.entries) < quota.per_sender
                    raise self._refusal(entry, is_pair=is_pair) from None
                self._look(caller.agent_id, minute, full)
            else:
                self._note(caller.agent_id, full, sent_chunks.parse(item))
                return
        raise ContentionError("Your other requests kept filling the log of this minute.")

    def _left(self, caller: Caller, entry: SentRecord, full: Full) -> Quota:
        """What the chunk behind the full ones may hold.

        Raises:
            RateLimitedError: the full ones hold as much as the caller may send.
        """
        if caller.is_open:
            return Quota(CHUNK_ENTRIES, CHUNK_ENTRIES)
        per_sender = self.quota.per_sender - CHUNK_ENTRIES * full.number
        per_pair = self.quota.per_pair - full.recipients[entry.recipient_id]
        if per_sender <= 0 or per_pair <= 0:
            raise self._refusal(entry, is_pair=per_sender > 0)
        return Quota(min(CHUNK_ENTRIES, per_sender), per_pair)

    def _enter(self, sender_id: str, slot: str, entry: SentRecord, quota: Quota) -> Item:
        ulid, counter = ids.ulid_of(entry.message_id), sent_chunks.counter_of(entry.recipient_id)
        return self.table.update(
            {"sender_id": sender_id, "slot": slot},
            f"SET #{ulid} = :entry, purge_at = :purge ADD n :one, #{counter} :one",
            "(attribute_not_exists(n) OR n < :per_sender) AND "
            f"(attribute_not_exists(#{counter}) OR #{counter} < :per_pair) AND "
            f"attribute_not_exists(#{ulid})",
            entry=entry.value,
            one=1,
            per_sender=quota.per_sender,
            per_pair=quota.per_pair,
            purge=clock.to_epoch(ids.time_of(entry.message_id) + self.retention),
        )

    def _look(self, sender_id: str, minute: str, full: Full) -> None:
        """Read which chunks of the minute are full, from behind those that are known to be."""
        for chunk in self._read(sender_id, sent_chunks.slot(minute, full.number), minute):
            if not chunk.is_full:
                return
            full = self._note(sender_id, full, chunk)

    def _note(self, sender_id: str, full: Full, chunk: Chunk) -> Full:
        """Remember a chunk that is full, behind those that are known to be."""
        if not chunk.is_full or chunk.number != full.number:
            return full
        full = full.then(chunk)
        self._full[sender_id, chunk.minute] = full
        while len(self._full) > REMEMBERED:
            self._full.popitem(last=False)
        return full

    def _read(self, sender_id: str, first: str, minute: str) -> Iterator[Chunk]:
        """The chunks of a minute from `first` on, in order, as they are this moment."""
        while first:
            found = self.table.query(
                "sender_id = :sender AND slot BETWEEN :first AND :last",
                newest_first=False,
                consistent=True,
                sender=sender_id,
                first=first,
                last=sent_chunks.end_of(minute),
            )
            yield from map(sent_chunks.parse, found.items)
            # `!` sorts before every digit, so the next query begins right behind the last chunk.
            first = f"{found.last_key['slot']}!" if found.last_key else ""

    def _refusal(self, entry: SentRecord, *, is_pair: bool) -> RateLimitedError:
        policy, quota, what = "sender", self.quota.per_sender, ""
        if is_pair:
            policy, quota, what = "pair", self.quota.per_pair, f" to `{entry.recipient_id}`"
        seconds = int(WINDOW.total_seconds())
        sent_at = ids.time_of(entry.message_id)
        left = WINDOW - (sent_at - sent_at.replace(second=0, microsecond=0))
        return RateLimitedError(
            f"You may send {quota} messages and work orders in {seconds} seconds{what}.",
            policy=policy,
            quota=quota,
            window=seconds,
            reset=math.ceil(left.total_seconds()),
        )

    def recipient_of(self, sender_id: str, message_id: str) -> str | None:
        """To whom the agent sent a message, None if it sent none with this id."""
        minute = sent_chunks.minute_of(message_id)
        for chunk in self._read(sender_id, sent_chunks.slot(minute, 0), minute):
            for entry in chunk.entries:
                if entry.message_id == message_id:
                    return entry.recipient_id
        return None

    def entries(self, sender_id: str, before: str | None, wanted: int) -> Slice:
        """What the agent sent before the message `before`: more than `wanted` entries, or all.

        A minute is read to its end, for its chunks overlap in time: the limits bound it to 417
        chunks, 0.4 MB. Read consistently: what was sent is listed at once.
        """
        behind = sent_chunks.end_of(sent_chunks.minute_of(before)) if before else LAST
        # One more than is wanted, the chunk of `before` itself, and the minute that the query cuts.
        limit = max(wanted + 3, CHUNKS_AT_LEAST)
        read: list[Chunk] = []
        while True:
            found = self.table.query(
                "sender_id = :sender AND slot < :behind",
                limit=limit,
                consistent=True,
                sender=sender_id,
                behind=behind,
            )
            read += [sent_chunks.parse(item) for item in found.items]
            oldest = read[-1].minute if found.last_key else ""
            entries = _merged(read, oldest, before)
            if not found.last_key or len(entries) > wanted:
                return Slice(entries, is_end=not found.last_key)
            behind, limit = found.last_key["slot"], 4 * limit


def _merged(read: Sequence[Chunk], oldest: str, before: str | None) -> list[SentRecord]:
    """The entries of the minutes after `oldest`, newest first, of those before `before`."""
    entries = [
        entry
        for chunk in read
        if chunk.minute > oldest
        for entry in chunk.entries
        if before is None or entry.message_id < before
    ]
    return sorted(entries, key=lambda entry: entry.message_id, reverse=True)
