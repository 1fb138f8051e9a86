"""The three lists of messages: inbox, sent, thread. A query each, and a page of it.

An inbox reads messages in one round trip, what is long of them in a second; sent and thread read
keys, then the messages. A filtered inbox examines a bounded number of messages, so its page may be
short and still go on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agent_messaging import paging
from agent_messaging.dynamodb import Found
from agent_messaging.errors import ThreadNotFoundError
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.messaging import wire
from agent_messaging.messaging.item import parse
from agent_messaging.messaging.model import Message
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.paging import Listing, Total

POSITION = f"msg_{ULID_PATTERN}"

# How many entries a filtered page examines for each that it may show, and at least.
EXAMINED_PER_ENTRY = 4
EXAMINED_AT_LEAST = 100


@dataclass(frozen=True)
class Page:
    """What the three answers have in common."""

    total: Total
    messages: list[wire.MessageView]
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


def inbox(messages: MessagesTable, agent_id: str, query: wire.InboxQuery) -> Page:
    """A page of the messages to the agent."""
    # Being pending is the index itself; the other filters drop what was read.
    is_filtered = query.type is not None or query.status == "read"
    examined = query.limit
    if is_filtered:
        examined = max(EXAMINED_AT_LEAST, EXAMINED_PER_ENTRY * query.limit)

    def find(before: str | None, limit: int, *, count: bool = False) -> Found:
        return messages.query_inbox(
            agent_id, before, limit, status=query.status, kind=query.type, count=count
        )

    listing = Listing(agent_id, "inbox", (query.status, query.type), POSITION)
    return _page(listing, query, examined, find, lambda found: [parse(i) for i in found.items])


def sent(messages: MessagesTable, agent_id: str, query: wire.ListQuery) -> Page:
    """A page of what the agent wrote."""

    def find(before: str | None, limit: int, *, count: bool = False) -> Found:
        return messages.query_sent(agent_id, before, limit, count=count)

    listing = Listing(agent_id, "sent", (), POSITION)
    return _page(listing, query, query.limit, find, messages.read_keys)


def thread(messages: MessagesTable, agent_id: str, thread_id: str, query: wire.ListQuery) -> Page:
    """A page of a thread.

    Raises:
        ThreadNotFoundError: there is none, or the agent is no party to it.
    """

    def find(before: str | None, limit: int, *, count: bool = False) -> Found:
        return messages.query_thread(thread_id, before, limit, count=count)

    def read(found: Found) -> list[Message]:
        # A thread is between the same two throughout, so one page tells whether the agent is in it.
        found_messages = messages.read_keys(found)
        # A cursor can be made up, and lead to where the thread has nothing.
        shown = found_messages or messages.read_keys(find(None, 1))
        if not shown or not all(message.has_party(agent_id) for message in shown):
            raise ThreadNotFoundError(f"You are in no thread `{thread_id}`.")
        return found_messages

    listing = Listing(agent_id, "thread", (thread_id,), POSITION)
    return _page(listing, query, query.limit, find, read)


def _page(
    listing: Listing,
    query: wire.ListQuery,
    examined: int,
    find: Callable[..., Found],
    read: Callable[[Found], Sequence[Message]],
) -> Page:
    before, carried = listing.open(query.cursor)
    found = find(before, examined)
    views, resume = paging.cut(
        [wire.view(message, listing.caller) for message in read(found)],
        query.limit,
        found.last_key.get("message_id"),
        position=lambda view: view.message_id,
        weigh=lambda view: len(view.model_dump_json().encode()),
        most=wire.most_bytes,
    )

    def count_on(position: str, missing: int) -> tuple[int, str | None]:
        is_filtered = examined > query.limit
        counted = find(position, EXAMINED_AT_LEAST if is_filtered else missing, count=True)
        return counted.count, counted.last_key.get("message_id")

    def count() -> Total:
        return paging.count(found.count, found.last_key.get("message_id"), count_on)

    total, cursor = paging.finish(listing, resume, len(views), carried, count)
    return Page(total, views, cursor)
