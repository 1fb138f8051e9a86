"""Signatures: the published library of Standard Webhooks accepts ours, and refuses all else."""

import base64
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from agent_messaging import clock
from agent_messaging.webhooks import signing

OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"x" * 32).decode()
BODY = '{"event_id":"evt_1","untrusted":{"subject":"Grüße"}}'.encode()


def signed(*secrets, at=None, event_id="evt_01"):
    return signing.headers(event_id, at or clock.now(), BODY, secrets or (NEW,))


def test_the_library_accepts_a_signed_event():
    assert Webhook(NEW).verify(BODY, signed())["event_id"] == "evt_1"


def test_a_signature_is_the_one_of_the_specification():
    found = signing.headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        clock.from_text("2021-02-25T15:02:10Z"),
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("minutes", [-6, 6])
def test_the_library_refuses_an_old_or_future_timestamp(minutes):
    headers = signed(at=clock.now() + timedelta(minutes=minutes))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY, headers)


def test_the_library_refuses_a_wrong_secret():
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, signed())


def test_the_library_refuses_a_changed_body():
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY.replace(b"evt_1", b"evt_2"), signed())


def test_the_library_refuses_a_changed_id_or_timestamp():
    for name, value in (("webhook-id", "evt_02"), ("webhook-timestamp", "1")):
        with pytest.raises(WebhookVerificationError):
            Webhook(NEW).verify(BODY, {**signed(), name: value})


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_during_a_rotation_both_secrets_verify(secret):
    headers = signed(NEW, OLD)
    assert headers["webhook-signature"].count("v1,") == 2
    assert Webhook(secret).verify(BODY, headers)
