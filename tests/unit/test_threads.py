from datetime import UTC, datetime

import pytest

from agent_messaging import ids
from agent_messaging.errors import InvalidError
from agent_messaging.fields import Party
from agent_messaging.messaging import threads
from agent_messaging.messaging.model import Message, MessageType, compose

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOVA, BOOTS, THIRD = (Party(id=name, name=name.title()) for name in ("nova", "boots", "third"))


def message(sender: Party = BOOTS, recipient: Party = NOVA, **fields) -> Message:
    return compose(MessageType.CHAT_MESSAGE, sender, recipient, NOW, is_verified=True, **fields)


def chosen(answered: Message | None = None, thread_id: str | None = None) -> str | None:
    return threads.choose(
        "nova",
        "boots",
        thread_id=thread_id,
        reply_to_id=None if answered is None else answered.message_id,
        answered=answered,
    )


def refused(**arguments) -> str:
    with pytest.raises(InvalidError) as caught:
        threads.choose("nova", "boots", **arguments)
    (fault,) = caught.value.faults
    return fault.pointer


def test_a_message_alone_begins_a_thread():
    assert chosen() is None


def test_a_thread_of_the_two_is_gone_on_with():
    thread_id = ids.new_thread(NOW, "boots", "nova")
    assert chosen(thread_id=thread_id) == thread_id


def test_a_reply_goes_where_it_answers():
    answered = message()
    assert chosen(answered) == answered.thread_id
    assert chosen(answered, answered.thread_id) == answered.thread_id


def test_a_thread_of_others_is_refused():
    thread_id = ids.new_thread(NOW, "nova", "third")
    assert refused(thread_id=thread_id, reply_to_id=None, answered=None) == "#/thread_id"


def test_a_reply_to_nothing_or_to_another_is_refused():
    for answered in (None, message(THIRD), message(NOVA, BOOTS)):
        arguments = {"thread_id": None, "reply_to_id": "msg_1", "answered": answered}
        assert refused(**arguments) == "#/reply_to_id"


def test_a_reply_into_another_thread_of_the_two_is_refused():
    other = ids.new_thread(NOW, "nova", "boots")
    arguments = {"thread_id": other, "reply_to_id": "msg_1", "answered": message()}
    assert refused(**arguments) == "#/thread_id"
