"""What a key is refused for, and what it does not open."""

import pytest

from tests.integration.cloud import Cloud
from tests.integration.idempotency.requests import REQUESTS
from tests.integration.work_orders.orders import states

KEY = "a key of mine"


@pytest.mark.parametrize("name", REQUESTS)
def test_a_key_with_another_body_is_refused_and_changes_nothing(pair: Cloud, name: str):
    request = REQUESTS[name](pair)
    assert request.send(pair, KEY).status == 200
    before = pair.digest("AgentSentTable")

    answer = request.send(pair, KEY, body=request.other_body)

    assert (answer.status, answer.json["code"]) == (422, "idempotency_key_reused")
    # A message to somebody else has made that a contact by then; nothing was sent.
    if request.other_body.get("to_agent_id") != "third":
        assert pair.digest("AgentSentTable") == before
    assert pair.inbox("third")["messages"] == []


def test_a_key_with_another_order_is_refused(pair: Cloud):
    first, second = (pair.offer("nova", "boots") for _ in range(2))
    query, body = {"agent_id": "boots"}, {"action": "accept"}
    path = "/messaging/work-order/{}/respond"
    assert pair.post(path.format(first), query, body, key=KEY).status == 200
    answer = pair.post(path.format(second), query, body, key=KEY)
    assert (answer.status, answer.json["code"]) == (422, "idempotency_key_reused")
    assert pair.order("boots", second)["status"] == "pending"
    assert states(pair, "boots") == (1, 0)


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "a\tb", "a\n"])
def test_a_key_that_is_none_is_refused(pair: Cloud, key: str):
    request = REQUESTS["send"](pair)
    before = pair.digest()
    answer = request.send(pair, key)
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["Idempotency-Key"]
    assert pair.digest() == before


@pytest.mark.parametrize("key", ["x", "x" * 255, " ~!#", "nova#POST /api/v1/messaging/send#x"])
def test_every_other_key_is_taken_as_it_is(pair: Cloud, key: str):
    request = REQUESTS["send"](pair)
    first = request.send(pair, key)
    assert first.status == 200
    assert request.send(pair, key).text == first.text


def test_what_was_refused_may_be_put_right_under_the_same_key(pair: Cloud):
    sent, body = {"from_agent_id": "nova"}, {"to_agent_id": "nobody", "body": "x"}
    assert pair.post("/messaging/send", sent, body, key=KEY).status == 404
    assert pair.items("IdempotencyTable") == []
    body["to_agent_id"] = "boots"
    assert pair.post("/messaging/send", sent, body, key=KEY).status == 200


def test_whoever_lost_the_right_to_act_gets_no_old_answer(cloud: Cloud):
    nova, _ = cloud.register("nova"), cloud.register("boots")
    body = {"to_agent_id": "boots", "body": "x"}
    assert cloud.post("/messaging/send", "", body, key=KEY, caller=nova.keyed).status == 200

    cloud.change("AgentsTable", {"agent_id": "nova"}, status="suspended")
    answer = cloud.post("/messaging/send", "", body, key=KEY, caller=nova.keyed)
    assert (answer.status, answer.json["code"]) == (403, "agent_suspended")

    cloud.change("AgentsTable", {"agent_id": "nova"}, status="active", epoch=2)
    answer = cloud.post("/messaging/send", "", body, key=KEY, caller=nova.keyed)
    assert (answer.status, answer.json["code"]) == (401, "key_revoked")


def test_other_calls_do_not_look_at_a_key(cloud: Cloud):
    first = cloud.post("/agents/register", body={"name": "Nova"}, key=KEY)
    second = cloud.post("/agents/register", body={"name": "Nova"}, key=KEY)
    assert first.json["api_key"] != second.json["api_key"]
    assert cloud.items("IdempotencyTable") == []
