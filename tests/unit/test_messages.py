"""What a new message has, and which fields it shares with a request and an answer."""

from datetime import UTC, datetime

import pytest

from agent_messaging import ids
from agent_messaging.delivery.schemas import SendRequest
from agent_messaging.delivery.service import ADDRESS
from agent_messaging.fields import Party
from agent_messaging.messaging.model import Message, MessageType, compose
from agent_messaging.messaging.schemas import MessageView, view

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOVA, BOOTS = (Party(id=name, name=name.title()) for name in ("nova", "boots"))


def message(**fields) -> Message:
    return compose(MessageType.CHAT_MESSAGE, BOOTS, NOVA, NOW, is_verified=True, **fields)


def test_a_new_message_is_pending_in_a_thread_of_its_two_agents():
    made = message()
    assert (made.status, made.created_at, made.read_at) == ("pending", NOW, None)
    assert ids.is_thread_of(made.thread_id, "nova", "boots")
    assert made.has_party("nova")
    assert made.has_party("boots")
    assert not made.has_party("third")


def test_a_notification_is_in_nobodys_sent_list():
    assert message().is_sent
    assert not compose(MessageType.NOTIFICATION, BOOTS, NOVA, NOW, is_verified=True).is_sent


# What the sender chooses for itself, and nobody is shown.
OWN = {"wants_receipts"}


@pytest.mark.parametrize("name", sorted(set(SendRequest.model_fields) - ADDRESS))
def test_every_field_of_a_send_is_one_of_the_message_and_of_its_view(name: str):
    assert name in Message.model_fields
    assert (name in MessageView.model_fields) == (name not in OWN)


@pytest.mark.parametrize(
    "name", sorted(set(SendRequest.model_fields) - ADDRESS - OWN - {"priority", "reply_to_id"})
)
def test_every_text_that_a_sender_writes_is_flagged(name: str):
    text = '{"note":"a\u200bb"}' if name == "metadata" else "a\u200bb"
    shown = view(message(**{name: text}), "nova")
    assert shown.content_flags == ["invisible_characters"]
