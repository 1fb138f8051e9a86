import pytest

from local.filters import matches, unknown_operators

RECORD = {
    "eventName": "MODIFY",
    "dynamodb": {"NewImage": {"state": {"S": "open"}, "n": {"N": "1"}}},
}


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["INSERT", "MODIFY"]},
        {"dynamodb": {"NewImage": {"state": {"S": ["open"]}}}},
        {"dynamodb": {"NewImage": {"state": {"S": [{"exists": True}]}}}},
        {"dynamodb": {"NewImage": {"deleted_at": {"S": [{"exists": False}]}}}},
        {"dynamodb": {"OldImage": {"state": {"S": [{"exists": False}]}}}},
        {"dynamodb": {"NewImage": {"state": {"S": [{"prefix": "op"}]}}}},
        {"dynamodb": {"NewImage": {"state": {"S": [{"anything-but": ["closed"]}]}}}},
        {"eventName": ["INSERT", {"prefix": "MOD"}]},
        {},
    ],
)
def test_a_record_passes(pattern):
    assert matches(pattern, RECORD)


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["INSERT"]},
        {"eventName": ["MODIFY"], "dynamodb": {"NewImage": {"state": {"S": ["closed"]}}}},
        {"dynamodb": {"NewImage": {"deleted_at": {"S": [{"exists": True}]}}}},
        {"dynamodb": {"OldImage": {"state": {"S": ["open"]}}}},
        {"dynamodb": {"NewImage": {"state": {"S": [{"prefix": "clo"}]}}}},
        {"dynamodb": {"NewImage": {"state": {"S": [{"anything-but": "open"}]}}}},
        {"dynamodb": {"NewImage": {"missing": {"S": [{"anything-but": "open"}]}}}},
        {"missing": ["x"]},
    ],
)
def test_a_record_is_held_back(pattern):
    assert not matches(pattern, RECORD)


def test_operators_that_are_not_known_are_named():
    assert unknown_operators({"a": {"b": [1, {"numeric": [">", 1]}]}, "c": [{"exists": True}]}) == {
        "numeric"
    }
