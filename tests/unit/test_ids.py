import functools
import operator
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging import clock, ids

NOW = datetime(2026, 11, 22, 12, 0, 0, 123000, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    timezones=st.just(UTC),
).map(clock.to_millisecond)
agent_ids = st.from_regex(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", fullmatch=True)


def milliseconds(ulid: str) -> int:
    number = 0
    for digit in ulid[:10]:
        number = number * 32 + ids.ALPHABET.index(digit)
    return number


@given(moments)
def test_a_ulid_is_well_formed_and_says_its_very_millisecond(moment: datetime):
    ulid = ids.ulid(moment)
    assert re.fullmatch(ids.ULID_PATTERN, ulid)
    assert EPOCH + timedelta(milliseconds=milliseconds(ulid)) == moment


def test_a_millisecond_that_a_float_loses_is_kept():
    later = datetime(2039, 1, 1, tzinfo=UTC)  # seconds beyond 2**31 leave a float fewer digits
    lost = [
        moment
        for moment in (later + timedelta(milliseconds=n) for n in range(2000))
        if int(moment.timestamp() * 1000) != (moment - EPOCH) // timedelta(milliseconds=1)
    ]
    assert lost
    for moment in lost[:100]:
        assert milliseconds(ids.ulid(moment)) == (moment - EPOCH) // timedelta(milliseconds=1)


def test_ids_sort_by_the_time_of_their_making():
    made = [ids.ulid(NOW + timedelta(milliseconds=n)) for n in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == 2000


def random_part(ulid: str) -> int:
    number = 0
    for digit in ulid[10:]:
        number = number * 32 + ids.ALPHABET.index(digit)
    return number


def test_every_one_of_the_eighty_random_bits_is_random():
    parts = [random_part(ids.ulid(NOW)) for _ in range(200)]
    assert functools.reduce(operator.or_, parts) == 2**80 - 1
    assert functools.reduce(operator.and_, parts) == 0


def test_two_ids_of_one_millisecond_differ():
    assert len({ids.ulid(NOW) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("prefix", ["agt", "msg", "wo", "key"])
def test_an_id_says_what_it_names(prefix: str):
    assert re.fullmatch(f"{prefix}_{ids.ULID_PATTERN}", ids.new(prefix, NOW))


@given(agent_ids, agent_ids)
def test_a_thread_belongs_to_a_pair_whichever_writes(one: str, other: str):
    thread_id = ids.new_thread(NOW, one, other)
    assert re.fullmatch(f"thr_{ids.ULID_PATTERN}[{ids.ALPHABET}]{{16}}", thread_id)
    assert ids.is_thread_of(thread_id, one, other)
    assert ids.is_thread_of(thread_id, other, one)


def test_a_thread_is_not_another_pairs():
    thread_id = ids.new_thread(NOW, "nova", "boots")
    assert not ids.is_thread_of(thread_id, "nova", "third")
    assert not ids.is_thread_of(thread_id, "third", "boots")
    assert not ids.is_thread_of(thread_id, "nova", "nova")


def test_a_pairs_hash_stays_the_same_from_release_to_release():
    assert (
        ids.pair_digits("nova", "boots") == ids.pair_digits("boots", "nova") == "4nz57jnbx0kwpwsd"
    )


@pytest.mark.parametrize(
    "moment",
    [NOW, datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)],
)
def test_an_id_says_when_it_was_made(moment: datetime):
    assert ids.time_of(ids.new("msg", moment)) == moment.replace(
        microsecond=moment.microsecond // 1000 * 1000
    )


def test_an_id_that_was_made_up_ends_with_the_calendar():
    assert ids.time_of("msg_7" + "z" * 25).year == 9999


def test_a_message_and_the_thread_that_it_begins_share_their_ulid():
    message_id, thread_id = ids.new_opening(NOW, "nova", "boots")
    assert ids.opening_of(thread_id) == message_id
    assert ids.ulid_of(thread_id) == ids.ulid_of(message_id)
    assert ids.is_thread_of(thread_id, "boots", "nova")
    assert ids.new_opening(NOW, "nova", "boots") != (message_id, thread_id)
