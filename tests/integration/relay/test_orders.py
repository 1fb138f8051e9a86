"""A work order's messages become events of the party that did not act."""

import pytest


@pytest.fixture
def order(pair, streams):
    return pair.offer("nova", "boots")


def test_an_order_is_told_to_its_worker_and_no_message_beside_it(pair, streams, feed_of, order):
    streams.pump()
    (event,) = feed_of("boots")
    assert feed_of("nova") == []
    assert event["type"] == "work_order.created"
    assert event["data"] == {
        "work_order_id": order,
        "message_id": pair.order("boots", order)["message_id"],
        "thread_id": pair.order("boots", order)["thread_id"],
        "status": "pending",
        "previous_status": None,
        "actor": {"role": "client", "id": "nova"},
        "reason_code": None,
        "content_flags": [],
        "untrusted": {"title": "Estimates", "reason": None},
    }


ROADS = [
    (["reject"], "pending", "worker", "nova"),
    (["accept"], "pending", "worker", "nova"),
    (["accept", "complete"], "accepted", "worker", "nova"),
    (["accept", "fail"], "accepted", "worker", "nova"),
    (["cancel"], "pending", "client", "boots"),
    (["accept", "cancel"], "accepted", "client", "boots"),
]
STATUSES = {
    "reject": "rejected",
    "accept": "accepted",
    "complete": "completed",
    "fail": "failed",
    "cancel": "cancelled",
}


@pytest.mark.parametrize("road", ROADS)
def test_a_transition_is_told_to_the_other_party(pair, streams, feed_of, order, road):
    actions, previous, role, told = road
    for action in actions:
        actor = "nova" if action == "cancel" else "boots"
        assert pair.move(actor, order, action).status == 200
    streams.pump()
    status = STATUSES[actions[-1]]
    event = feed_of(told)[-1]
    assert event["type"] == f"work_order.{status}"
    data = event["data"]
    assert (data["status"], data["previous_status"]) == (status, previous)
    assert data["actor"] == {"role": role, "id": "boots" if role == "worker" else "nova"}
    assert data["untrusted"] == {"title": "Estimates", "reason": None}


def test_a_reason_stands_among_what_is_untrusted(pair, streams, feed_of, order):
    pair.move("boots", order, "reject", reason="I am busy.")
    streams.pump()
    assert feed_of("nova")[-1]["data"]["untrusted"]["reason"] == "I am busy."


def test_an_expiry_is_told_to_both(pair, streams, feed_of, order):
    pair.overdue(order)
    pair.sweep()
    streams.pump()
    for agent_id in ("nova", "boots"):
        event = feed_of(agent_id)[-1]
        assert event["type"] == "work_order.expired"
        assert event["data"]["actor"] == {"role": "system", "id": "system"}
        assert event["data"]["previous_status"] == "pending"


def test_the_order_of_a_client_that_left_names_why_it_ended(pair, streams, feed_of, order):
    assert pair.move("boots", order, "accept").status == 200
    nova = {"agent_id": "nova", "key_id": "key_of_nova", "epoch": 1}
    assert pair.call("DELETE", "/agents/me", {"agent_id": "nova"}).status == 200, nova
    streams.pump()
    data = feed_of("boots")[-1]["data"]
    assert (data["status"], data["reason_code"]) == ("cancelled", "client_left")
    assert data["actor"]["role"] == "system"
    assert data["previous_status"] == "accepted"


@pytest.mark.parametrize("action", ["accept", "reject"])
def test_an_answer_acts_on_the_message_of_the_order(pair, streams, order, action):
    offered = pair.order("boots", order)["message_id"]
    pair.move("boots", order, action)
    streams.pump()
    receipt = pair.read("AgentOutboxTable", agent_id="nova", entry=f"receipt#{offered}")
    answer = pair.inbox("nova")["messages"][0]
    assert receipt["acted_by"] == answer["message_id"]
    assert receipt["acted_at"] == answer["created_at"]


def test_a_question_and_its_answer_are_told_to_the_other_party(pair, streams, feed_of, order):
    offered = pair.order("boots", order)["message_id"]
    pair.move("boots", order, "accept")
    streams.pump()
    acted = pair.read("AgentOutboxTable", agent_id="nova", entry=f"receipt#{offered}")
    pair.move("boots", order, "ask", question="How?")
    pair.move("nova", order, "answer", answer="So.")
    streams.pump()
    told = [
        (each["type"], each["data"]["status"], each["data"]["previous_status"])
        for each in (feed_of("nova")[-1], feed_of("boots")[-1])
    ]
    assert told == [
        ("work_order.input_required", "input_required", "accepted"),
        ("work_order.answered", "accepted", "input_required"),
    ]
    assert feed_of("nova")[-1]["data"]["untrusted"]["question"] == "How?"
    assert feed_of("boots")[-1]["data"]["untrusted"]["answer"] == "So."
    assert feed_of("boots")[-1]["data"]["actor"] == {"role": "client", "id": "nova"}
    # The worker's answer to the order is what it did first.
    receipt = pair.read("AgentOutboxTable", agent_id="nova", entry=f"receipt#{offered}")
    assert receipt == acted


@pytest.mark.parametrize("actions", [("complete",), ("fail",)])
def test_what_ends_a_waiting_order_names_the_state_before(pair, streams, feed_of, order, actions):
    for action, body in (("accept", {}), ("ask", {"question": "How?"}), (actions[0], {})):
        assert pair.move("boots", order, action, **body).status == 200
    streams.pump()
    assert feed_of("nova")[-1]["data"]["previous_status"] == "input_required"


def test_a_report_and_a_lapse_are_told(pair, streams, feed_of):
    order = pair.offer("nova", "boots", lease_seconds=60)
    pair.move("boots", order, "accept")
    pair.move("boots", order, "progress", percent=40, note="x" * 500)
    streams.pump()
    event = feed_of("nova")[-1]
    assert (event["type"], event["data"]["percent"]) == ("work_order.progress", 40)
    pair.lapse(order)
    assert pair.swept()["lapsed"] == 1
    streams.pump()
    for agent_id in ("nova", "boots"):
        event = feed_of(agent_id)[-1]
        assert event["type"] == "work_order.failed"
        data = event["data"]
        assert (data["reason_code"], data["previous_status"]) == ("lapsed", "accepted")
        assert data["actor"] == {"role": "system", "id": "system"}


def test_an_overdue_order_is_told_to_both_once(pair, streams, feed_of, order):
    pair.move("boots", order, "accept")
    pair.overdue(order)
    for _ in range(2):
        pair.sweep()
        streams.pump()
    for agent_id in ("nova", "boots"):
        kinds = [each["type"] for each in feed_of(agent_id)]
        assert kinds.count("work_order.overdue") == 1


def test_a_clients_cancel_acts_on_nothing(pair, streams, order):
    pair.move("nova", order, "cancel")
    streams.pump()
    assert pair.items("AgentOutboxTable") == []
