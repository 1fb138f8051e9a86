"""Each party moves an order as it may, and the other one is told."""

import pytest

from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import notices, quotes, states


def test_the_happy_path_of_the_users_document(pair: Cloud):
    order_id = pair.offer("nova", "boots", title="Cost Estimates")

    accepted = pair.move("boots", order_id, "accept", estimated_completion="2099-01-01T18:00:00Z")
    assert accepted.status == 200
    assert accepted.json == {
        "success": True,
        "work_order_id": order_id,
        "status": "accepted",
        "is_final": False,
        "accepted_at": accepted.json["accepted_at"],
    }
    assert states(pair, "boots") == (1, 0)

    completed = pair.move(
        "boots",
        order_id,
        "complete",
        result_data={"estimates": 50},
        result_url="https://example.com/result.json",
        summary="All fifty",
    )
    assert completed.status == 200
    assert completed.json == {
        "success": True,
        "work_order_id": order_id,
        "status": "completed",
        "is_final": True,
        "completed_at": completed.json["completed_at"],
    }
    assert states(pair, "boots") == (0, 1)
    assert states(pair, "nova") == (0, 0)

    order = pair.order("nova", order_id)
    names = ("status", "accepted_at", "completed_at", "estimated_completion")
    results = ("result_data", "result_url", "summary", "reason")
    assert {name: order[name] for name in (*names, *results)} == {
        "status": "completed",
        "accepted_at": accepted.json["accepted_at"],
        "completed_at": completed.json["completed_at"],
        "estimated_completion": "2099-01-01T18:00:00.000Z",
        "result_data": {"estimates": 50},
        "result_url": "https://example.com/result.json",
        "summary": "All fifty",
        "reason": None,
    }

    second, first = notices(pair, "nova")
    assert first["body"] == "The worker accepted a work order."
    assert second["body"] == "The worker completed a work order."
    assert first["untrusted"] == quotes("Cost Estimates")
    assert notices(pair, "boots") == []


def test_a_rejection_carries_its_reason(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    answer = pair.move("boots", order_id, "reject", rejection_reason="Already at capacity")
    assert answer.json == {
        "success": True,
        "work_order_id": order_id,
        "status": "rejected",
        "is_final": True,
        "rejected_at": answer.json["rejected_at"],
        "reason": "Already at capacity",
    }
    assert pair.order("nova", order_id)["reason"] == "Already at capacity"
    (notice,) = notices(pair, "nova")
    assert notice["body"] == "The worker rejected a work order."
    assert notice["untrusted"]["reason"] == "Already at capacity"
    assert states(pair, "boots") == (0, 0)


def test_a_notification_says_who_did_what_in_the_thread_of_the_order(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    (notice,) = notices(pair, "nova")
    assert notice == {
        "message_id": notice["message_id"],
        "from_agent": {"id": "boots", "name": "Boots"},
        "to_agent": {"id": "nova", "name": "Nova"},
        "relationship": "contact",
        "verified": False,
        "content_flags": [],
        "type": "notification",
        "status": "pending",
        "subject": "Work order accepted",
        "body": "The worker accepted a work order.",
        "untrusted": quotes("Estimates"),
        "priority": 0,
        "thread_id": pair.order("nova", order_id)["thread_id"],
        "reply_to_id": None,
        "work_order_id": order_id,
        "metadata": {"status": "accepted"},
        "created_at": notice["created_at"],
        "read_at": None,
        "receipt": None,
    }
    assert pair.get("/messaging/sent", {"agent_id": "boots"}).json["messages"] == []


@pytest.mark.parametrize("reason", [{}, {"reason": None}, {"reason": "Changed plans"}])
def test_the_client_cancels_what_is_pending_or_accepted(pair: Cloud, reason: dict):
    for is_accepted in (False, True):
        order_id = pair.offer("nova", "boots")
        if is_accepted:
            pair.move("boots", order_id, "accept")
            assert states(pair, "boots") == (1, 0)
        answer = pair.move("nova", order_id, "cancel", **reason)
        assert answer.json == {
            "success": True,
            "work_order_id": order_id,
            "status": "cancelled",
            "is_final": True,
            "cancelled_at": answer.json["cancelled_at"],
            "reason": reason.get("reason"),
        }
        assert states(pair, "boots") == (0, 0)
    assert [m["subject"] for m in notices(pair, "boots")] == ["Work order cancelled"] * 2


def test_the_worker_gives_up_with_a_reason(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    answer = pair.move("boots", order_id, "fail", reason="No data")
    assert answer.json == {
        "success": True,
        "work_order_id": order_id,
        "status": "failed",
        "is_final": True,
        "failed_at": answer.json["failed_at"],
        "reason": "No data",
    }
    assert states(pair, "boots") == (0, 0)
    assert [m["subject"] for m in notices(pair, "nova")] == [
        "Work order failed",
        "Work order accepted",
    ]


@pytest.mark.parametrize("action", ["cancel", "fail"])
def test_an_empty_body_equals_an_empty_object(pair: Cloud, action: str):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    agent_id = "nova" if action == "cancel" else "boots"
    path = f"/messaging/work-order/{order_id}/{action}"
    answer = pair.post(path, {"agent_id": agent_id}, content_type=None)
    assert (answer.status, answer.json["reason"]) == (200, None)
