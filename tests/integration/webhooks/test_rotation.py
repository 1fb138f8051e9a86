"""Rotating the secret of a webhook: both sign for a day, and at most three at once."""

from datetime import timedelta

from agent_messaging import clock
from agent_messaging.webhooks.item import parse
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.webhooks.endpoints import created, read, rotate, stored

DAY = timedelta(hours=24)


def signing(cloud: Cloud, after: timedelta = timedelta()) -> list[str]:
    return parse(stored(cloud, "nova") or {}).signing(clock.now() + after)


def test_after_a_rotation_both_secrets_sign_for_a_day(pair: Cloud):
    first = created(pair, "nova")
    before = clock.now()
    answer = rotate(pair, "nova", first["webhook_id"])
    assert answer.status == 200
    shown = answer.json
    assert list(shown) == ["success", "webhook_id", "secret", "previous_expires_at"]
    assert shown["secret"] != first["secret"]
    until = clock.from_text(shown["previous_expires_at"])
    assert before + DAY <= until <= clock.now() + DAY
    assert signing(pair) == [shown["secret"], first["secret"]]
    assert signing(pair, DAY) == [shown["secret"]]
    assert "secret" not in read(pair, "nova", first["webhook_id"]).text


def test_three_secrets_sign_at_most(pair: Cloud):
    webhook_id = created(pair, "nova")["webhook_id"]
    secrets = [rotate(pair, "nova", webhook_id).json["secret"] for _ in range(2)]
    answer = rotate(pair, "nova", webhook_id)
    assert (answer.status, answer.json["code"]) == (429, "rate_limited")
    assert answer.headers["RateLimit-Policy"] == '"secrets";q=3;w=86400'
    assert 86_390 <= int(answer.headers["Retry-After"]) <= 86_400
    assert answer.headers["Retry-After"] in answer.json["fix"]
    assert len(signing(pair)) == 3
    assert signing(pair)[0] == secrets[-1]


def test_expired_secrets_make_room(pair: Cloud):
    webhook_id = created(pair, "nova")["webhook_id"]
    for _ in range(2):
        rotate(pair, "nova", webhook_id)
    item = stored(pair, "nova")
    past = clock.to_text(clock.now() - timedelta(seconds=1))
    for each in item["secrets"][1:]:
        each["expires_at"] = past
    pair.write("AgentWebhooksTable", item)
    newest = rotate(pair, "nova", webhook_id).json["secret"]
    assert len(stored(pair, "nova")["secrets"]) == 2
    assert signing(pair)[0] == newest


def test_a_repeated_key_rotates_again_because_no_secret_is_stored_in_an_answer(pair: Cloud):
    webhook_id = created(pair, "nova")["webhook_id"]
    path = f"/messaging/webhooks/{webhook_id}/rotate-secret"
    one, two = (pair.post(path, {"agent_id": "nova"}, key="a-key").json for _ in range(2))
    assert one["secret"] != two["secret"]


def test_two_rotations_at_once_lose_no_secret(pair: Cloud, monkeypatch):
    webhook_id = created(pair, "nova")["webhook_id"]
    endpoints = app("webhooks").endpoints
    rotate_once, raced = endpoints.rotate, []

    def race(endpoint, secrets):
        if not raced:
            raced.append(True)
            raced.append(rotate(pair, "nova", webhook_id).json["secret"])
        rotate_once(endpoint, secrets)

    monkeypatch.setattr(endpoints, "rotate", race)
    late = rotate(pair, "nova", webhook_id).json["secret"]
    assert signing(pair)[:2] == [late, raced[1]]
    assert len(signing(pair)) == 3
