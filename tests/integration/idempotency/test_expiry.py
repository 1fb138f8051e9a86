"""A record counts for a day, whatever DynamoDB has not tidied away yet."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.integration.idempotency.requests import REQUESTS

KEY = "a day's key"


# Less than a day by each of two clocks that differ, and more than a day by both.
@pytest.mark.parametrize(("seconds", "status"), [(-2, 200), (30, 200), (62, 409)])
def test_what_was_done_a_day_ago_is_not_what_is_asked_today(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
):
    request, now = REQUESTS["accept"](pair), clock.now()
    assert request.send(pair, KEY).status == 200
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1, seconds=seconds))

    again = request.send(pair, KEY)

    assert again.status == status


def test_the_record_goes_when_it_no_longer_counts(pair: Cloud):
    before = clock.now()
    REQUESTS["send"](pair).send(pair, KEY)
    (record,) = pair.items("IdempotencyTable")
    day = timedelta(days=1, minutes=1).total_seconds()
    assert before.timestamp() + day <= record["purge_at"] <= clock.now().timestamp() + day + 1
    assert set(record) == {"request_key", "fingerprint", "answer", "purge_at"}
