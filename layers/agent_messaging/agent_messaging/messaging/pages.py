"""Build pages of messages, limited by number and by bytes before the long parts are read."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from agent_messaging import paging
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.messaging import schemas
from agent_messaging.messaging.item import fitting
from agent_messaging.messaging.model import Message
from agent_messaging.messaging.sent_chunks import SentRecord
from agent_messaging.paging import Listing, Total
from agent_messaging.receipts.model import Receipt
from agent_messaging.storage.table import Item, QueryResult

NO_RECEIPTS: Mapping[str, Receipt] = MappingProxyType({})
POSITION = f"msg_{ULID_PATTERN}"


class Page(NamedTuple):
    """What the answers of inbox, sent list and thread have in common."""

    total: Total
    messages: list[schemas.MessageView]
    next_cursor: str | None

    @property
    def answer(self) -> dict[str, Any]:
        """The fields of the answer."""
        return {
            "total_messages": self.total.number,
            "total_is_minimum": self.total.is_minimum,
            "messages": self.messages,
            "next_cursor": self.next_cursor,
        }


class PageRecords(NamedTuple):
    """The keys and sizes of the messages of a page, newest first.

    `resume` is the id after which there are more messages, or None at the end.
    """

    records: Sequence[SentRecord]
    resume: str | None

    def take_page(self, limit: int) -> "PageRecords":
        """Return the first records that fit a page, by their number and the size of long parts."""
        first = self.records[:limit]
        kept = fitting(first, [record.long_bytes for record in first])
        is_cut = len(kept) < len(self.records)
        return PageRecords(kept, kept[-1].message_id if is_cut else self.resume)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The recipient and the id of each message, which are the key of its head."""
        return [(record.recipient_id, record.message_id) for record in self.records]


def record_of(item: Item) -> SentRecord:
    """Return the key and size of a message, from its head or an index entry."""
    return SentRecord(item["message_id"], item["recipient_id"], int(item.get("long_bytes", 0)))


def position_of(found: QueryResult) -> str | None:
    """Return the id after which a query continues, or None at the end."""
    return found.last_key.get("message_id")


def build(
    listing: Listing,
    limit: int,
    messages: Sequence[Message],
    resume: str | None,
    *,
    carried: Total | None,
    count: Callable[[], Total],
    receipts: Mapping[str, Receipt] = NO_RECEIPTS,
) -> Page:
    """Return the page of these messages, cut before its answer would be too large."""
    views, resume = paging.take_page(
        [
            schemas.view(message, listing.caller, receipts.get(message.message_id))
            for message in messages
        ],
        limit,
        resume,
        position=lambda view: view.message_id,
        weigh=lambda view: len(view.model_dump_json().encode()),
        most=schemas.most_bytes,
    )
    total, cursor = paging.build_page(listing, resume, len(views), carried, count)
    return Page(total, views, cursor)
