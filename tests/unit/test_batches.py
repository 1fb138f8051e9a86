import pytest

from agent_messaging.storage.transactions import TransactionFailedError, _raise_unless_transient


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
