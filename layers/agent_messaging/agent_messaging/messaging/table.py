"""The messages' table: a head and perhaps a long part per message, under its recipient.

    pending_inbox   pending_for, message_id     `display` of what is pending
    thread          thread_id, message_id       keys of what does not begin its thread
    due             due_shard, due_at           nothing yet
    urgent          urgent_for, urgent_rank     nothing yet

So an inbox costs what is unread, whatever lies behind it, and marking a message read moves one
index entry. Pending is a marker on the item and not a time: a message that commits late is found.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.errors import MessageNotFoundError
from agent_messaging.messaging.item import head, joined, long_id, parse, to_item, to_long_item
from agent_messaging.messaging.model import Message, MessageStatus, MessageType
from agent_messaging.storage.table import (
    ConditionFailedError,
    Item,
    QueryResult,
    Table,
    TableKey,
    TransactItem,
)
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PENDING = "pending_inbox"
THREAD = "thread"

DEFAULT_RETENTION = timedelta(days=90)

# Long parts sort before every head, and `~` behind every letter of an id.
FIRST, LAST = "msg_", "msg_~"

IS_NEW = "attribute_not_exists(message_id)"
IS_PENDING = "attribute_exists(pending_for)"


class MessagesTable:
    """The messages. `retention` is how long one is kept, read or not."""

    def __init__(
        self, client: "DynamoDBClient", name: str, retention: timedelta = DEFAULT_RETENTION
    ) -> None:
        self.client = client
        self.table = Table(client, name)
        self.retention = retention

    def key(self, recipient_id: str, message_id: str) -> TableKey:
        """Where a head lies, for a batch read."""
        return self.table.name, {"recipient_id": recipient_id, "message_id": message_id}

    def put_long(self, message: Message) -> Message:
        """Write what is long of a new message, and return its head, which is to be written next.

        Repeating it changes nothing: only this message has its id, and its texts never change. Of
        a head nothing is written: its long part was, and a head has none of its texts.
        """
        new = head(message)
        if new is not message:
            self.table.put(to_long_item(message, self.retention))
        return new

    def put(self, message: Message) -> None:
        """Write the head of a new message.

        boto3 repeats a put whose answer was lost. The recipient may have read the message by then,
        and so it stays: only this very message has its id.
        """
        with contextlib.suppress(ConditionFailedError):
            self.table.put(to_item(message, self.retention), IS_NEW)

    def transact_put(self, message: Message) -> TransactItem:
        """`put` as part of a transaction."""
        return self.table.transact_put(to_item(message, self.retention))

    def mark_read(self, message: Message, now: datetime) -> Message | None:
        """Acknowledge a message, None if it is gone.

        One that was read before stays as it was, and nothing is written.
        """
        if message.status is MessageStatus.READ:
            return message
        try:
            item = self.table.update(
                self.key(message.recipient.id, message.message_id)[1],
                "SET #status = :read, read_at = :now REMOVE pending_for",
                IS_PENDING,
                read=MessageStatus.READ,
                now=clock.to_text(now),
            )
        except ConditionFailedError as error:
            return None if error.item is None else parse(error.item)
        return parse(item)

    def fetch(self, recipient_id: str, message_id: str) -> Message | None:
        """The head of a message as it is this moment, None if there is none."""
        item = self.table.get(self.key(recipient_id, message_id)[1], consistent=True)
        return None if item is None else parse(item)

    def heads(self, pairs: Sequence[tuple[str, str]]) -> list[Message]:
        """The heads under pairs of recipient and message, in their order, without the absent."""
        items = self._sure([self.key(*pair) for pair in pairs])
        return [parse(item) for item in items if item is not None]

    def search(self, recipients: Iterable[str], message_id: str) -> list[Message]:
        """The head of a message that one of these agents received, as it is this moment."""
        keys = [self.key(recipient_id, message_id) for recipient_id in recipients]
        items = batch_get(self.client, keys, consistent=True)
        return [parse(item) for item in items if item is not None]

    def whole(self, heads: Sequence[Message]) -> list[Message]:
        """The messages with what is long of them; those that have lost it have expired."""
        keys = [
            self.key(each.recipient.id, long_id(each.message_id))
            for each in heads
            if each.long_bytes
        ]
        parts = {item["message_id"]: item for item in self._sure(keys) if item is not None}
        return [whole for each in heads if (whole := _whole(each, parts)) is not None]

    def _sure(self, keys: Sequence[TableKey]) -> list[Item | None]:
        """Items by any copy of the table; what that lacks is read again, consistently.

        An index, and the sent log, may be ahead of a copy.
        """
        items = batch_get(self.client, keys)
        absent = [key for key, item in zip(keys, items, strict=True) if item is None]
        if not absent:
            return items
        late = iter(batch_get(self.client, absent, consistent=True))
        return [next(late) if item is None else item for item in items]

    def query_inbox(
        self,
        recipient_id: str,
        before: str | None,
        limit: int,
        *,
        status: str | None,
        kind: MessageType | None,
        count: bool = False,
    ) -> QueryResult:
        """Heads to the agent, newest first, from behind `before`; `limit` are examined."""
        is_pending = status == MessageStatus.PENDING
        matching = []
        given: dict[str, Any] = {}
        if kind is not None:
            matching.append("display.#type = :type")
            given["type"] = kind
        if status is not None and not is_pending:
            matching.append("#status = :status")
            given["status"] = status
        return self.table.query(
            f"{'pending_for' if is_pending else 'recipient_id'} = :owner AND "
            "message_id BETWEEN :first AND :last",
            index=PENDING if is_pending else None,
            matching=" AND ".join(matching),
            limit=limit,
            count=count,
            owner=recipient_id,
            first=FIRST,
            last=_just_before(before),
            **given,
        )

    def query_thread(
        self, thread_id: str, before: str | None, limit: int, *, count: bool = False
    ) -> QueryResult:
        """Keys and sizes of a thread but for its first message, newest first, behind `before`."""
        return self.table.query(
            "thread_id = :thread AND message_id BETWEEN :first AND :last",
            index=THREAD,
            limit=limit,
            count=count,
            thread=thread_id,
            first=FIRST,
            last=_just_before(before),
        )

    def count_pending(self, agent_id: str, limit: int) -> int:
        """How many messages wait for the agent, counted no further than `limit`.

        A query ends at 1 MB, which is some 100 entries of the index even if each is the largest.
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


def _whole(message: Message, parts: Mapping[str, Item]) -> Message | None:
    if not message.long_bytes:
        return message
    part = parts.get(long_id(message.message_id))
    return None if part is None else joined(message, part)


def _just_before(message_id: str | None) -> str:
    """The upper end of a range of ids that ends before this one: `BETWEEN` includes its ends.

    The last character is one less, and `~` follows: behind every id that sorts before.
    """
    if message_id is None:
        return LAST
    return f"{message_id[:-1]}{chr(ord(message_id[-1]) - 1)}~"


def not_found(message_id: str) -> MessageNotFoundError:
    """The refusal for a message that is absent or not the caller's."""
    return MessageNotFoundError(f"You have no message `{message_id}`.")
