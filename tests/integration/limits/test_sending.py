"""A sender with a key may send so much in a minute, and is told when it may go on."""

import pytest

from agent_messaging.messaging.quota import Quota
from local.in_process.functions import app
from local.in_process.host import Agent
from tests.integration.cloud import Cloud
from tests.integration.contacts.interleaving import interleaved
from tests.integration.contacts.mailboxes import decide, offer, ping, refusal, set_policy, write

WORDS = (write, ping, offer)
pytestmark = pytest.mark.usefixtures("within_a_minute")


def counted(cloud: Cloud) -> int:
    """How many messages of all senders were counted in all windows."""
    return sum(item["n"] for item in cloud.items("AgentSentTable"))


@pytest.mark.parametrize("word", WORDS)
def test_who_has_sent_enough_to_one_may_write_to_others(
    cloud: Cloud, nova: Agent, small: Quota, word
):
    for _ in range(3):
        assert word(cloud, nova, "boots").status == 200
    before = cloud.digest()
    for refused in WORDS:
        answer = refused(cloud, nova, "boots")
        left = answer.headers["Retry-After"]
        assert refusal(answer) == (429, "rate_limited")
        assert answer.json["detail"] == (
            "You reached the limit of 3 messages, work orders, bids and questions to `boots` "
            "in 60 seconds."
        )
        assert answer.json["fix"] == f"Send the same request again after {left} seconds."
        assert 1 <= int(left) <= 60
        assert answer.headers["RateLimit-Policy"] == '"pair";q=3;w=60'
        assert answer.headers["RateLimit"] == f'"pair";r=0;t={left}'
    assert cloud.digest() == before
    assert word(cloud, nova, "third").status == 200


def test_who_has_sent_enough_to_all_writes_to_nobody(cloud: Cloud, nova: Agent, small: Quota):
    for word, recipient in zip(
        (write, ping, offer, write, ping),
        ("boots", "boots", "third", "third", "fourth"),
        strict=True,
    ):
        assert word(cloud, nova, recipient).status == 200
    before = cloud.digest()
    for recipient in ("boots", "third", "fourth"):
        for word in WORDS:
            answer = word(cloud, nova, recipient)
            assert refusal(answer) == (429, "rate_limited")
            assert answer.headers["RateLimit-Policy"] == '"sender";q=5;w=60'
            assert answer.json["detail"] == (
                "You reached the limit of 5 messages, work orders, bids and questions "
                "in 60 seconds."
            )
    assert refusal(write(cloud, nova, "nova")) == (429, "rate_limited")
    assert cloud.digest() == before


def test_an_order_counts_behind_the_messages_that_another_function_has_logged(
    cloud: Cloud, nova: Agent, monkeypatch: pytest.MonkeyPatch
):
    """Twelve fill a chunk, so the order's function has to look for the next one."""
    monkeypatch.setattr(app("work_orders").sent_log, "quota", Quota(per_sender=13, per_pair=13))
    for _ in range(12):
        assert write(cloud, nova, "boots").status == 200
    assert offer(cloud, nova, "boots").status == 200
    assert sorted(item["n"] for item in cloud.items("AgentSentTable")) == [1, 12]
    assert refusal(offer(cloud, nova, "third")) == (429, "rate_limited")


def test_the_next_minute_is_free(cloud: Cloud, nova: Agent, small: Quota):
    """What was counted is put a minute into the past, which is the same as waiting for one."""
    for _ in range(3):
        write(cloud, nova, "boots")
    assert write(cloud, nova, "boots").status == 429
    (item,) = cloud.items("AgentSentTable")
    key = {"sender_id": {"S": "nova"}, "slot": {"S": item["slot"]}}
    cloud.dynamodb.delete_item(TableName="AgentSentTable", Key=key)
    cloud.write("AgentSentTable", {**item, "slot": "2026-01-01T00:00#0000"})
    assert write(cloud, nova, "boots").status == 200


