"""The meter's rules: what a request costs, when an instance flushes, how long a penalty lasts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging.agents.penalty import Penalty
from agent_messaging.meter.model import (
    FLUSH_UNITS,
    FORGOTTEN_AFTER,
    MINUTE,
    Account,
    MeterRecord,
    minute_of,
)
from agent_messaging.storage import units
from agent_messaging.storage.tally import Tally

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
QUOTA = 20_000


def consumed(capacity: float) -> dict:
    return {"TableName": "t", "CapacityUnits": capacity}


@pytest.mark.parametrize(
    ("operation", "answer", "tenths"),
    [
        ("put_item", {"ConsumedCapacity": consumed(4)}, 1 + 40),
        ("update_item", {"ConsumedCapacity": consumed(132)}, 1 + 1320),
        ("get_item", {"ConsumedCapacity": consumed(1)}, 1 + 2),
        ("get_item", {"ConsumedCapacity": consumed(0.5)}, 1 + 1),
        ("query", {"ConsumedCapacity": consumed(9.5)}, 1 + 19),
        ("batch_get_item", {"ConsumedCapacity": [consumed(2), consumed(0.5)]}, 1 + 5),
        ("transact_write_items", {"ConsumedCapacity": [consumed(4), consumed(6)]}, 1 + 100),
        ("query", {}, 1),
    ],
)
def test_a_call_costs_what_dynamodb_reports(operation: str, answer: dict, tenths: int):
    assert units.of_answer(operation, answer) == tenths


def refused(code: str, **more: object) -> dict:
    return {"Error": {"Code": code}, **more}


def test_a_condition_that_does_not_hold_costs_the_larger_item():
    code = "ConditionalCheckFailedException"
    short, long = {"a": {"S": "x"}}, {"a": {"S": "x" * 2000}}
    assert units.of_refusal({}, refused(code)) == 1 + 10
    assert units.of_refusal({}, refused(code, Item=short)) == 1 + 10
    assert units.of_refusal({}, refused(code, Item=long)) == 1 + 20
    assert units.of_refusal({"Item": long}, refused(code, Item=short)) == 1 + 20


def test_a_cancelled_transaction_costs_each_item_twice():
    entries = [{"Put": {"Item": {"a": {"S": "x" * 5000}}}}, {"Update": {}}, {"Delete": {}}]
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}, {"Code": "None"}]
    answer = refused("TransactionCanceledException", CancellationReasons=reasons)
    assert units.of_refusal({"TransactItems": entries}, answer) == 1 + 2 * 10 * (5 + 1 + 1)
    without = refused("TransactionCanceledException")
    assert units.of_refusal({"TransactItems": entries}, without) == 1 + 2 * 10 * (5 + 1 + 1)


def test_nested_items_have_the_size_of_their_parts():
    item = {"m": {"M": {"l": {"L": [{"S": "x" * 600}, {"N": "12"}, {"BOOL": True}]}}}}
    answer = refused("ConditionalCheckFailedException", Item=item)
    assert units.of_refusal({}, answer) == 1 + 10
    item["m"]["M"]["more"] = {"S": "y" * 600}
    assert units.of_refusal({}, answer) == 1 + 20


def test_what_is_throttled_costs_the_time_of_a_call():
    assert units.of_refusal({}, refused("ThrottlingException")) == 1


def test_an_answer_costs_its_bytes():
    assert units.of_request(0) == 34
    assert units.of_request(1) == 35
    assert units.of_request(1024) == 36
    assert units.of_request(100 * 1024) == 34 + 151


def test_a_tally_begins_at_zero_each_time():
    tally = Tally()
    tally.add(5)
    tally.add(6)
    assert tally.tenths == 11
    tally.begin()
    assert tally.tenths == 0


def record(**given: object) -> MeterRecord:
    return MeterRecord(minute=minute_of(NOON), units=QUOTA + 1, **given)


def test_each_penalty_is_longer_than_the_one_before_until_six_hours():
    now, seconds, trips, penalty = NOON + timedelta(seconds=20), [], 0, None
    for _ in range(6):
        penalty = record(trips=trips, penalty=penalty).next_penalty(QUOTA, now)
        seconds.append(int((penalty.until - now).total_seconds()))
        now, trips = penalty.until, trips + 1
    # To the end of the minute, and then a minute, ten, an hour, six hours.
    assert seconds == [40 + 60, 60 + 600, 60 + 3600, 60 + 21600, 60 + 21600, 60 + 21600]


def test_a_day_without_a_penalty_starts_again():
    penalty = Penalty(until=NOON, quota=QUOTA)
    before = record(trips=4, penalty=penalty)
    last = NOON + FORGOTTEN_AFTER - timedelta(milliseconds=1)
    assert before.trips_at(last) == 4
    assert before.trips_at(NOON + FORGOTTEN_AFTER) == 0
    short = before.next_penalty(QUOTA, NOON + FORGOTTEN_AFTER)
    assert short.until == NOON + FORGOTTEN_AFTER + 2 * MINUTE


def test_a_penalty_ends_at_its_very_moment_and_says_when():
    penalty = Penalty(until=NOON, quota=QUOTA)
    assert penalty.holds(NOON - timedelta(milliseconds=1))
    assert not penalty.holds(NOON)
    error = penalty.error(NOON - timedelta(seconds=89.5))
    assert (error.status, error.code) == (429, "rate_limited")
    assert error.headers == {
        "Retry-After": "90",
        "RateLimit-Policy": '"units";q=20000;w=60',
        "RateLimit": '"units";r=0;t=90',
    }
    assert error.fix.startswith("Stop calling for 90 seconds.")


def test_an_account_is_due_at_fifty_units_and_keeps_the_rest():
    account = Account(tenths=499)
    assert account.due == 0
    account.tenths += 8
    assert account.due == 50
    account.flushed(50, NOON)
    assert (account.tenths, account.due) == (7, 0)


def test_a_flush_that_failed_is_tried_again_after_fifty_units_more():
    account = Account(tenths=620)
    account.postponed()
    assert account.due == 0
    account.tenths += 500
    assert account.due == 112
    account.flushed(112, NOON)
    account.tenths = 500
    assert account.due == 50


REQUESTS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(34, 3_000), st.integers(0, 90), st.booleans()),
    max_size=200,
)


@given(REQUESTS)
def test_nothing_that_is_spent_is_lost_however_it_is_split_over_instances_and_minutes(requests):
    """Eight instances; between two requests pass up to 90 seconds; some flushes fail."""
    instances = [Account() for _ in range(8)]
    counted, spent, now = 0, 0, NOON
    minutes: dict[datetime, int] = {}
    for instance, tenths, seconds, fails in requests:
        now += timedelta(seconds=seconds)
        account = instances[instance]
        account.tenths += tenths
        spent += tenths
        if not account.due:
            continue
        if fails:
            account.postponed()
            continue
        counted += (due := account.due)
        minutes[minute_of(now)] = minutes.get(minute_of(now), 0) + due
        account.flushed(due, minute_of(now))
        assert account.tenths < units.UNIT
    assert sum(minutes.values()) * units.UNIT + sum(a.tenths for a in instances) == spent
    assert all(a.tenths < a.flush_at for a in instances)
    if not any(fails for *_, fails in requests):
        assert spent - counted * units.UNIT < len(instances) * FLUSH_UNITS * units.UNIT
