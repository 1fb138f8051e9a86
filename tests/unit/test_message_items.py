"""What a message is as items, and what of it the index of an inbox holds."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent_messaging.content.flags import ContentFlag
from agent_messaging.fields import Party
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.messaging.item import (
    FIRST,
    LAST,
    LONG_BYTES,
    fitting,
    head,
    joined,
    just_before,
    long_bytes,
    long_id,
    parse,
    to_item,
    to_long_item,
)
from agent_messaging.messaging.model import Message, MessageType, Untrusted, compose
from agent_messaging.messaging.schemas import most_bytes, view
from agent_messaging.paging import PAGE_BYTES
from agent_messaging.storage.table import decode, encode
from local.in_process import units
from local.template import load

NOW = datetime(2026, 11, 27, tzinfo=UTC)
NOVA, BOOTS = Party(id="nova", name="N" * 100), Party(id="boots", name="B" * 100)
TABLE = next(table for table in load().tables if table.name == "AgentMessagesTable").create
INDEX = TABLE["GlobalSecondaryIndexes"][0]


def message(body: str | None = None, metadata: str | None = None, **more) -> Message:
    return compose(
        MessageType.CHAT_MESSAGE, NOVA, BOOTS, NOW, is_verified=True, body=body, metadata=metadata
    ).model_copy(update=more)


RETENTION = timedelta(days=90)


def stored(one: Message) -> dict:
    """The head, as it lies in the table."""
    return encode(to_item(head(one), RETENTION))


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
def test_its_parts_bring_back_a_message(body, metadata):
    one = message(body, None if metadata is None else json.dumps({"text": metadata}))
    part = decode(encode(to_long_item(one, RETENTION)))
    purge_at = to_item(one, RETENTION)["purge_at"]
    for place, ends_at in ((decode(stored(one)), purge_at), (indexed(one), None)):
        found = parse(place)
        kept = {"purge_at": ends_at}
        assert found == head(one).model_copy(update=kept)
        whole = joined(found, part) if found.long_bytes else found
        assert whole == one.model_copy(update=kept)
    assert part["purge_at"] == purge_at


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
def test_what_is_long_in_bytes_is_left_out_of_the_head(body, metadata, is_long):
    display = decode(stored(message(body, metadata)))["display"]
    assert ("body" in display or "metadata" in display) is not is_long
    size = len(((body or "") + (metadata or "")).encode())
    assert head(message(body, metadata)).long_bytes == (size if is_long else 0)
    assert long_bytes(body, metadata) == (size if is_long else 0)


def test_a_head_that_is_stored_again_stays_as_it_is():
    """As is a request, which waits with the contacts and is then released."""
    one = head(message("x" * 3000))
    again = Message.model_validate_json(one.model_dump_json(exclude_none=True))
    assert to_item(again, RETENTION) == to_item(one, RETENTION)
    assert head(again) == one


def test_the_index_holds_all_else_that_a_message_says():
    every = message(
        "x",
        "{}",
        subject="s",
        priority=3,
        reply_to_id="msg_1",
        work_order_id="wo_1",
        relationship="contact",
        untrusted=Untrusted(title="Estimates", reason="Full"),
    )
    assert parse(indexed(every)) == every
    # The size of a body in a long part, and what stands outside `display`.
    absent = {"read_at", "body_bytes", "long_flags", "released_at", "purge_at"}
    assert {name for name in Message.model_fields if getattr(every, name) is None} == absent


def test_a_hundred_entries_of_the_index_stay_below_a_megabyte():
    longest = message(
        "\U0001f680" * 512, subject="\U0001f680" * 500, work_order_id="wo_" + "x" * 26
    ).model_copy(
        update={
            "sender": Party(id="a" * 64, name="\U0001f680" * 500),
            "recipient": Party(id="b" * 64, name="\U0001f680" * 500),
        }
    )
    assert not head(longest).long_bytes
    assert 100 * units.size_of(encode(indexed(longest))) < 1_000_000


def test_a_long_part_sorts_before_every_head():
    one = message("x" * 3000)
    assert long_id(one.message_id) < FIRST < one.message_id < LAST


def test_only_a_message_that_does_not_begin_its_thread_is_in_the_index_of_threads():
    one = message("x")
    reply = message("y", thread_id=one.thread_id)
    assert "thread_id" not in stored(one)
    assert stored(reply)["thread_id"] == {"S": one.thread_id}


@given(st.lists(st.from_regex(f"msg_{ULID_PATTERN}", fullmatch=True), min_size=2, max_size=2))
@example(["msg_" + "0" * 26, "msg_" + "0" * 25 + "1"])
@example(["msg_" + "7" + "z" * 25, "msg_" + "7" + "z" * 24 + "y"])
def test_a_range_ends_right_before_its_end(message_ids):
    one, other = message_ids
    assert (one <= just_before(other)) is (one < other)


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
    assert len(fitting("abc"[: len(sizes)], sizes)) == number


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
