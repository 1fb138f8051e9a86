"""The messages' table: a head and perhaps a long part per message, under its recipient.

    pending_inbox   pending_for, message_id     `display` of each pending message
    thread          thread_id, message_id       keys of messages that do not begin their thread
    due             due_shard, due_at           nothing yet
    urgent          urgent_for, urgent_rank     nothing yet

So reading the unread messages costs only those messages, and marking one as read removes one index
entry. Pending is an attribute and not a time, so a message that commits late is found.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.errors import MessageNotFoundError
from agent_messaging.messaging import queries
from agent_messaging.messaging.item import (
    LAST,
    LONG_BYTES,
    head,
    joined,
    long_id,
    parse,
    to_item,
    to_long_item,
)
from agent_messaging.messaging.model import Message, MessageStatus
from agent_messaging.storage.table import (
    ConditionFailedError,
    Item,
    Table,
    TableKey,
    TransactItem,
)
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DEFAULT_RETENTION = timedelta(days=90)

IS_NEW = "attribute_not_exists(message_id)"
IS_PENDING = "attribute_exists(pending_for)"
# DynamoDB deletes a message up to days late. Its sender has seen by then that it failed.
IS_KEPT = "(attribute_not_exists(purge_at) OR purge_at > :epoch)"


class MessagesTable:
    """The messages. Each is kept for `retention`, read or not."""

    def __init__(
        self, client: "DynamoDBClient", name: str, retention: timedelta = DEFAULT_RETENTION
    ) -> None:
        self.client = client
        self.table = Table(client, name)
        self.retention = retention

    def key(self, recipient_id: str, message_id: str) -> TableKey:
        """Return the key of a head, for a batch read."""
        return self.table.name, {"recipient_id": recipient_id, "message_id": message_id}

    def put_long(self, message: Message, most: int = LONG_BYTES) -> Message:
        """Write the long part of a new message, if it has one, and return the head to write next.

        The message has a long part if its texts have more than `most` bytes.

        A repeated call changes nothing, because only this message has its id, and its texts never
        change. For a head nothing is written, because its long part is stored already.
        """
        new = head(message, most)
        if new is not message:
            self.table.put(to_long_item(message, self.retention))
        return new

    def put(self, message: Message) -> None:
        """Write the head of a new message.

        boto3 repeats a put whose answer was lost. The recipient may have read the message by then.
        The condition then leaves the message unchanged, because only this message has its id.
        """
        with contextlib.suppress(ConditionFailedError):
            self.table.put(to_item(message, self.retention), IS_NEW)

    def transact_put(self, message: Message) -> TransactItem:
        """Return `put` as an item of a transaction."""
        return self.table.transact_put(to_item(message, self.retention))

    def mark_read(self, message: Message, now: datetime) -> Message | None:
        """Mark a message as read, and return it. Return None if its retention has ended.

        If the message was already read, nothing is written.
        """
        if message.status is MessageStatus.READ:
            return message
        try:
            item = self.table.update(
                self.key(message.recipient.id, message.message_id)[1],
                "SET #status = :read, read_at = :now REMOVE pending_for",
                f"{IS_PENDING} AND {IS_KEPT}",
                read=MessageStatus.READ,
                now=clock.to_text(now),
                epoch=clock.to_epoch(now),
            )
        except ConditionFailedError as error:
            is_read = error.item is not None and "pending_for" not in error.item
            return parse(error.item) if error.item is not None and is_read else None
        return parse(item)

    def fetch(self, recipient_id: str, message_id: str) -> Message | None:
        """Return the head of a message, read consistently, or None if there is none."""
        item = self.table.get(self.key(recipient_id, message_id)[1], consistent=True)
        return None if item is None else parse(item)

    def heads(self, pairs: Sequence[tuple[str, str]]) -> list[Message]:
        """Return the existing heads for pairs of recipient id and message id, in the same order."""
        items = self._sure([self.key(*pair) for pair in pairs])
        return [parse(item) for item in items if item is not None]

    def search(self, recipients: Iterable[str], message_id: str) -> list[Message]:
        """Return the heads with this id that one of these agents received, read consistently."""
        keys = [self.key(recipient_id, message_id) for recipient_id in recipients]
        items = batch_get(self.client, keys, consistent=True)
        return [parse(item) for item in items if item is not None]

    def whole(self, heads: Sequence[Message]) -> list[Message]:
        """Return the messages with their long parts, without those whose long part has expired."""
        keys = [
            self.key(each.recipient.id, long_id(each.message_id))
            for each in heads
            if each.long_bytes
        ]
        parts = {item["message_id"]: item for item in self._sure(keys) if item is not None}
        return [whole for each in heads if (whole := _whole(each, parts)) is not None]

    def _sure(self, keys: Sequence[TableKey]) -> list[Item | None]:
        """Read items from a replica, and read missing ones again, consistently.

        An index and the sent log may be newer than a replica.
        """
        items = batch_get(self.client, keys)
        absent = [key for key, item in zip(keys, items, strict=True) if item is None]
        if not absent:
            return items
        late = iter(batch_get(self.client, absent, consistent=True))
        return [next(late) if item is None else item for item in items]

    def count_pending(self, agent_id: str, limit: int) -> int:
        """Count the agent's pending messages, up to `limit`.

        A query ends at 1 MB, which is about 100 index entries of the largest size.
        """
        number, position = 0, LAST
        while position and number < limit:
            found = queries.inbox(
                self.table,
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


def _whole(message: Message, parts: Mapping[str, Item]) -> Message | None:
    if not message.long_bytes:
        return message
    part = parts.get(long_id(message.message_id))
    return None if part is None else joined(message, part)


def not_found(message_id: str) -> MessageNotFoundError:
    """Return the error for a message that is absent or not the caller's."""
    return MessageNotFoundError(f"You have no message `{message_id}`.")


def not_received(message_id: str) -> MessageNotFoundError:
    """Return the error for a message that the caller cannot mark as read."""
    return MessageNotFoundError(
        f"You have no message `{message_id}`.",
        fix="Use a `message_id` from GET /api/v1/messaging/inbox. Only the recipient can mark a "
        "message as read.",
    )
