"""A message as an item of the table, and what of it the index of an inbox leaves out.

    body, metadata              up to 2 KB together: in the table, and in `pending_inbox`
    long_body, long_metadata    what is longer: in the table alone
    long_bytes                  the size of these: in both

So a long message is written once, not twice, and marking it read does not write it again; counting
what waits reads a few kilobytes, whatever waits. A page of an inbox fetches what is long by its
keys, no more than a page holds.
"""

import functools
from collections.abc import Mapping, Sequence
from datetime import timedelta

from agent_messaging import clock
from agent_messaging.dynamodb import Item
from agent_messaging.fields import Party
from agent_messaging.messaging.model import Message
from agent_messaging.paging import PAGE_BYTES

LONG_BYTES = 2048
LONG_NAMES = ("long_body", "long_metadata")


def to_item(message: Message, retention: timedelta) -> Item:
    """The item of a new message, which is kept for `retention`."""
    return {
        "recipient_id": message.recipient.id,
        "message_id": message.message_id,
        "recipient_name": message.recipient.name,
        "sender_id": message.sender.id,
        "sender_name": message.sender.name,
        "type": message.type,
        "status": message.status,
        "subject": message.subject,
        **_content(message.body, message.metadata),
        "priority": message.priority,
        "thread_id": message.thread_id,
        "reply_to_id": message.reply_to_id,
        "work_order_id": message.work_order_id,
        "relationship": message.relationship,
        "is_verified": message.is_verified,
        "untrusted": message.untrusted and message.untrusted.model_dump(exclude_none=True),
        "created_at": clock.to_text(message.created_at),
        "pending_for": message.recipient.id,
        "sent_by": message.sender.id if message.is_sent else None,
        "purge_at": clock.to_epoch(message.created_at + retention),
    }


def _content(body: str | None, metadata: str | None) -> Item:
    size = sum(len(text.encode()) for text in (body, metadata) if text is not None)
    if size <= LONG_BYTES:
        return {"body": body, "metadata": metadata}
    return {"long_body": body, "long_metadata": metadata, "long_bytes": size}


def parse(item: Item) -> Message:
    """A message from its item."""
    return Message(
        message_id=item["message_id"],
        sender=_party(item["sender_id"], item["sender_name"]),
        recipient=_party(item["recipient_id"], item["recipient_name"]),
        type=item["type"],
        status=item["status"],
        subject=item.get("subject"),
        body=item.get("body", item.get("long_body")),
        priority=int(item["priority"]),
        thread_id=item["thread_id"],
        reply_to_id=item.get("reply_to_id"),
        work_order_id=item.get("work_order_id"),
        metadata=item.get("metadata", item.get("long_metadata")),
        relationship=item.get("relationship"),
        is_verified=item.get("is_verified", False),
        untrusted=item.get("untrusted"),
        created_at=clock.from_text(item["created_at"]),
        read_at=clock.from_text(item["read_at"]) if "read_at" in item else None,
    )


# A page names few, many times; a party never changes.
@functools.lru_cache(maxsize=256)
def _party(agent_id: str, name: str) -> Party:
    return Party(id=agent_id, name=name)


def is_cut(item: Item) -> bool:
    """Whether the index left out what is long."""
    return "long_bytes" in item and not any(name in item for name in LONG_NAMES)


def fitting(items: Sequence[Item]) -> Sequence[Item]:
    """The first of an index's items whose long parts fit a page; one at least."""
    size = 0
    for number, item in enumerate(items):
        size += int(item.get("long_bytes", 0))
        if number and size > PAGE_BYTES:
            return items[:number]
    return items


def completed(items: Sequence[Item], wholes: Mapping[str, Item]) -> list[Item]:
    """An index's items, with what is long from whole ones by id; without those since expired."""
    joined = [{**item, **_long_parts(wholes.get(item["message_id"], {}))} for item in items]
    return [item for item in joined if not is_cut(item)]


def _long_parts(whole: Item) -> Item:
    """No more than that: it may have been read since the index was, which said that it waits."""
    return {name: whole[name] for name in LONG_NAMES if name in whole}
