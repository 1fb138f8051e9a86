"""The messages' table: one item per message, under its recipient, in the order of the ids.

    pending_inbox   pending_for, message_id   messages but for what is long, while they are pending
    sent            sent_by, message_id       keys; what the sender itself wrote
    thread          thread_id, message_id     keys

So an inbox costs what is unread, whatever lies behind it, and marking a message read moves one
index entry. Pending is a marker on the item and not a time: a message that commits late is found.
"""

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.batches import batch_get
from agent_messaging.dynamodb import ConditionFailedError, Entry, Found, Item, Table, TableKey
from agent_messaging.errors import MessageNotFoundError
from agent_messaging.messaging.item import completed, fitting, is_cut, parse, to_item
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
            self.table.put(to_item(message, self.retention), IS_NEW)

    def put_entry(self, message: Message) -> Entry:
        """`put` as part of a transaction."""
        return self.table.put_entry(to_item(message, self.retention))

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
        found = self.table.query(
            f"{owner} = :owner AND message_id < :before",
            index=PENDING if is_pending else None,
            matching=" AND ".join(f"#{name} = :{name}" for name in given),
            limit=limit,
            count=count,
            owner=recipient_id,
            before=before or LAST,
            **given,
        )
        return self._with_what_is_long(found) if is_pending and not count else found

    def _with_what_is_long(self, found: Found) -> Found:
        """A page of the index with what that leaves out, and no more of it than a page holds."""
        kept = fitting(found.items)
        keys = [self.key(item["recipient_id"], item["message_id"]) for item in kept if is_cut(item)]
        if not keys:
            return found
        # An index may be ahead of a copy of the table, so this is read consistently: what is not
        # there has expired.
        wholes = {
            item["message_id"]: item
            for item in batch_get(self.client, keys, consistent=True)
            if item is not None
        }
        last_key = found.last_key
        if len(kept) < len(found.items):
            last_key = self.key(kept[-1]["recipient_id"], kept[-1]["message_id"])[1]
        return replace(found, items=completed(kept, wholes), count=len(kept), last_key=last_key)

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

        A query ends at 1 MB, which is some 200 entries of the index even if each is the largest.
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


def unknown(message_id: str) -> MessageNotFoundError:
    """The refusal for a message that is absent or not the caller's."""
    return MessageNotFoundError(f"You have no message `{message_id}`.")
