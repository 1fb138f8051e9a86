"""The sent log of a minute: how far it goes over its chunks, and that the next begins empty."""

from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging import ids
from agent_messaging.auth import Caller
from agent_messaging.errors import ContentionError, RateLimitedError
from agent_messaging.messaging import sent_chunks
from agent_messaging.messaging import sent_log as module
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.storage.table import encode
from local.in_process.functions import app
from local.in_process.units import size_of
from tests.integration.cloud import Cloud
from tests.integration.limits.conftest import log_of
from tests.integration.recorder import RECORDER

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
NOVA, THIRD = Caller("nova", "key_1", 1), Caller("third", "key_3", 1)


def record(log: SentLog, caller: Caller, recipient: str, now: datetime = NOON) -> str:
    message_id = ids.new("msg", now)
    log.record(caller, recipient, message_id)
    return message_id


def refusal(log: SentLog, caller: Caller, recipient: str, now: datetime) -> RateLimitedError:
    with pytest.raises(RateLimitedError) as caught:
        record(log, caller, recipient, now)
    return caught.value


def spend(log: SentLog, recipient: str, times: int, now: datetime = NOON) -> list[str]:
    return [record(log, NOVA, recipient, now) for _ in range(times)]


def operations() -> list[str]:
    found = [call.operation for call in RECORDER.calls]
    RECORDER.calls.clear()
    return found


@pytest.fixture
def recorded(cloud: Cloud) -> Cloud:
    """The functions' own client, whose calls are counted."""
    RECORDER.calls.clear()
    return cloud


def instance(quota: Quota) -> SentLog:
    """A log that remembers nothing yet, whose calls are counted."""
    return SentLog(app("messaging").client, "AgentSentTable", quota, timedelta(days=90))


def test_the_first_message_makes_the_first_chunk_of_its_minute(cloud: Cloud, limits: SentLog):
    message_id = ids.new("msg", NOON + 42 * SECOND)
    limits.record(NOVA, "boots", message_id, 131_072)
    assert cloud.items("AgentSentTable") == [
        {
            "sender_id": "nova",
            "slot": "2026-11-22T12:00#0000",
            ids.ulid_of(message_id): "boots#128",
            "n": 1,
            sent_chunks.counter_of("boots"): 1,
            "purge_at": int(NOON.timestamp()) + 42 + 90 * 86_400,
        }
    ]


def test_a_pair_has_its_quota_and_no_more(cloud: Cloud, limits: SentLog):
    spend(limits, "boots", 4)
    before = cloud.digest()
    for _ in range(3):
        error = refusal(limits, NOVA, "boots", NOON)
        assert error.detail == (
            "You reached the limit of 4 messages, work orders, bids and questions to `boots` "
            "in 60 seconds."
        )
        assert error.headers["RateLimit-Policy"] == '"pair";q=4;w=60'
    assert cloud.digest() == before
    spend(limits, "third", 4)


def test_a_sender_has_its_quota_and_no_more_whoever_it_writes_to(cloud: Cloud, limits: SentLog):
    for recipient in ("boots", "third", "fourth"):
        spend(limits, recipient, 4 if recipient != "fourth" else 2)
    before = cloud.digest()
    for recipient in ("boots", "fourth", "fifth"):
        error = refusal(limits, NOVA, recipient, NOON)
        assert error.detail == (
            "You reached the limit of 10 messages, work orders, bids and questions in 60 seconds."
        )
        assert error.headers["RateLimit-Policy"] == '"sender";q=10;w=60'
    assert cloud.digest() == before


def test_senders_do_not_share_their_quotas(limits: SentLog):
    spend(limits, "boots", 4)
    record(limits, THIRD, "boots")


# Midnight of a year's end, and a minute like any other.
@pytest.mark.parametrize("edge", [NOON + MINUTE, datetime(2027, 1, 1, tzinfo=UTC)])
def test_the_next_minute_begins_at_nothing(limits: SentLog, edge: datetime):
    spend(limits, "boots", 4, edge - SECOND)
    refusal(limits, NOVA, "boots", edge - timedelta(milliseconds=1))
    spend(limits, "boots", 4, edge)
    refusal(limits, NOVA, "boots", edge)


