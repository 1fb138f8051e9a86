"""The counters of a sender's minute: how far they go, and that the next begins at nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging import limits as module
from agent_messaging.auth import Caller
from agent_messaging.errors import RateLimitedError
from agent_messaging.limits import LimitsTable
from tests.integration.cloud import Cloud, app

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NOVA, THIRD = Caller("nova", "key_1", 1), Caller("third", "key_3", 1)


def refusal(limits: LimitsTable, caller: Caller, recipient: str, now: datetime) -> RateLimitedError:
    with pytest.raises(RateLimitedError) as caught:
        limits.spend(caller, recipient, now)
    return caught.value


def spend(limits: LimitsTable, recipient: str, times: int, now: datetime = NOON) -> None:
    for _ in range(times):
        limits.spend(NOVA, recipient, now)


def test_the_first_message_makes_the_item_of_its_minute(cloud: Cloud, limits: LimitsTable):
    limits.spend(NOVA, "boots", NOON + 42 * SECOND)
    epoch = int(NOON.timestamp())
    assert cloud.items("LimitsTable") == [
        {
            "sender_window": f"nova#{epoch}",
            "total": 1,
            module.recipient_digits("boots"): 1,
            "purge_at": epoch + 60 + 3600,
        }
    ]


def test_a_pair_has_its_quota_and_no_more(cloud: Cloud, limits: LimitsTable):
    spend(limits, "boots", 4)
    before = cloud.digest()
    for _ in range(3):
        error = refusal(limits, NOVA, "boots", NOON)
        assert error.detail == "You may send 4 messages and work orders in 60 seconds to `boots`."
        assert error.headers["RateLimit-Policy"] == '"pair";q=4;w=60'
    assert cloud.digest() == before
    spend(limits, "third", 4)


def test_a_sender_has_its_quota_and_no_more_whoever_it_writes_to(cloud: Cloud, limits: LimitsTable):
    for recipient in ("boots", "third", "fourth"):
        spend(limits, recipient, 4 if recipient != "fourth" else 2)
    before = cloud.digest()
    for recipient in ("boots", "fourth", "fifth"):
        error = refusal(limits, NOVA, recipient, NOON)
        assert error.detail == "You may send 10 messages and work orders in 60 seconds."
        assert error.headers["RateLimit-Policy"] == '"sender";q=10;w=60'
    assert cloud.digest() == before


def test_senders_do_not_share_their_quotas(limits: LimitsTable):
    spend(limits, "boots", 4)
    limits.spend(THIRD, "boots", NOON)


def test_the_next_minute_begins_at_nothing(limits: LimitsTable):
    spend(limits, "boots", 4, NOON + 59 * SECOND)
    refusal(limits, NOVA, "boots", NOON + MINUTE - timedelta(milliseconds=1))
    spend(limits, "boots", 4, NOON + MINUTE)
    refusal(limits, NOVA, "boots", NOON + MINUTE)


def test_a_message_that_comes_late_is_counted_in_its_own_minute(limits: LimitsTable):
    """Two functions' clocks differ a little: the older window is still there to count in."""
    spend(limits, "boots", 2, NOON - SECOND)
    spend(limits, "boots", 4, NOON)
    spend(limits, "boots", 2, NOON - SECOND)
    refusal(limits, NOVA, "boots", NOON - SECOND)


@pytest.mark.parametrize(
    ("into", "left"),
    [
        (timedelta(), 60),
        (timedelta(milliseconds=1), 60),
        (SECOND, 59),
        (30 * SECOND + timedelta(milliseconds=500), 30),
        (59 * SECOND, 1),
        (59 * SECOND + timedelta(milliseconds=999), 1),
    ],
)
def test_a_refusal_says_when_the_minute_ends(limits: LimitsTable, into: timedelta, left: int):
    """Rounded up: who comes back after so many seconds is let in, and nobody waits for longer."""
    spend(limits, "boots", 4)
    error = refusal(limits, NOVA, "boots", NOON + into)
    assert error.headers == {
        "Retry-After": str(left),
        "RateLimit-Policy": '"pair";q=4;w=60',
        "RateLimit": f'"pair";r=0;t={left}',
    }
    limits.spend(NOVA, "boots", NOON + into + left * SECOND)


def test_two_recipients_whose_counters_meet_share_one(limits: LimitsTable):
    first, second = twins()
    limits.spend(NOVA, first, NOON)
    for _ in range(3):
        limits.spend(NOVA, second, NOON)
    refusal(limits, NOVA, first, NOON)
    refusal(limits, NOVA, second, NOON)


def twins() -> tuple[str, str]:
    """Two agents' ids with the same 25 bits of hash."""
    seen: dict[str, str] = {}
    number = 0
    while True:
        agent_id = f"agent-{number}"
        digits = module.recipient_digits(agent_id)
        if digits in seen:
            return seen[digits], agent_id
        seen[digits] = agent_id
        number += 1


def test_open_mode_has_no_limits(cloud: Cloud, limits: LimitsTable):
    for _ in range(20):
        limits.spend(Caller("nova"), "boots", NOON)
    assert cloud.items("LimitsTable") == []


def test_the_functions_let_300_to_one_and_1200_to_all_through_in_a_minute(cloud: Cloud):
    """With what the template says, as it is deployed."""
    for group in ("messaging", "work_orders"):
        deployed = app(group).limits
        assert (deployed.quota.per_sender, deployed.quota.per_pair) == (1200, 300)
    deployed = app("messaging").limits
    for recipient in ("boots", "third", "fourth", "fifth"):
        spend(deployed, recipient, 300)
        if recipient != "fifth":
            assert "q=300;" in refusal(deployed, NOVA, recipient, NOON).headers["RateLimit-Policy"]
    assert "q=1200;" in refusal(deployed, NOVA, "sixth", NOON).headers["RateLimit-Policy"]
    (item,) = cloud.items("LimitsTable")
    assert item["total"] == 1200
