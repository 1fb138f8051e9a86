"""The sent log's table: what each agent has sent, and how much it may send in a minute.

    (sender, <minute>#<chunk>)      a record of each message, `n`, a counter for each recipient

Each message takes one update, before the message itself is written. The update has the condition
that both limits leave room. The next chunk is opened only when one is full, and a full chunk never
changes. So both limits are exact over all chunks of a minute:

    in all            12 for each earlier chunk, and `n` of this one
    to a recipient    its records in the earlier chunks, and its counter in this one

A message belongs to the minute in its own id. A record may have no message: the sender crashed in
between (the limit is spent), the message waits with the recipient's contacts, or it is a bid or a
question, which count like messages. Lists skip it. The notifications of claims and awards, which
begin threads, have records too. Lists skip them as well, and no limit refuses them, but they count.
Open mode writes the log without limits, because no key proves who sends.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent_messaging import clock, ids
from agent_messaging.auth import Caller
from agent_messaging.errors import ContentionError
from agent_messaging.messaging import sent_chunks
from agent_messaging.messaging.quota import OPEN, Quota
from agent_messaging.messaging.sent_chunks import Chunk, FullChunks, SentRecord
from agent_messaging.storage.table import ConditionFailedError, Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How often a chunk may fill up between the read and the write before the send fails.
ROUNDS = 50
# For how many senders and minutes an instance remembers the full chunks.
REMEMBERED = 16
# How many chunks a page reads at least, so that a busy minute takes few round trips.
CHUNKS_AT_LEAST = 25

# Sorts after every minute.
LAST = "~"


@dataclass(frozen=True)
class SentRecords:
    """Records of the log, newest first, and whether there are no older ones."""

    records: Sequence[SentRecord]
    is_end: bool


class SentLog:
    """The chunks. Each is kept for `retention`, as long as its messages."""

    def __init__(
        self, client: "DynamoDBClient", name: str, quota: Quota, retention: timedelta
    ) -> None:
        self.table = Table(client, name)
        self.quota = quota
        self.retention = retention
        self._full: OrderedDict[tuple[str, str], FullChunks] = OrderedDict()

    def record(
        self,
        caller: Caller,
        recipient_id: str,
        message_id: str,
        long_bytes: int = 0,
        *,
        is_limited: bool = True,
    ) -> None:
        """Record a message that the caller is about to send, if it may send one more.

        Unless `is_limited`, it always may. The message counts all the same.

        boto3 repeats an update whose answer was lost. The condition then finds the record, so the
        message counts once.

        Raises:
            RateLimitedError: the caller may send no more this minute; nothing was written.
            ContentionError: other requests of the caller filled each chunk first.
        """
        record = SentRecord(message_id, recipient_id, long_bytes)
        minute = sent_chunks.minute_of(message_id)
        for _ in range(ROUNDS):
            full = self._full.get((caller.agent_id, minute), FullChunks())
            is_free = caller.is_open or not is_limited
            room = OPEN if is_free else self.quota.room(record, full)
            slot = sent_chunks.slot(minute, full.number)
            try:
                item = self._put(caller.agent_id, slot, record, room)
            except ConditionFailedError as error:
                current = sent_chunks.parse(error.item or {})
                if current.has(message_id):
                    return
                if not current.is_full:
                    is_pair = len(current.records) < room.per_sender
                    raise self.quota.refusal(record, is_pair=is_pair) from None
                self._find_full(caller.agent_id, minute, full)
            else:
                self._remember(caller.agent_id, full, sent_chunks.parse(item))
                return
        raise ContentionError("Too many of your sends ran at the same time.")

    def count(self, caller: Caller, recipient_id: str, now: datetime) -> None:
        """Count a bid or a question to an agent like a message, if the caller may send one more.

        Raises:
            RateLimitedError, ContentionError: see `record`.
        """
        self.record(caller, recipient_id, ids.new("msg", now))

    def _put(self, sender_id: str, slot: str, record: SentRecord, room: Quota) -> Item:
        ulid, counter = ids.ulid_of(record.message_id), sent_chunks.counter_of(record.recipient_id)
        return self.table.update(
            {"sender_id": sender_id, "slot": slot},
            f"SET #{ulid} = :record, purge_at = :purge ADD n :one, #{counter} :one",
            "(attribute_not_exists(n) OR n < :per_sender) AND "
            f"(attribute_not_exists(#{counter}) OR #{counter} < :per_pair) AND "
            f"attribute_not_exists(#{ulid})",
            record=record.value,
            one=1,
            per_sender=room.per_sender,
            per_pair=room.per_pair,
            purge=clock.to_epoch(ids.time_of(record.message_id) + self.retention),
        )

    def _find_full(self, sender_id: str, minute: str, full: FullChunks) -> None:
        """Read which chunks of the minute are full, after those that are known to be full."""
        for chunk in self._read(sender_id, sent_chunks.slot(minute, full.number), minute):
            if not chunk.is_full:
                return
            full = self._remember(sender_id, full, chunk)

    def _remember(self, sender_id: str, full: FullChunks, chunk: Chunk) -> FullChunks:
        """Remember a chunk if it is full and follows those that are known to be full."""
        if not chunk.is_full or chunk.number != full.number:
            return full
        full = full.then(chunk)
        self._full[sender_id, chunk.minute] = full
        while len(self._full) > REMEMBERED:
            self._full.popitem(last=False)
        return full

    def _read(self, sender_id: str, first: str, minute: str) -> Iterator[Chunk]:
        """Yield the chunks of a minute from `first` on, in order, read consistently."""
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
            # `!` sorts before every digit, so the next query begins right after the last chunk.
            first = f"{found.last_key['slot']}!" if found.last_key else ""

    def recipient_of(self, sender_id: str, message_id: str) -> str | None:
        """Return the recipient of a message that the agent sent, or None if it sent none."""
        minute = sent_chunks.minute_of(message_id)
        for chunk in self._read(sender_id, sent_chunks.slot(minute, 0), minute):
            for record in chunk.records:
                if record.message_id == message_id:
                    return record.recipient_id
        return None

    def query(self, sender_id: str, before: str | None, wanted: int) -> SentRecords:
        """Return the records before the message `before`: more than `wanted` records, or all.

        A minute is read to its end, because its chunks overlap in time. The limits bound it to 417
        chunks, 0.4 MB. The read is consistent, so a sent message is listed at once.
        """
        behind = sent_chunks.end_of(sent_chunks.minute_of(before)) if before else LAST
        # One more than wanted, the chunk of `before` itself, and the minute that the query cuts.
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
            records = sent_chunks.newest_first(read, oldest, before)
            if not found.last_key or len(records) > wanted:
                return SentRecords(records, is_end=not found.last_key)
            behind, limit = found.last_key["slot"], 4 * limit
