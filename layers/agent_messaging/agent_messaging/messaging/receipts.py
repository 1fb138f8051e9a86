"""Show senders the receipts of their messages, and the messages that still are held.

A held message is in nobody's inbox. Its sender reads it from the receipt. So it looks the same
whether the recipient has not answered yet, has blocked the sender or has removed the request.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from agent_messaging.messaging.model import Message, MessageStatus
from agent_messaging.receipts import model
from agent_messaging.receipts.model import Facts, Receipt, Stored

NEVER = datetime.max.replace(tzinfo=UTC)


def has_receipt(message: Message, reader_id: str) -> bool:
    """Return whether the reader sees a receipt: it sent the message, and the system did not."""
    return message.is_sent and message.sender.id == reader_id


def own_ids(messages: Sequence[Message], reader_id: str) -> list[str]:
    """Return the ids of the messages that the reader sees a receipt of."""
    return [each.message_id for each in messages if has_receipt(each, reader_id)]


def receipts_of(
    messages: Sequence[Message], reader_id: str, facts: Mapping[str, Facts], now: datetime
) -> dict[str, Receipt]:
    """Return the receipts that the reader sees, by message."""
    return {
        each.message_id: receipt_of(each, facts.get(each.message_id), now)
        for each in messages
        if has_receipt(each, reader_id)
    }


def receipt_of(message: Message, facts: Facts | None, now: datetime) -> Receipt:
    """Return the receipt of a message. Without `purge_at` it never fails."""
    return model.compute(stored_of(message), facts, now)


def stored_of(message: Message) -> Stored:
    """Return what a message itself says for its receipt."""
    is_held = message.status is MessageStatus.HELD
    queued_at = None if is_held else message.released_at or message.created_at
    ends_at = NEVER if message.purge_at is None else datetime.fromtimestamp(message.purge_at, UTC)
    return Stored(queued_at, message.read_at, ends_at)


def held_message(facts: Facts | None) -> Message | None:
    """Return the held message that a receipt contains, or None."""
    if facts is None or facts.message is None:
        return None
    return Message.model_validate_json(facts.message)
