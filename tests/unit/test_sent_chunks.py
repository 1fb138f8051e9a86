"""The chunks of the sent log: where they lie, and what their entries and counters are called."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging import ids
from agent_messaging.messaging import sent_chunks
from agent_messaging.messaging.sent_chunks import Chunk, SentRecord

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT, MINUTE = timedelta(milliseconds=1), timedelta(minutes=1)
AGENT_IDS = st.from_regex(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize("into", [0 * MOMENT, MOMENT, timedelta(seconds=59), MINUTE - MOMENT])
def test_a_message_belongs_to_the_minute_of_its_id(into: timedelta):
    assert sent_chunks.minute_of(ids.new("msg", NOON + into)) == "2026-11-22T12:00"
    assert sent_chunks.minute_of(ids.new("msg", NOON + into + MINUTE)) == "2026-11-22T12:01"


def test_chunks_sort_by_minute_and_number():
    slots = [
        sent_chunks.slot(minute, number)
        for minute in ("2026-11-22T12:00", "2026-11-22T12:01")
        for number in (0, 9, 10, 99, 100, 999, 1000, 9999)
    ]
    assert slots == sorted(slots)
    assert max(slots[:8]) < sent_chunks.end_of("2026-11-22T12:00") < slots[8]


@given(AGENT_IDS, st.integers(0, 200_000))
def test_a_chunk_gives_back_its_entries_and_nothing_else(recipient_id: str, size: int):
    entry = SentRecord(ids.new("msg", NOON), recipient_id, size)
    item = {
        "sender_id": "nova",
        "slot": sent_chunks.slot("2026-11-22T12:00", 7),
        "n": 1,
        "purge_at": 1,
        sent_chunks.counter_of(recipient_id): 1,
        ids.ulid_of(entry.message_id): entry.value,
    }
    rounded = -(-size // 1024) * 1024
    whole = SentRecord(entry.message_id, recipient_id, rounded)
    assert sent_chunks.parse(item) == Chunk("2026-11-22T12:00", 7, (whole,))


def test_a_chunk_is_full_with_twelve_entries():
    entries = tuple(SentRecord(ids.new("msg", NOON), "boots") for _ in range(12))
    assert not Chunk("m", 0, entries[:11]).is_full
    assert Chunk("m", 0, entries).is_full
    assert Chunk("m", 0, entries[:11]).has(entries[10].message_id)
    assert not Chunk("m", 0, entries[:11]).has(entries[11].message_id)


def test_a_recipients_counter_stays_the_same_from_release_to_release():
    assert sent_chunks.counter_of("boots") == "cnz0r"


@given(AGENT_IDS)
def test_no_counter_is_the_name_of_another_attribute(recipient_id: str):
    name = sent_chunks.counter_of(recipient_id)
    assert len(name) == 5
    assert set(name) <= set(ids.ALPHABET)
    assert 5 not in {len(other) for other in ("n", "slot", "sender_id", "purge_at", "0" * 26)}


def test_counters_are_spread_over_all_that_they_can_be():
    names = [sent_chunks.counter_of(f"agent-{number}") for number in range(10_000)]
    # Among 10,000 of 33,554,432, one and a half pairs meet on average.
    assert len(set(names)) > 9_980
    for place, digit in itertools.product(range(5), ids.ALPHABET):
        share = sum(name[place] == digit for name in names) / len(names)
        assert 0.02 < share < 0.045
