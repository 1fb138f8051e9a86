"""An offer becomes an order that both parties read, and a message to the worker."""

import re

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import (
    FUTURE,
)

STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"


def test_an_offer_is_answered_with_its_ids(pair: Cloud):
    answer = pair.post(
        "/messaging/work-order",
        {"from_agent_id": "nova"},
        {
            "to_agent_id": "boots",
            "title": "Cost Estimates for 50 Products",
            "description": "Need detailed cost breakdowns",
            "requirements": {"deadline": "24 hours", "format": "JSON"},
            "budget_usd": 15000,
            "deadline_at": FUTURE,
        },
    )
    assert answer.status == 200
    assert re.fullmatch(r"wo_[0-9a-z]{26}", answer.json["work_order_id"])
    assert re.fullmatch(r"msg_[0-9a-z]{26}", answer.json["message_id"])
    assert re.fullmatch(STAMP, answer.json["created_at"])
    assert answer.json == {
        "success": True,
        "work_order_id": answer.json["work_order_id"],
        "message_id": answer.json["message_id"],
        "status": "pending",
        "created_at": answer.json["created_at"],
        "offer": "named",
    }


def test_both_parties_read_the_whole_order(pair: Cloud):
    order_id = pair.offer(
        "nova",
        "boots",
        requirements={"n": 0.1, "deep": {"list": [1, "two", None, True]}},
        deliverables={},
        budget_usd=99.95,
        deadline_at="2099-02-16T20:00:00.123456+02:00",
    )
    order = pair.order("boots", order_id)
    assert pair.order("nova", order_id) == {**order, "relationship": None}
    assert order == {
        "work_order_id": order_id,
        "client": {"id": "nova", "name": "Nova"},
        "worker": {"id": "boots", "name": "Boots"},
        "title": "Estimates",
        "description": "Fifty of them",
        "requirements": {"n": 0.1, "deep": {"list": [1, "two", None, True]}},
        "deliverables": {},
        "budget_usd": 99.95,
        "result_schema": None,
        "deadline_at": "2099-02-16T18:00:00.123Z",
        "relationship": "stranger",
        "verified": False,
        "content_flags": [],
        "status": "pending",
        "is_final": False,
        "message_id": order["message_id"],
        "thread_id": order["thread_id"],
        "created_at": order["created_at"],
        "accepted_at": None,
        "rejected_at": None,
        "completed_at": None,
        "failed_at": None,
        "cancelled_at": None,
        "expired_at": None,
        "asked_at": None,
        "answered_at": None,
        "reopened_at": None,
        "offer": "named",
        "capability": None,
        "priority": None,
        "bids_by": None,
        "price_usd": None,
        "lease_seconds": None,
        "parent_id": None,
        "depends_on": None,
        "is_ready": True,
        "lease_expires_at": None,
        "question_id": None,
        "answer_by": None,
        "overdue_at": None,
        "lapses": 0,
        "progress": None,
        "questions": [],
        "generation": 1,
        "updated_at": order["created_at"],
        "estimated_completion": None,
        "reason": None,
        "reason_code": None,
        "ended_by": None,
        "result_data": None,
        "result_url": None,
        "summary": None,
        "history": order["history"],
    }


@pytest.mark.parametrize(
    ("sent", "answered"),
    [("15000", "15000"), ("0", "0"), ("0.10", "0.1"), ("1e3", "1000"), ("9999999999.99",) * 2],
)
def test_a_budget_comes_back_as_the_number_it_is(pair: Cloud, sent: str, answered: str):
    raw = f'{{"to_agent_id":"boots","title":"t","description":"d","budget_usd":{sent}}}'
    answer = pair.post("/messaging/work-order", {"from_agent_id": "nova"}, raw=raw)
    path = f"/messaging/work-order/{answer.json['work_order_id']}"
    text = pair.get(path, {"agent_id": "nova"}).text
    assert re.search(r'"budget_usd":([^,]+),', text)[1] == answered


def test_an_offer_is_a_message_in_the_workers_inbox(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    order = pair.order("boots", order_id)
    (message,) = pair.inbox("boots", status="pending")["messages"]
    assert message["message_id"] == order["message_id"]
    assert (message["type"], message["work_order_id"]) == ("work_order", order_id)
    assert (message["subject"], message["body"]) == (order["title"], order["description"])
    assert (message["thread_id"], message["created_at"]) == (
        order["thread_id"],
        order["created_at"],
    )
    assert pair.get("/messaging/sent", {"agent_id": "nova"}).json["total_messages"] == 1


def refused_offer(cloud: Cloud, **body):
    before = cloud.digest()
    body = {"to_agent_id": "boots", "title": "t", "description": "d", **body}
    answer = cloud.post("/messaging/work-order", {"from_agent_id": "nova"}, body)
    assert cloud.digest() == before
    pointers = [fault["pointer"] for fault in answer.json["errors"]]
    return answer.status, answer.json["code"], pointers


def test_an_offer_is_refused_for_a_reason(pair: Cloud):
    past = clock.to_text(clock.now())
    assert refused_offer(pair, to_agent_id="ghost") == (
        404,
        "agent_not_found",
        ["#/to_agent_id"],
    )
    assert refused_offer(pair, to_agent_id="nova") == (422, "invalid", ["#/to_agent_id"])
    assert refused_offer(pair, deadline_at=past) == (422, "invalid", ["#/deadline_at"])
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"accepts_work_orders": False})
    assert refused_offer(pair) == (409, "worker_unavailable", [])
