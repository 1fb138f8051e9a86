"""What a sender sees of a message, from what was observed: never a state early, and never back."""

from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging.feed.model import DeliveredVia
from agent_messaging.receipts.model import (
    FAILS_AFTER,
    WRITTEN_FOR,
    Facts,
    Receipt,
    Stored,
    compute,
)

SENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
END = SENT + timedelta(days=90)


def after(minutes: float) -> datetime:
    return SENT + timedelta(minutes=minutes)


def stored(**fields) -> Stored:
    return Stored(**{"queued_at": SENT, "read_at": None, "ends_at": END, **fields})


def acknowledged(minutes: float, via: str = "socket") -> dict:
    return {"delivered_at": after(minutes), "delivered_via": DeliveredVia(via)}


def acted(minutes: float) -> dict:
    return {"acted_at": after(minutes), "acted_by": "msg_reply"}


def told(receipt: Receipt) -> dict:
    """The fields of a receipt that are not null."""
    return {name: value for name, value in vars(receipt).items() if value is not None}


def test_a_whole_life_is_told_step_by_step():
    now = after(60)
    message, facts = stored(), Facts()
    assert told(compute(message, None, now)) == {"status": "queued", "queued_at": SENT}
    facts = Facts(**acknowledged(1))
    delivered = {
        "status": "delivered",
        "queued_at": SENT,
        "delivered_at": after(1),
        "delivered_via": "socket",
    }
    assert told(compute(message, facts, now)) == delivered
    message = stored(read_at=after(2))
    read = {**delivered, "status": "read", "read_at": after(2)}
    assert told(compute(message, facts, now)) == read
    facts = Facts(**acknowledged(1), **acted(3))
    assert told(compute(message, facts, now)) == {
        **read,
        "status": "acted",
        "acted_at": after(3),
        "acted_by": "msg_reply",
    }


# minutes of: acknowledged, read, acted -> status, delivered after, delivered via
CASES = [
    (None, None, None, "queued", None, None),
    (1, None, None, "delivered", 1, "socket"),
    (None, 1, None, "read", 1, "inbox"),
    (None, None, 1, "acted", 1, "inbox"),
    (2, 1, None, "read", 1, "inbox"),
    (1, 2, None, "read", 1, "socket"),
    (1, 1, None, "read", 1, "socket"),
    (2, None, 1, "acted", 1, "inbox"),
    (1, None, 2, "acted", 1, "socket"),
    (3, 2, 1, "acted", 1, "inbox"),
    (1, 3, 2, "acted", 1, "socket"),
    (2, 1, 3, "acted", 1, "inbox"),
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("error", [None, "503"])
def test_the_first_that_shows_a_delivery_counts(case: tuple, error: str | None):
    *minutes, status, delivered, via = case
    acknowledged_at, read_at, acted_at = minutes
    facts = {} if acknowledged_at is None else acknowledged(acknowledged_at)
    facts |= {} if acted_at is None else acted(acted_at)
    message = stored(read_at=None if read_at is None else after(read_at))
    receipt = compute(message, Facts(**facts, delivery_error=error), after(60))
    assert receipt.status == status
    assert receipt.delivered_at == (None if delivered is None else after(delivered))
    assert receipt.delivered_via == via
    assert receipt.delivery_error == error
    assert (receipt.failed_at, receipt.reason) == (None, None)


@pytest.mark.parametrize("queued_at", [SENT, None])
def test_what_was_neither_read_nor_acted_on_fails_a_day_after_its_retention(queued_at):
    message = stored(queued_at=queued_at)
    before = compute(message, None, END + FAILS_AFTER - timedelta(milliseconds=1))
    assert before.status == ("queued" if queued_at else "held")
    assert (before.failed_at, before.reason) == (None, None)
    for late in (timedelta(), timedelta(days=3)):
        receipt = compute(message, None, END + FAILS_AFTER + late)
        assert (receipt.status, receipt.failed_at, receipt.reason) == ("failed", END, "retention")


def test_a_delivery_that_was_never_read_fails_and_keeps_its_time():
    receipt = compute(stored(), Facts(**acknowledged(1)), END + FAILS_AFTER)
    assert (receipt.status, receipt.delivered_at) == ("failed", after(1))


@pytest.mark.parametrize("fields", [{"read_at": after(5)}, {}])
def test_what_was_read_or_acted_on_never_fails(fields: dict):
    facts = None if fields else Facts(**acted(5))
    receipt = compute(stored(**fields), facts, END + timedelta(days=2))
    assert receipt.status == ("read" if fields else "acted")
    assert receipt.failed_at is None


def test_nothing_that_comes_after_the_end_changes_a_failure():
    late = END + timedelta(hours=1)
    facts = Facts(delivered_at=late, delivered_via="feed", acted_at=late, acted_by="msg_late")
    receipt = compute(stored(read_at=late), facts, END + FAILS_AFTER)
    assert told(receipt) == {
        "status": "failed",
        "queued_at": SENT,
        "failed_at": END,
        "reason": "retention",
    }


def test_a_held_message_is_not_queued():
    assert told(compute(stored(queued_at=None), Facts(held_at=SENT), after(1))) == {
        "status": "held"
    }


def test_a_receipt_fails_only_when_no_clock_and_no_function_still_writes():
    clocks_and_functions = timedelta(seconds=5 + 60)
    assert 2 * clocks_and_functions < FAILS_AFTER - WRITTEN_FOR
