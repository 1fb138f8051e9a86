"""Pages of messages: bounded by number and by bytes before what is long of them is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agent_messaging import paging
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.messaging import schemas
from agent_messaging.messaging.item import fitting
from agent_messaging.messaging.model import Message
from agent_messaging.messaging.sent_chunks import SentRecord
from agent_messaging.paging import Listing, Total
from agent_messaging.storage.table import Item, QueryResult

POSITION = f"msg_{ULID_PATTERN}"


@dataclass(frozen=True)
class Page:
    """What the three answers have in common."""

    total: Total
    messages: list[schemas.MessageView]
    next_cursor: str | None

    @property
    def answer(self) -> dict[str, Any]:
        """The members of the answer."""
        return {
            "total_messages": self.total.number,
            "total_is_minimum": self.total.is_minimum,
            "messages": self.messages,
            "next_cursor": self.next_cursor,
        }


@dataclass(frozen=True)
class Candidates:
    """What a page may show, newest first, before anything else is read of it.

    `resume` is the id behind which there is more, None at the end.
    """

    entries: Sequence[SentRecord]
    resume: str | None

    def take_page(self, limit: int) -> "Candidates":
        """The first of them that fit a page, by number and by the bytes of their long parts."""
        kept = fitting(self.entries[:limit], [entry.long_bytes for entry in self.entries[:limit]])
        is_cut = len(kept) < len(self.entries)
        return Candidates(kept, kept[-1].message_id if is_cut else self.resume)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Recipient and id of each: where its head lies."""
        return [(entry.recipient_id, entry.message_id) for entry in self.entries]


def entry_of(item: Item) -> SentRecord:
    """What a head, or an entry of an index, tells of a message's place and size."""
    return SentRecord(item["message_id"], item["recipient_id"], int(item.get("long_bytes", 0)))


def position_of(found: QueryResult) -> str | None:
    """The id behind which a query would go on, None at the end."""
    return found.last_key.get("message_id")


def build(
    listing: Listing,
    limit: int,
    messages: Sequence[Message],
    resume: str | None,
    *,
    carried: Total | None,
    count: Callable[[], Total],
) -> Page:
    """The page of these messages, cut where its answer would be too large."""
    views, resume = paging.take_page(
        [schemas.view(message, listing.caller) for message in messages],
        limit,
        resume,
        position=lambda view: view.message_id,
        weigh=lambda view: len(view.model_dump_json().encode()),
        most=schemas.most_bytes,
    )
    total, cursor = paging.build_page(listing, resume, len(views), carried, count)
    return Page(total, views, cursor)
