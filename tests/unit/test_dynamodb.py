from decimal import Decimal

import pytest

from agent_messaging.storage.table import decode, encode


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