def test_a_message_that_comes_late_is_counted_in_its_own_minute(limits: SentLog):
    """Two functions' clocks differ a little: the older minute is still there to count in."""
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
def test_a_refusal_says_when_the_minute_ends(limits: SentLog, into: timedelta, left: int):
    """Rounded up: who comes back after so many seconds is let in, and nobody waits for longer."""
    spend(limits, "boots", 4)
    error = refusal(limits, NOVA, "boots", NOON + into)
    assert error.headers == {
        "Retry-After": str(left),
        "RateLimit-Policy": '"pair";q=4;w=60',
        "RateLimit": f'"pair";r=0;t={left}',
    }
    record(limits, NOVA, "boots", NOON + into + left * SECOND)


def test_two_recipients_whose_counters_meet_share_one_within_a_chunk(limits: SentLog):
    first, second = twins()
    record(limits, NOVA, first)
    for _ in range(3):
        record(limits, NOVA, second)
    refusal(limits, NOVA, first, NOON)
    refusal(limits, NOVA, second, NOON)


def twins() -> tuple[str, str]:
    """Two agents' ids with the same 25 bits of hash."""
    seen: dict[str, str] = {}
    number = 0
    while True:
        agent_id = f"agent-{number}"
        digits = sent_chunks.counter_of(agent_id)
        if digits in seen:
            return seen[digits], agent_id
        seen[digits] = agent_id
        number += 1


def test_open_mode_logs_without_limits(cloud: Cloud, limits: SentLog):
    for _ in range(20):
        record(limits, Caller("nova"), "boots")
    stored = cloud.items("AgentSentTable")
    assert [item["n"] for item in stored] == [12, 8]


# --- over several chunks


@pytest.mark.parametrize(
    ("per_sender", "per_pair"),
    [(12, 12), (13, 12), (24, 24), (30, 13), (30, 24), (61, 25), (7, 5), (36, 100)],
)
@pytest.mark.parametrize("is_new", [False, True])
def test_limits_of_any_size_are_exact_over_chunks(
    cloud: Cloud, per_sender: int, per_pair: int, *, is_new: bool
):
    """By an instance that remembers, and by one that is new for each message."""
    quota = Quota(per_sender, per_pair)
    log = log_of(cloud, quota)
    accepted: dict[str, int] = {"boots": 0, "third": 0, "fourth": 0}
    for recipient in list(accepted):
        for _ in range(per_pair + 1):
            log = log_of(cloud, quota) if is_new else log
            if accepted[recipient] == per_pair or sum(accepted.values()) == per_sender:
                policy = "sender" if sum(accepted.values()) == per_sender else "pair"
                error = refusal(log, NOVA, recipient, NOON)
                assert f'"{policy}"' in error.headers["RateLimit-Policy"]
                break
            record(log, NOVA, recipient)
            accepted[recipient] += 1
    wanted, left = [], per_sender
    for _ in accepted:
        wanted.append(min(per_pair, left))
        left -= wanted[-1]
    assert list(accepted.values()) == wanted
    sizes = [item["n"] for item in cloud.items("AgentSentTable")]
    assert sum(sizes) == sum(wanted)
    assert set(sizes[:-1]) <= {12}


def test_who_leaves_a_full_chunk_queries_once_and_remembers(recorded: Cloud):
    quota = Quota(100, 100)
    log = instance(quota)
    spend(log, "boots", 36)
    # It knows a chunk as full by its own last update of it.
    assert operations() == ["UpdateItem"] * 36
    late = instance(quota)
    spend(late, "boots", 3)
    assert operations() == ["UpdateItem", "Query", *["UpdateItem"] * 3]


def test_a_limit_that_full_chunks_have_reached_refuses_for_nothing(recorded: Cloud):
    log = instance(Quota(24, 12))
    spend(log, "boots", 12)
    operations()
    refusal(log, NOVA, "boots", NOON)
    assert operations() == []
    spend(log, "third", 12)
    operations()
    refusal(log, NOVA, "fourth", NOON)
    assert operations() == []