def test_a_refused_write_is_not_counted(cloud: Cloud, nova: Agent, small: Quota):
    offer_in_the_past = {"deadline_at": "2020-01-01T00:00:00Z", "title": "t", "description": "d"}
    assert write(cloud, nova, "ghost").status == 404
    assert write(cloud, nova, "boots", reply_to_id="msg_" + "0" * 26).status == 422
    assert write(cloud, nova, "boots", priority=11).status == 422
    assert offer(cloud, nova, "nova").status == 422
    body = {"to_agent_id": "boots", **offer_in_the_past}
    assert cloud.post("/messaging/work-order", body=body, caller=nova.keyed).status == 422
    cloud.change("AgentsTable", {"agent_id": "boots"}, accepts_work_orders=False)
    assert offer(cloud, nova, "boots").status == 409
    decide(cloud, "boots", "nova", "blocked")
    for word in WORDS:
        assert word(cloud, nova, "boots").status == 403
    query = {"from_agent_id": "boots"}
    body = {"to_agent_id": "boots", "body": "x"}
    assert cloud.post("/messaging/send", query, body, caller=nova.keyed).status == 403
    assert counted(cloud) == 0


def test_asking_again_before_the_answer_is_counted(cloud: Cloud, nova: Agent, small: Quota):
    """It has the request read that waits, which may be large."""
    set_policy(cloud, "boots", "approved")
    assert write(cloud, nova, "boots").json["status"] == "held"
    for _ in range(2):
        assert refusal(write(cloud, nova, "boots")) == (429, "contact_pending")
    assert counted(cloud) == 3
    assert refusal(write(cloud, nova, "boots")) == (429, "rate_limited")


def test_a_held_message_is_counted_like_any_other(cloud: Cloud, nova: Agent, small: Quota):
    for _ in range(3):
        write(cloud, nova, "third")
    write(cloud, nova, "fourth")
    set_policy(cloud, "boots", "approved")
    assert write(cloud, nova, "boots").json["status"] == "held"
    assert refusal(write(cloud, nova, "fourth")) == (429, "rate_limited")


def test_the_limit_holds_back_a_request_to_an_approved_mailbox(
    cloud: Cloud, nova: Agent, small: Quota
):
    for recipient in ("third", "third", "third", "fourth", "fourth"):
        write(cloud, nova, recipient)
    set_policy(cloud, "boots", "approved")
    before = cloud.digest()
    assert refusal(write(cloud, nova, "boots")) == (429, "rate_limited")
    assert cloud.digest() == before


def test_only_what_reaches_another_is_counted(cloud: Cloud, nova: Agent, small: Quota):
    worker = cloud.register("worker")
    message_id = write(cloud, nova, "worker").json["message_id"]
    order_id = offer(cloud, nova, "worker").json["work_order_id"]
    before = counted(cloud)
    for method, path, body in (
        ("POST", f"/messaging/mark-read/{message_id}", None),
        ("POST", "/messaging/mark-read", {"message_ids": [message_id]}),
        ("GET", "/messaging/inbox", None),
        ("POST", "/messaging/heartbeat", None),
        ("PUT", "/messaging/presence", {}),
        ("PUT", "/messaging/contacts/nova", {"state": "allowed"}),
        ("POST", f"/messaging/work-order/{order_id}/respond", {"action": "accept"}),
        ("POST", f"/messaging/work-order/{order_id}/complete", {}),
        ("DELETE", "/messaging/contacts/nova", None),
    ):
        answer = cloud.call(method, path, body=body, caller=worker.keyed)
        assert answer.status == 200, answer.text
    assert counted(cloud) == before == 2


def test_open_mode_logs_without_limits(cloud: Cloud, nova: Agent, small: Quota):
    for _ in range(7):
        assert write(cloud, "nova", "boots").status == 200
    assert counted(cloud) == 7


@pytest.mark.parametrize("turns", [[0, 1] * 9, [0, 0, 1, 1] * 5, [0, 0, 0, 1, 1, 1], [1, 0, 0]])
def test_of_two_messages_at_once_the_last_free_place_takes_one(
    cloud: Cloud, nova: Agent, small: Quota, turns: list[int]
):
    for _ in range(2):
        write(cloud, nova, "boots")
    works = [lambda: write(cloud, nova, "boots"), lambda: ping(cloud, nova, "boots")]
    answers = interleaved(works, turns)
    assert sorted(answer.status for answer in answers) == [200, 429]
    assert cloud.inbox("boots")["total_messages"] == 3
    assert counted(cloud) == 3
