"""What a message is as an item, and what of it the index of an inbox holds."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent_messaging.content import ContentFlag
from agent_messaging.dynamodb import decode, encode
from agent_messaging.fields import Party
from agent_messaging.messaging.item import (
    LONG_BYTES,
    completed,
    fitting,
    is_cut,
    parse,
    to_item,
)
from agent_messaging.messaging.model import Message, MessageType, compose
from agent_messaging.messaging.wire import most_bytes, view
from agent_messaging.paging import PAGE_BYTES
from benchmarks import units
from local.template import load

NOW = datetime(2026, 11, 27, tzinfo=UTC)
NOVA, BOOTS = Party(id="nova", name="N" * 100), Party(id="boots", name="B" * 100)
TABLE = next(table for table in load().tables if table.name == "AgentMessagesTable").create
INDEX = TABLE["GlobalSecondaryIndexes"][0]


def message(body: str | None = None, metadata: str | None = None, **more) -> Message:
    return compose(
        MessageType.CHAT_MESSAGE, NOVA, BOOTS, NOW, is_verified=True, body=body, metadata=metadata
    ).model_copy(update=more)


def stored(one: Message) -> dict:
    return encode(to_item(one, timedelta(days=90)))


def indexed(one: Message) -> dict:
    """The message as `pending_inbox` holds it, by the template's own projection."""
    return decode(units.projected(TABLE, INDEX, stored(one)))


texts = st.none() | st.sampled_from([1, 1024, 1025, 2047, 2048, 2049]).map("x".__mul__) | st.text()


@given(texts, texts)
@example("x" * 1024, "y" * 1024)
@example("x" * 1024, "y" * 1025)
@example("é" * 1024, None)
@example("é" * 1025, None)
@example(None, "x" * 2049)
@example("", "x" * 2049)
def test_an_item_brings_back_its_message(body, metadata):
    one = message(body, metadata)
    whole = decode(stored(one))
    assert parse(whole) == one
    assert not is_cut(whole)
    (again,) = completed([indexed(one)], {one.message_id: whole})
    assert parse(again) == one


@pytest.mark.parametrize(
    ("body", "metadata", "is_long"),
    [
        ("x" * LONG_BYTES, None, False),
        ("x" * LONG_BYTES, "y", True),
        ("é" * (LONG_BYTES // 2), None, False),
        ("é" * (LONG_BYTES // 2) + "x", None, True),
        (None, "y" * LONG_BYTES, False),
        (None, "y" * LONG_BYTES + "y", True),
    ],
)
def test_what_is_long_in_bytes_is_left_out_of_the_index(body, metadata, is_long):
    entry = indexed(message(body, metadata))
    assert is_cut(entry) is is_long
    assert ("body" in entry or "metadata" in entry) is not is_long


def test_the_index_holds_all_else_that_a_message_says():
    every = message(
        "x",
        "{}",
        subject="s",
        priority=3,
        reply_to_id="msg_1",
        work_order_id="wo_1",
        relationship="contact",
    )
    assert parse(indexed(every)) == every
    absent = {"read_at"}
    assert {name for name in Message.model_fields if getattr(every, name) is None} == absent


def test_a_hundred_entries_of_the_index_stay_below_a_megabyte():
    longest = message(
        "\U0001f680" * 512, subject="\U0001f680" * 500, work_order_id="wo_" + "x" * 26
    )
    assert not is_cut(indexed(longest))
    assert 100 * units.size_of(encode(indexed(longest))) < 1_000_000


def entries(*sizes: int) -> list[dict]:
    return [{"long_bytes": size} if size else {} for size in sizes]


@pytest.mark.parametrize(
    ("sizes", "number"),
    [
        ((), 0),
        ((0, 0, 0), 3),
        ((PAGE_BYTES, 0, 0), 3),
        ((PAGE_BYTES, 0, 1), 2),
        ((PAGE_BYTES + 1, 0), 1),
        ((PAGE_BYTES + 1, 1), 1),
        ((PAGE_BYTES // 2, PAGE_BYTES // 2, 1), 2),
    ],
)
def test_a_page_takes_as_many_long_ones_as_it_holds_and_one_at_least(sizes, number):
    assert len(fitting(entries(*sizes))) == number


def test_what_has_expired_since_is_left_out():
    one, other = message("x" * 3000), message("y")
    assert completed([indexed(one), indexed(other)], {}) == [indexed(other)]


def test_an_index_says_what_it_knew_when_it_was_read():
    one = message("x" * 3000)
    since_read = decode(stored(one)) | {"status": "read", "read_at": "2026-11-27T00:00:00.000Z"}
    del since_read["pending_for"]
    (shown,) = completed([indexed(one)], {one.message_id: since_read})
    assert parse(shown) == one


# A character that JSON writes in six bytes, one that takes four, and one that takes one.
LETTERS = "\x01\U0001f680x"


@given(
    st.text(alphabet=LETTERS, max_size=40) | st.none(),
    st.text(alphabet=LETTERS, max_size=40) | st.none(),
    st.text(alphabet=LETTERS, max_size=40),
    st.sampled_from(LETTERS),
)
@example(None, None, "", "\x01")
@example("\x01" * 3000, None, "", "x")
@example(None, "\x01" * 500, "", "x")
def test_a_message_takes_no_more_of_an_answer_than_it_is_said_to(body, subject, more, letter):
    metadata = {more: [more], "number": 1.5, "truth": True, "nothing": None}
    every = message(
        body,
        json.dumps(metadata) if more else None,
        subject=subject,
        reply_to_id="msg_" + "x" * 26,
        work_order_id="wo_" + "x" * 26,
        relationship="contact",
        sender=Party(id="a" * 64, name=letter * 100),
        recipient=Party(id="b" * 64, name=letter * 100),
        read_at=NOW,
    )
    shown = view(every, "b" * 64).model_copy(update={"content_flags": list(ContentFlag)})
    assert most_bytes(shown) >= len(shown.model_dump_json().encode())