def test_a_repeated_update_counts_once_whichever_chunk_it_meets(cloud: Cloud, limits: SentLog):
    """boto3 repeats an update whose answer was lost."""
    log = log_of(cloud, Quota(30, 30))
    message_ids = spend(log, "boots", 12)
    before = cloud.digest()
    for message_id in (message_ids[0], message_ids[11]):
        log_of(cloud, Quota(30, 30)).record(NOVA, "boots", message_id)
    # Although the limit is reached by now.
    log_of(cloud, Quota(12, 12)).record(NOVA, "boots", message_ids[5])
    assert cloud.digest() == before


def test_others_that_fill_every_chunk_end_in_a_503(
    limits: SentLog, monkeypatch: pytest.MonkeyPatch
):
    limits.quota = Quota(100, 100)
    spend(limits, "boots", 12)
    monkeypatch.setattr(module, "ROUNDS", 3)
    monkeypatch.setattr(limits, "_full", {})
    monkeypatch.setattr(limits, "_find_full", lambda *_: None)
    with pytest.raises(ContentionError, match="sends ran at the same time"):
        record(limits, NOVA, "boots")


def test_an_instance_remembers_a_bounded_number_of_minutes(cloud: Cloud, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 2)
    log = log_of(cloud, Quota(100, 100))
    for minute in range(4):
        spend(log, "boots", 12, NOON + minute * MINUTE)
    assert len(log._full) == 2
    spend(log, "boots", 1)
    assert log.recipient_of("nova", "msg_" + "0" * 26) is None


def test_a_full_chunk_of_ids_of_40_characters_has_a_kilobyte(cloud: Cloud):
    for characters in (40, 64):
        log = log_of(cloud, Quota(100, 100))
        sender = Caller(f"{'n' * characters}", "key", 1)
        for number in range(12):
            recipient = f"{number:02}".rjust(characters, "b")
            log.record(sender, recipient, ids.new("msg", NOON), 131_072)
    small, large = sorted(size_of(encode(item)) for item in cloud.items("AgentSentTable"))
    assert small <= 1024 < large <= 1400


def full_chunks(numbers: range, recipient: str | None = None) -> list[dict]:
    """Full chunks of Nova's minute, to one recipient or to another for each message."""
    return [
        {
            "sender_id": "nova",
            "slot": sent_chunks.slot("2026-11-22T12:00", number),
            "n": 12,
            "purge_at": 2**31,
            **{
                ids.ulid_of(ids.new("msg", NOON)): recipient or f"agent-{12 * number + place}"
                for place in range(12)
            },
        }
        for number in numbers
    ]


def test_the_functions_let_300_to_one_and_1200_to_all_through_in_a_minute(cloud: Cloud):
    """With what the template says, as it is deployed."""
    for group in ("messaging", "work_orders"):
        deployed = app(group).sent_log
        assert (deployed.quota.per_sender, deployed.quota.per_pair) == (1200, 300)
    deployed = instance(app("messaging").sent_log.quota)
    cloud.write("AgentSentTable", *full_chunks(range(24), "boots"))
    spend(deployed, "boots", 12)
    assert "q=300;" in refusal(deployed, NOVA, "boots", NOON).headers["RateLimit-Policy"]
    cloud.write("AgentSentTable", *full_chunks(range(25, 99), "third"))
    spend(deployed, "fourth", 12)
    assert "q=1200;" in refusal(deployed, NOVA, "sixth", NOON).headers["RateLimit-Policy"]
    assert sum(item["n"] for item in cloud.items("AgentSentTable")) == 1200


def test_a_sender_to_1200_recipients_in_a_minute_has_each_in_its_log(cloud: Cloud):
    log = log_of(cloud, Quota(1200, 300))
    cloud.write("AgentSentTable", *full_chunks(range(99)))
    for number in range(1188, 1200):
        record(log, NOVA, f"agent-{number}")
    refusal(log, NOVA, "agent-1200", NOON)
    found = log.query("nova", None, 2000)
    assert found.is_end
    assert {record.recipient_id for record in found.records} == {f"agent-{n}" for n in range(1200)}
    listed = [record.message_id for record in found.records]
    assert listed == sorted(set(listed), reverse=True)
    assert len(listed) == 1200
    # A page of such a minute reads it whole, for its chunks overlap in time.
    assert len(log.query("nova", listed[600], 50).records) == 599
