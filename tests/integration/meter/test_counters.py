"""Registrations of the stack in a minute, and contact requests of one agent in a day."""

from datetime import timedelta
from typing import Any

import pytest

from agent_messaging import clock, limits
from tests.integration.cloud import Cloud
from tests.integration.contacts.interleaving import interleaved
from tests.integration.contacts.mailboxes import refusal, write

NOW = clock.from_text("2026-11-30T23:59:48.000Z")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the clock."""

    def set_clock(**later: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(**later))

    set_clock()
    return set_clock


def test_a_stack_registers_so_many_agents_in_a_minute(cloud: Cloud, at: Any, monkeypatch):
    monkeypatch.setattr(limits, "REGISTRATIONS_PER_MINUTE", 3)
    statuses = [cloud.post("/agents/register", body={"name": "A"}).status for _ in range(3)]
    assert statuses == [201] * 3
    before = cloud.digest()
    answer = cloud.post("/agents/register", body={"name": "A"})
    assert refusal(answer) == (429, "rate_limited")
    assert answer.headers["Retry-After"] == "12"
    assert answer.headers["RateLimit-Policy"] == '"registrations";q=3;w=60'
    assert answer.json["detail"] == "This stack registers at most 3 agents per minute."
    assert cloud.digest() == before
    at(seconds=12)
    assert cloud.post("/agents/register", body={"name": "A"}).status == 201


def test_what_is_not_a_registration_is_not_counted(cloud: Cloud, at: Any):
    assert cloud.post("/agents/register", body={"name": 5}).status == 422
    assert cloud.items("AgentMeterTable") == []


def test_by_default_the_stack_registers_two_agents_a_second():
    assert limits.REGISTRATIONS_PER_MINUTE == 120


def test_an_agent_takes_so_many_new_requests_in_a_day(cloud: Cloud, at: Any, monkeypatch):
    monkeypatch.setattr(limits, "HELD_PER_DAY", 2)
    cloud.register("boots", contact_policy="approved")
    strangers = [cloud.register(f"stranger-{number}") for number in range(4)]
    for stranger in strangers[:2]:
        assert write(cloud, stranger, "boots").json["status"] == "held"
    before = cloud.digest("AgentSentTable")
    answer = write(cloud, strangers[2], "boots")
    assert refusal(answer) == (429, "rate_limited")
    assert answer.headers["Retry-After"] == "12"
    assert answer.headers["RateLimit-Policy"] == '"contact-requests";q=2;w=86400'
    assert answer.json["fix"] == "Send the message again after 12 seconds."
    # The sender has made nobody its contact by that.
    assert cloud.digest("AgentSentTable") == before
    # Who waits is told so, as ever; and who is no stranger is let through.
    assert refusal(write(cloud, strangers[0], "boots")) == (429, "contact_pending")
    path = "/messaging/contacts/stranger-3"
    cloud.call("PUT", path, {"agent_id": "boots"}, {"state": "allowed"})
    assert write(cloud, strangers[3], "boots").json["status"] == "pending"
    at(seconds=12)
    assert write(cloud, strangers[2], "boots").json["status"] == "held"


def test_a_request_that_is_repeated_with_its_key_is_answered_beyond_the_limit(
    cloud: Cloud, at: Any, monkeypatch
):
    monkeypatch.setattr(limits, "HELD_PER_DAY", 1)
    cloud.register("boots", contact_policy="approved")
    stranger = cloud.register("stranger")
    body = {"to_agent_id": "boots", "body": "May I?"}

    def ask() -> Any:
        return cloud.post("/messaging/send", body=body, caller=stranger.keyed, key="once")

    first = ask()
    assert first.json["status"] == "held"
    assert ask().json == first.json


def held_of_boots(cloud: Cloud) -> int:
    items = cloud.items("AgentMeterTable")
    return sum(int(item["count"]) for item in items if item["window"].startswith("held#"))


@pytest.mark.parametrize("text", ["May I?", "x" * 5000])
def test_a_repetition_of_a_dropped_request_is_not_counted(cloud: Cloud, text: str):
    """A stranger could use up the day of its recipient by one request, sent again and again."""
    cloud.register("boots", contact_policy="approved")
    stranger = cloud.register("stranger")
    body = {"to_agent_id": "boots", "body": text}
    for _ in range(3):
        answer = cloud.post("/messaging/send", body=body, caller=stranger.keyed, key="1")
        assert answer.status == 200
        cloud.call("DELETE", "/messaging/contacts/stranger", {"agent_id": "boots"})
    assert held_of_boots(cloud) == 1


def test_requests_of_one_stranger_at_once_count_once(cloud: Cloud):
    cloud.register("boots", contact_policy="approved")
    stranger = cloud.register("stranger")
    # Each reads that there is no request of the stranger, before any of them is held.
    works = [lambda: write(cloud, stranger, "boots")] * 3
    answers = interleaved(works, [0, 1, 2] * 10)
    assert sorted(answer.status for answer in answers) == [200, 429, 429]
    assert held_of_boots(cloud) == 1
