"""What is read of a message in many tests, and messages that lie in the table already."""

from datetime import UTC, datetime, timedelta
from typing import Any

from agent_messaging import clock, ids

STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def stored_message(recipient: str, sender: str, number: int, **attributes: Any) -> dict[str, Any]:
    """An item of the messages' table, read long ago; ids sort by `number`."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    return {
        "recipient_id": recipient,
        "message_id": ids.new("msg", moment),
        "recipient_name": recipient.title(),
        "sender_id": sender,
        "sender_name": sender.title(),
        "type": "contact_request",
        "status": "read",
        "body": "Old news",
        "priority": 0,
        "thread_id": ids.new_thread(moment, recipient, sender),
        "created_at": clock.to_text(moment),
        "read_at": clock.to_text(moment),
        "sent_by": sender,
        "purge_at": clock.to_epoch(moment) + 90 * 86_400,
        **attributes,
    }
