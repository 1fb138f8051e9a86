"""The messages' table: one item per message, under its recipient, in the order of the ids.

    pending_inbox   pending_for, message_id   whole messages, only while they are pending
    sent            sent_by, message_id       keys; what the sender itself wrote
    thread          thread_id, message_id     keys

So an inbox costs what is unread, whatever lies behind it, and marking a message read moves one
index entry. Pending is a marker on the item and not a time: a message that commits late is found.
"""

import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.batches import batch_get
from agent_messaging.dynamodb import ConditionFailedError, Entry, Found, Item, Table, TableKey
from agent_messaging.errors import MessageNotFoundError
from agent_messaging.fields import Party
from agent_messaging.messaging.model import Message, MessageStatus, MessageType

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PENDING = "pending_inbox"
SENT = "sent"
THREAD = "thread"

DEFAULT_RETENTION = timedelta(days=90)

# `~` sorts behind every letter of an id.
LAST = "msg_~"

IS_NEW = "attribute_not_exists(message_id)"


class MessagesTable:
    """The messages. `retention` is how long one is kept, read or not."""

    def __init__(
        self, client: "DynamoDBClient", name: str, retention: timedelta = DEFAULT_RETENTION
    ) -> None:
        self.client = client
        self.table = Table(client, name)
        self.retention = retention

    def key(self, recipient_id: str, message_id: str) -> TableKey:
        """Where a message lies, for a batch read."""
        return self.table.name, {"recipient_id": recipient_id, "message_id": message_id}

    def put(self, message: Message) -> None:
        """Write a new message: one item, and nothing else.

        boto3 repeats a put whose answer was lost. The recipient may have read the message by then,
        and so it stays: only this very message has its id.
        """
        with contextlib.suppress(ConditionFailedError):
            self.table.put(self._item(message), IS_NEW)

    def put_entry(self, message: Message) -> Entry:
        """`put` as part of a transaction."""
        return self.table.put_entry(self._item(message))

    def mark_read(self, recipient_id: str, message_id: str, now: datetime) -> Message:
        """Acknowledge a message; one that was read before stays as it was.

        Raises:
            MessageNotFoundError: the recipient has no such message.
        """
        try:
            item = self.table.update(
                self.key(recipient_id, message_id)[1],
                "SET #status = :read, read_at = :now REMOVE pending_for",
                "attribute_exists(pending_for)",
                read=MessageStatus.READ,
                now=clock.to_text(now),
            )
        except ConditionFailedError as error:
            if error.item is None:
                raise unknown(message_id) from None
            item = error.item
        return parse(item)

    def fetch(self, agent_id: str, message_id: str) -> Message:
        """A message that the agent received or sent.

        Raises:
            MessageNotFoundError: neither.
        """
        item = self.table.get(self.key(agent_id, message_id)[1], consistent=True)
        if item is None:
            found = self.table.query(
                "sent_by = :agent AND message_id = :message",
                index=SENT,
                agent=agent_id,
                message=message_id,
            )
            items = self._whole(found)
            item = items[0] if items else None
        if item is None:
            raise unknown(message_id)
        return parse(item)

    def query_inbox(
        self,
        recipient_id: str,
        before: str | None,
        limit: int,
        *,
        status: str | None,
        kind: MessageType | None,
        count: bool = False,
    ) -> Found:
        """Messages to the agent, newest first, from behind `before`; `limit` are examined."""
        is_pending = status == MessageStatus.PENDING
        filters = {"type": kind, "status": None if is_pending else status}
        given: dict[str, Any] = {
            name: value for name, value in filters.items() if value is not None
        }
        owner = "pending_for" if is_pending else "recipient_id"
        return self.table.query(
            f"{owner} = :owner AND message_id < :before",
            index=PENDING if is_pending else None,
            matching=" AND ".join(f"#{name} = :{name}" for name in given),
            limit=limit,
            count=count,
            owner=recipient_id,
            before=before or LAST,
            **given,
        )

    def query_sent(
        self, sender_id: str, before: str | None, limit: int, *, count: bool = False
    ) -> Found:
        """Keys of what the agent wrote, newest first, from behind `before`."""
        return self.table.query(
            "sent_by = :sender AND message_id < :before",
            index=SENT,
            limit=limit,
            count=count,
            sender=sender_id,
            before=before or LAST,
        )

    def query_thread(
        self, thread_id: str, before: str | None, limit: int, *, count: bool = False
    ) -> Found:
        """Keys of a thread, newest first, from behind `before`."""
        return self.table.query(
            "thread_id = :thread AND message_id < :before",
            index=THREAD,
            limit=limit,
            count=count,
            thread=thread_id,
            before=before or LAST,
        )

    def count_pending(self, agent_id: str, limit: int) -> int:
        """How many messages wait for the agent, counted no further than `limit`.

        A query ends at 1 MB, so large messages take several.
        """
        number, position = 0, LAST
        while position and number < limit:
            found = self.query_inbox(
                agent_id,
                position,
                limit - number,
                status=MessageStatus.PENDING,
                kind=None,
                count=True,
            )
            number += found.count
            position = found.last_key.get("message_id", "")
        return number

    def read_keys(self, found: Found) -> list[Message]:
        """The messages behind the keys of an index, in their order, without those since expired."""
        return [parse(item) for item in self._whole(found)]

    def _whole(self, found: Found) -> list[Item]:
        keys = [self.key(item["recipient_id"], item["message_id"]) for item in found.items]
        return [item for item in batch_get(self.client, keys) if item is not None]

    def _item(self, message: Message) -> Item:
        return {
            "recipient_id": message.recipient.id,
            "message_id": message.message_id,
            "recipient_name": message.recipient.name,
            "sender_id": message.sender.id,
            "sender_name": message.sender.name,
            "type": message.type,
            "status": message.status,
            "subject": message.subject,
            "body": message.body,
            "priority": message.priority,
            "thread_id": message.thread_id,
            "reply_to_id": message.reply_to_id,
            "work_order_id": message.work_order_id,
            "metadata": message.metadata,
            "relationship": message.relationship,
            "is_verified": message.is_verified,
            "created_at": clock.to_text(message.created_at),
            "pending_for": message.recipient.id,
            "sent_by": message.sender.id if message.is_sent else None,
            "purge_at": clock.to_epoch(message.created_at + self.retention),
        }


def parse(item: Item) -> Message:
    """A message from its item."""
    return Message(
        message_id=item["message_id"],
        sender=Party(id=item["sender_id"], name=item["sender_name"]),
        recipient=Party(id=item["recipient_id"], name=item["recipient_name"]),
        type=item["type"],
        status=item["status"],
        subject=item.get("subject"),
        body=item.get("body"),
        priority=int(item["priority"]),
        thread_id=item["thread_id"],
        reply_to_id=item.get("reply_to_id"),
        work_order_id=item.get("work_order_id"),
        metadata=item.get("metadata"),
        relationship=item.get("relationship"),
        is_verified=item.get("is_verified", False),
        created_at=clock.from_text(item["created_at"]),
        read_at=clock.from_text(item["read_at"]) if "read_at" in item else None,
    )


def unknown(message_id: str) -> MessageNotFoundError:
    """The refusal for a message that is absent or not the caller's."""
    return MessageNotFoundError(f"You have no message `{message_id}`.")
