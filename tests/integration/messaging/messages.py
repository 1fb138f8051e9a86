"""What is read of a message in many tests, and messages that lie in the table already."""

from datetime import UTC, datetime, timedelta
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.messaging import sent_chunks
from agent_messaging.messaging.item import DISPLAYED, long_id
from agent_messaging.messaging.sent_chunks import SentRecord

STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"
DISPLAY = {*DISPLAYED, "recipient_name", "sender_id", "sender_name", "created_at"} - {"thread_id"}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def stored_message(recipient: str, sender: str, number: int, **attributes: Any) -> dict[str, Any]:
    """The head of a message in its table, read long ago; ids sort by `number`.

    `attributes` with a name of the map `display` go there, and `thread_id` to both places.
    """
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    display = {
        "recipient_name": recipient.title(),
        "sender_id": sender,
        "sender_name": sender.title(),
        "type": "contact_request",
        "body": "Old news",
        "priority": 0,
        "thread_id": attributes.pop("thread_id", ids.new_thread(moment, recipient, sender)),
        "created_at": clock.to_text(moment),
    }
    shown = {name: value for name, value in attributes.items() if name in DISPLAY}
    return {
        "recipient_id": recipient,
        "message_id": ids.new("msg", moment),
        "status": "read",
        "read_at": clock.to_text(moment),
        "thread_id": display["thread_id"],
        "purge_at": clock.to_epoch(moment) + 90 * 86_400,
        **{name: value for name, value in attributes.items() if name not in DISPLAY},
        "display": {**display, **shown},
    }


def with_long(head: dict[str, Any], **texts: str) -> list[dict[str, Any]]:
    """The items of a message whose `body` or `metadata` is stored apart."""
    display = {name: value for name, value in head["display"].items() if name != "body"}
    size = sum(len(text.encode()) for text in texts.values())
    place = {"recipient_id": head["recipient_id"], "message_id": long_id(head["message_id"])}
    return [
        {**head, "display": display, "long_bytes": size},
        {**place, "purge_at": head["purge_at"], **texts},
    ]


def logged(*heads: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of the sent log in which these messages stand."""
    minutes: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for head in heads:
        place = (head["display"]["sender_id"], sent_chunks.minute_of(head["message_id"]))
        minutes.setdefault(place, []).append(head)
    return [
        {
            "sender_id": sender_id,
            "slot": sent_chunks.slot(minute, start // sent_chunks.CHUNK_SIZE),
            "n": len(some),
            "purge_at": some[0]["purge_at"],
            **{
                ids.ulid_of(head["message_id"]): SentRecord(
                    head["message_id"], head["recipient_id"], head.get("long_bytes", 0)
                ).value
                for head in some
            },
        }
        for (sender_id, minute), sent in minutes.items()
        for start in range(0, len(sent), sent_chunks.CHUNK_SIZE)
        if (some := sent[start : start + sent_chunks.CHUNK_SIZE])
    ]
