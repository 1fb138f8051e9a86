"""Turn an acknowledgement into the receipts of the messages that its events brought.

An agent acknowledges with one write, however many events it has read. The relay then reads these
events, at most 200 for each record. What is left becomes an item of the outbox, whose own record
continues.
"""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging import clock
from agent_messaging.feed import item as items
from agent_messaging.feed import position as positions
from agent_messaging.feed.model import Event
from agent_messaging.feed.outbox import Acknowledged, DeliveredVia, OutboxTable
from agent_messaging.feed.outbox_item import ACKED, POSITION
from agent_messaging.feed.position import START, Position
from agent_messaging.feed.table import FeedTable
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.relay.record import Change, StreamRecord, UnreadableRecordError

EVENTS_AT_ONCE = 200


def of_record(record: StreamRecord) -> Acknowledged | None:
    """Return the acknowledgement of a record of the outbox, or None if it is of another kind.

    Raises:
        UnreadableRecordError: it lacks a needed field.
    """
    entry = str(record.key.get("entry", ""))
    is_rest = entry.startswith(ACKED) and record.change is Change.INSERT
    if not is_rest and (entry != POSITION or record.change is Change.REMOVE):
        return None
    try:
        return Acknowledged(
            agent_id=record.new["agent_id"],
            after=_start(entry, record),
            up_to=positions.of_key(record.new["position"]),
            at=clock.from_text(record.new["acked_at"]),
            via=DeliveredVia(record.new["via"]),
        )
    except (KeyError, TypeError, ValueError):
        raise UnreadableRecordError("the record cannot be read") from None


def _start(entry: str, record: StreamRecord) -> Position:
    """Return the position before the acknowledged events. The first time it is the feed's start."""
    if entry.startswith(ACKED):
        return positions.of_key(entry.removeprefix(ACKED).partition("-")[0])
    return positions.of_key(record.old["position"]) if "position" in record.old else START


@dataclass(frozen=True)
class Acknowledgements:
    """The tables that an acknowledgement reads and writes."""

    feed: FeedTable
    outbox: OutboxTable
    receipts: ReceiptsTable

    def expand(self, acknowledged: Acknowledged, now: datetime) -> None:
        """Write the receipts. A repeated call changes nothing."""
        events = self._events(acknowledged)
        for event in events:
            if event.receipt_for is not None and event.message_id is not None:
                self.receipts.delivered(
                    event.receipt_for,
                    event.message_id,
                    to_agent_id=acknowledged.agent_id,
                    at=acknowledged.at,
                    via=acknowledged.via,
                    wants_events=event.wants_events,
                    now=now,
                )
        if len(events) == EVENTS_AT_ONCE and events[-1].position < acknowledged.up_to:
            self.outbox.put_rest(acknowledged._replace(after=events[-1].position), now)

    def _events(self, acknowledged: Acknowledged) -> list[Event]:
        """Return the first of the acknowledged events, also those that have expired meanwhile.

        A replica may lack the newest ones. So unless it has all, the events are read consistently.
        """
        events = self._read(acknowledged, consistent=False)
        last = events[-1].position if events else acknowledged.after
        is_whole = last == acknowledged.up_to or len(events) == EVENTS_AT_ONCE
        return events if is_whole else self._read(acknowledged, consistent=True)

    def _read(self, acknowledged: Acknowledged, *, consistent: bool) -> list[Event]:
        found = self.feed.events(
            acknowledged.agent_id, acknowledged.after, EVENTS_AT_ONCE, consistent=consistent
        )
        events = map(items.parse, found)
        return [event for event in events if event.position <= acknowledged.up_to]
