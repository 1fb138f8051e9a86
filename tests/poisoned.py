"""Mailboxes full of the largest messages that the API takes, written through the product's tables.

A message here has 64 KB of body and 64 KB of metadata, 29 arrays deep: what costs most to read and
to parse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from agent_messaging.auth import Caller
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.fields import OBJECT_BYTES, Party
from agent_messaging.messaging.item import long_bytes
from agent_messaging.messaging.model import (
    Message,
    MessageStatus,
    MessageType,
    Relationship,
    compose,
)
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable

DEPTH = 29
BODY = "x" * OBJECT_BYTES


def metadata() -> str:
    """As many deeply nested arrays as an object's limit holds."""
    nested = "[" * DEPTH + "]" * DEPTH
    room = OBJECT_BYTES - len('{"a":[]}')
    text = f'{{"a":[{",".join([nested] * (room // (len(nested) + 1)))}]}}'
    assert len(text) <= OBJECT_BYTES
    assert json.loads(text)
    return text


def messages(
    table: MessagesTable,
    log: SentLog,
    number: int,
    *,
    sender: str,
    recipient: str,
    since: datetime,
    is_read: bool = False,
) -> list[Message]:
    """So many messages of one thread, the oldest first and one a second, logged by their sender."""
    made = []
    for message in _composed(number, sender, recipient, since):
        size = long_bytes(message.body, message.metadata)
        log.record(Caller(sender), recipient, message.message_id, size)
        head = table.put_long(message)
        table.put(head)
        if is_read:
            table.mark_read(head, message.created_at)
        made.append(message)
    return made


def requests(
    contacts: ContactsTable,
    table: MessagesTable,
    number: int,
    *,
    owner: str,
    since: datetime,
) -> list[Message]:
    """So many strangers, whose requests wait for the owner's answer."""
    made = []
    for stranger in range(number):
        moment = since + timedelta(seconds=stranger)
        (message,) = _composed(1, f"stranger-{stranger:04}", owner, moment)
        held = table.put_long(message).model_copy(update={"status": MessageStatus.HELD})
        item = contacts.transact_hold(held, moment)["Put"]
        contacts.table.client.put_item(**item)
        made.append(message)
    return made


def _composed(number: int, sender: str, recipient: str, since: datetime) -> Iterator[Message]:
    nested = metadata()
    one, other = Party(id=sender, name=sender), Party(id=recipient, name=recipient)
    thread_id = None
    for place in range(number):
        moment = since + timedelta(seconds=place)
        message = compose(
            MessageType.CHAT_MESSAGE,
            one,
            other,
            moment,
            relationship=Relationship.STRANGER,
            is_verified=True,
            thread_id=thread_id,
            subject=str(place),
            body=BODY,
            metadata=nested,
        )
        thread_id = message.thread_id
        yield message
