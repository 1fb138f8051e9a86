"""A message as items of its table: a head, and a long part if its texts are long.

    head    (recipient, msg_<ulid>)     what lists show, and up to 2 KB of body and metadata
    long    (recipient, long_<ulid>)    longer body and metadata, written first

Lists and mark-read read and write heads. A head holds the size of its long part, so a page is
limited before that part is read. A crash between the two writes leaves a long part that nobody
sees, until DynamoDB removes it.

The map `display` holds every field that an index shows, so a new field of a message needs no new
index. The top level holds the keys of table and indexes, the fields that an update changes, and
`long_bytes`, which the `thread` index projects.
"""

import functools
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from agent_messaging import clock
from agent_messaging.fields import Party
from agent_messaging.ids import ulid_of
from agent_messaging.messaging.model import Message, MessageStatus
from agent_messaging.paging import PAGE_BYTES

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

LONG_BYTES = 2048

# Long parts sort before every head, and `~` sorts after every character of an id.
FIRST, LAST = "msg_", "msg_~"

# The texts of a message that its long part stores.
LONG = ("body", "metadata")

# What a head says of them.
OF_LONG = ("body_bytes", "long_flags")

# The fields that an item stores in another form or place.
OTHERWISE = {
    "message_id",
    "sender",
    "recipient",
    "status",
    "created_at",
    "read_at",
    "untrusted",
    "long_bytes",
    "released_at",
    "purge_at",
}
# `display` holds every other field, under its name.
DISPLAYED = tuple(name for name in Message.model_fields if name not in OTHERWISE)

Sized = TypeVar("Sized")


def to_item(message: Message, retention: timedelta) -> "Item":
    """Return the head of a new message, which is kept for `retention`."""
    return {
        "recipient_id": message.recipient.id,
        "message_id": message.message_id,
        "status": message.status,
        "display": _display(message),
        "long_bytes": message.long_bytes or None,
        "pending_for": message.recipient.id,
        # The message that begins a thread is found by the thread's id alone.
        "thread_id": None if message.is_opening else message.thread_id,
        "released_at": message.released_at and clock.to_text(message.released_at),
        "purge_at": _purge_at(message, retention),
    }


def _display(message: Message) -> "Item":
    display = {
        **{name: getattr(message, name) for name in DISPLAYED},
        "wants_receipts": message.wants_receipts or None,
        "recipient_name": message.recipient.name,
        "sender_id": message.sender.id,
        "sender_name": message.sender.name,
        "untrusted": message.untrusted and message.untrusted.model_dump(exclude_none=True),
        "created_at": clock.to_text(message.created_at),
    }
    return {name: value for name, value in display.items() if value is not None}


def to_long_item(message: Message, retention: timedelta) -> "Item":
    """Return the long part of a new message, which is kept as long as its head."""
    return {
        "recipient_id": message.recipient.id,
        "message_id": long_id(message.message_id),
        **{name: getattr(message, name) for name in LONG},
        "purge_at": _purge_at(message, retention),
    }


def _purge_at(message: Message, retention: timedelta) -> int:
    return clock.to_epoch(message.created_at + retention)


def long_id(message_id: str) -> str:
    """Return the sort key of a message's long part. It sorts before all heads."""
    return f"long_{ulid_of(message_id)}"


def just_before(message_id: str | None) -> str:
    """Return the last sort key of a range that ends before this message.

    `BETWEEN` includes its ends. So the last character is one less, and `~` sorts after every id
    with that beginning.
    """
    if message_id is None:
        return LAST
    return f"{message_id[:-1]}{chr(ord(message_id[-1]) - 1)}~"


def long_bytes(body: str | None, metadata: str | None = None, most: int = LONG_BYTES) -> int:
    """Return how many bytes of these texts are stored in the long part: all, or 0.

    The head has up to `most` bytes of them.
    """
    size = sum(len(text.encode()) for text in (body, metadata) if text is not None)
    return size if size > most else 0


def head(message: Message, most: int = LONG_BYTES) -> Message:
    """Return the message without the texts that are stored in its long part."""
    size = long_bytes(message.body, message.metadata, most)
    if not size:
        return message
    from agent_messaging.content import flagging  # noqa: PLC0415 - many functions flag no texts

    body_bytes = None if message.body is None else len(message.body.encode())
    found = flagging.flags(message.body, objects=(message.metadata,))
    sizes = {"long_bytes": size, "body_bytes": body_bytes}
    update = {**dict.fromkeys(LONG), **sizes, "long_flags": found or None}
    return message.model_copy(update=update)


def parse(item: "Item") -> Message:
    """Return a message from its head, as the table or an index holds it."""
    display = item["display"]
    return Message(
        **{name: display[name] for name in DISPLAYED if name in display},
        message_id=item["message_id"],
        sender=_party(display["sender_id"], display["sender_name"]),
        recipient=_party(item["recipient_id"], display["recipient_name"]),
        # Entries of the index of pending messages have no status.
        status=item.get("status", MessageStatus.PENDING),
        untrusted=display.get("untrusted"),
        created_at=clock.from_text(display["created_at"]),
        read_at=clock.from_text(item["read_at"]) if "read_at" in item else None,
        long_bytes=int(item.get("long_bytes", 0)),
        released_at=clock.from_text(item["released_at"]) if "released_at" in item else None,
        purge_at=int(item["purge_at"]) if "purge_at" in item else None,
    )


# The messages of a page have few parties, and a party never changes.
@functools.lru_cache(maxsize=256)
def _party(agent_id: str, name: str) -> Party:
    return Party(id=agent_id, name=name)


def joined(message: Message, part: Mapping[str, str]) -> Message:
    """Return the whole message from its head and its long part."""
    texts = {name: part.get(name) for name in LONG}
    return message.model_copy(update={**texts, **dict.fromkeys(OF_LONG), "long_bytes": 0})


def fitting(entries: Sequence[Sized], sizes: Sequence[int]) -> Sequence[Sized]:
    """Return the first entries whose long parts, of these sizes, fit a page: at least one."""
    total = 0
    for number, size in enumerate(sizes):
        total += size
        if number and total > PAGE_BYTES:
            return entries[:number]
    return entries
