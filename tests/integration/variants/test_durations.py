"""A time in a request may be a duration from the server's time on."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from tests.integration.bad_input.refusals import ORDER
from tests.integration.cloud import Cloud

NOVA = {"from_agent_id": "nova"}
MINUTE = timedelta(minutes=1)


def after(start: str, time: str) -> timedelta:
    return clock.from_text(time) - clock.from_text(start)


@pytest.mark.parametrize(
    "deadline",
    [
        {"deadline_at": "PT24H"},
        {"deadline_at": " p1d "},
        {"deadline_in_seconds": 86_400},
        {"deadline_in_seconds": "86400.0"},
    ],
)
def test_a_deadline_may_be_a_duration(pair: Cloud, deadline: dict):
    order = pair.order("nova", pair.offer("nova", "boots", **deadline))
    assert after(order["created_at"], order["deadline_at"]) == timedelta(days=1)


def test_an_estimate_and_the_end_of_a_key_may_be_durations(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    assert pair.move("boots", order_id, "accept", estimated_completion="PT2H").status == 200
    order = pair.order("nova", order_id)
    assert after(order["accepted_at"], order["estimated_completion"]) == timedelta(hours=2)
    key = pair.post("/agents/me/keys", {"agent_id": "nova"}, {"expires_at": "P30D"}).json
    assert after(key["created_at"], key["expires_at"]) == timedelta(days=30)


@pytest.mark.parametrize("deadline", [{"deadline_at": "PT1H"}, {"deadline_in_seconds": 3600}])
def test_a_duration_that_is_repeated_later_is_the_same_request(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch, deadline: dict
):
    body = {**ORDER, **deadline}
    first = pair.post("/messaging/work-order", NOVA, body, key="k")
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + MINUTE)
    again = pair.post("/messaging/work-order", NOVA, body, key="k")
    assert (again.status, again.text) == (200, first.text)
    other = {**ORDER, "deadline_at": "PT2H"}
    reused = pair.post("/messaging/work-order", NOVA, other, key="k")
    assert reused.json["code"] == "idempotency_key_reused"


def test_two_deadlines_are_refused(pair: Cloud):
    body = {**ORDER, "deadline_at": "PT1H", "deadline_in_seconds": 3600}
    answer = pair.post("/messaging/work-order", NOVA, body)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "#/deadline_in_seconds"
    assert answer.json["fix"] == "Remove `deadline_in_seconds`. The order takes one deadline."


@pytest.mark.parametrize("seconds", [0, -1, 1.5, True, 10**12])
def test_a_deadline_in_seconds_is_whole_and_ahead(pair: Cloud, seconds: object):
    answer = pair.post("/messaging/work-order", NOVA, {**ORDER, "deadline_in_seconds": seconds})
    assert answer.status == 422
