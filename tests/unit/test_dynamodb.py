from decimal import Decimal

import pytest

from agent_messaging.dynamodb import TransactionFailedError, _raise_unless_transient, decode, encode


def test_values_go_in_and_come_out():
    item = {"text": "é", "empty": "", "number": 5, "exact": Decimal("0.10"), "map": {"a": [True]}}
    assert decode(encode(item)) == item


def test_none_is_an_absent_attribute():
    assert encode({"a": None, "b": 0, "c": ""}) == {"b": {"N": "0"}, "c": {"S": ""}}


@pytest.mark.parametrize("value", [0.1, {"a": 0.1}, [0.1], float("nan")])
def test_a_float_is_refused(value: object):
    with pytest.raises(TypeError, match="Float types are not supported"):
        encode({"a": value})


def test_a_number_that_would_lose_digits_is_refused():
    assert encode({"a": 10**37}) == {"a": {"N": str(10**37)}}
    for number in (10**39 + 1, Decimal("0." + "1" * 39)):
        with pytest.raises(ArithmeticError):
            encode({"a": number})


def reasons(*codes: str) -> list[dict]:
    return [{"Code": code} for code in codes]


@pytest.mark.parametrize(
    "codes",
    [
        ("TransactionConflict",),
        ("None", "TransactionConflict"),
        ("ThrottlingError", "TransactionConflict"),
        ("ProvisionedThroughputExceeded",),
    ],
)
def test_what_only_collided_may_be_sent_again(codes: tuple[str, ...]):
    _raise_unless_transient(reasons(*codes))


def test_a_failed_condition_tells_which_and_what_stood_there():
    stood = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"a": {"N": "1"}}}]
    with pytest.raises(TransactionFailedError) as caught:
        _raise_unless_transient([*stood, {"Code": "TransactionConflict"}])
    assert caught.value.failed == [False, True, False]
    assert caught.value.items == [None, {"a": 1}, None]


@pytest.mark.parametrize("code", ["ValidationError", "ItemCollectionSizeLimitExceeded", "Other"])
def test_any_other_reason_is_a_bug(code: str):
    with pytest.raises(RuntimeError, match=code):
        _raise_unless_transient(reasons("None", code))
