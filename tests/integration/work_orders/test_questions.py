"""A question of the worker rests its lease. The client's answer starts a full one."""

from collections import Counter

import pytest

from tests.integration.cloud import Cloud
from tests.integration.work_orders.moments import LEASE, Watch, told
from tests.integration.work_orders.orders import notices, states

WEEK = 7 * 24 * 3600


def ask(cloud: Cloud, order_id: str, question: str = "In which currency?") -> str:
    answer = cloud.move("boots", order_id, "ask", question=question)
    assert answer.status == 200, answer.text
    return str(answer.json["question_id"])


def test_a_question_and_its_answer(pair: Cloud, watch: Watch, leased: str):
    asked_at = watch.at(100)
    answer = pair.move("boots", leased, "ask", question="In which currency?")
    question_id = answer.json["question_id"]
    assert answer.json == {
        "success": True,
        "work_order_id": leased,
        "status": "input_required",
        "is_final": False,
        "question_id": question_id,
        "asked_at": asked_at,
        "answer_by": watch.text(100 + WEEK),
    }
    order = pair.order("nova", leased)
    asked = {"question_id": question_id, "question": "In which currency?", "asked_at": asked_at}
    assert order["questions"] == [{**asked, "answer": None, "answered_at": None}]
    assert (order["question_id"], order["lease_expires_at"]) == (question_id, None)
    assert states(pair, "boots") == (1, 0)

    answered_at = watch.at(10 * LEASE)
    answer = pair.move("nova", leased, "answer", answer="US dollars.", question_id=question_id)
    assert answer.json == {
        "success": True,
        "work_order_id": leased,
        "status": "accepted",
        "is_final": False,
        "answered_at": answered_at,
        "lease_expires_at": watch.text(11 * LEASE),
    }
    order = pair.order("boots", leased)
    replied = {"answer": "US dollars.", "answered_at": answered_at}
    assert order["questions"] == [{**asked, **replied}]
    assert (order["question_id"], order["answer_by"]) == (None, None)
    assert [each["action"] for each in order["history"]] == ["create", "accept", "ask", "answer"]
    assert pair.move("boots", leased, "complete").status == 200
    assert states(pair, "boots") == (0, 1)


def test_the_notification_of_a_question_names_the_call_that_answers(
    pair: Cloud, watch: Watch, leased: str
):
    watch.at(20)
    question_id = ask(pair, leased)
    note = notices(pair, "nova")[0]
    assert f"POST /api/v1/messaging/work-order/{leased}/answer" in note["body"]
    assert note["metadata"] == {"status": "input_required", "question_id": question_id}
    assert note["untrusted"]["question"] == "In which currency?"
    watch.at(30)
    pair.move("nova", leased, "answer", answer="US dollars.")
    note = notices(pair, "boots")[0]
    assert note["metadata"] == {"status": "accepted", "previous_status": "input_required"}
    assert note["untrusted"]["answer"] == "US dollars."


def test_a_long_question_is_in_the_order_and_not_in_the_notification(
    pair: Cloud, watch: Watch, leased: str
):
    watch.at(20)
    ask(pair, leased, "x" * 60_000)
    assert notices(pair, "nova")[0]["untrusted"]["question"] is None
    assert pair.order("nova", leased)["questions"][0]["question"] == "x" * 60_000


@pytest.mark.parametrize(
    ("agent_id", "action", "status"),
    [
        ("boots", "complete", "completed"),
        ("boots", "fail", "failed"),
        ("nova", "cancel", "cancelled"),
    ],
)
def test_an_order_that_waits_for_an_answer_can_end(
    pair: Cloud, leased: str, agent_id: str, action: str, status: str
):
    ask(pair, leased)
    assert pair.move(agent_id, leased, action).json["status"] == status
    order = pair.order("nova", leased)
    assert (order["status"], order["question_id"], order["answer_by"]) == (status, None, None)
    assert states(pair, "boots") == (0, int(status == "completed"))
    assert len(order["questions"]) == 1


def test_a_report_while_it_waits_starts_no_lease(pair: Cloud, watch: Watch, leased: str):
    ask(pair, leased)
    assert pair.move("boots", leased, "progress", percent=5).json["lease_expires_at"] is None
    watch.at(10 * LEASE)
    assert pair.order("nova", leased)["status"] == "input_required"


def test_nobody_asks_twice_or_answers_nothing(pair: Cloud, leased: str):
    for agent_id, action, body, status in (
        ("nova", "answer", {"answer": "Yes."}, "accepted"),
        ("boots", "ask", {"question": "What?"}, None),
        ("boots", "ask", {"question": "What?"}, "input_required"),
    ):
        answer = pair.move(agent_id, leased, action, **body)
        assert answer.json.get("current_status") == status
        assert answer.status == (409 if status else 200)


def test_roles(pair: Cloud, leased: str):
    assert pair.move("nova", leased, "ask", question="?").json["code"] == "wrong_role"
    ask(pair, leased)
    assert pair.move("boots", leased, "answer", answer="!").json["code"] == "wrong_role"
    for action, body in (("ask", {"question": "?"}), ("answer", {"answer": "!"})):
        assert pair.move("third", leased, action, **body).status == 404


def test_an_answer_to_another_question_is_refused(pair: Cloud, watch: Watch, leased: str):
    first = ask(pair, leased)
    pair.move("nova", leased, "answer", answer="US dollars.")
    watch.at(20)
    second = ask(pair, leased, "With or without tax?")
    answer = pair.move("nova", leased, "answer", answer="US dollars.", question_id=first)
    assert (answer.status, answer.json["code"]) == (409, "question_changed")
    assert second in answer.json["fix"]
    assert pair.order("nova", leased)["status"] == "input_required"
    assert pair.move("nova", leased, "answer", answer="With.", question_id=second).status == 200
    assert [each["answer"] for each in pair.order("nova", leased)["questions"]] == [
        "US dollars.",
        "With.",
    ]


@pytest.mark.parametrize("find", ["look", "sweep", "answer"])
def test_a_question_lapses_after_a_week(pair: Cloud, watch: Watch, leased: str, find: str):
    ask(pair, leased)
    watch.at(10 + WEEK - 1)
    assert pair.swept()["lapsed"] == 0
    end = watch.at(10 + WEEK)
    if find == "sweep":
        assert pair.swept()["lapsed"] == 1
    elif find == "answer":
        assert pair.move("nova", leased, "answer", answer="!").json["current_status"] == "failed"
    order = pair.order("nova", leased)
    assert (order["status"], order["reason_code"], order["failed_at"]) == ("failed", "lapsed", end)
    assert states(pair, "boots") == (0, 0)
    assert told(pair, "boots")[-1] == {
        "status": "failed",
        "previous_status": "input_required",
        "reason_code": "lapsed",
    }


def test_a_question_lapses_at_the_deadline(pair: Cloud, watch: Watch):
    watch.at(0)
    order_id = pair.offer("nova", "boots", deadline_at=watch.text(1000))
    watch.at(10)
    pair.move("boots", order_id, "accept")
    ask(pair, order_id)
    watch.at(1000)
    assert pair.swept() == Counter(lapsed=1)
    order = pair.order("nova", order_id)
    assert (order["status"], order["reason_code"]) == ("failed", "deadline")


def test_after_the_deadline_a_question_has_its_week(pair: Cloud, watch: Watch):
    watch.at(0)
    order_id = pair.offer("nova", "boots", deadline_at=watch.text(1000))
    watch.at(10)
    pair.move("boots", order_id, "accept")
    watch.at(2000)
    assert pair.swept()["overdue"] == 1
    ask(pair, order_id)
    assert pair.order("nova", order_id)["answer_by"] == watch.text(2000 + WEEK)
    watch.at(3000)
    assert pair.move("nova", order_id, "answer", answer="!").status == 200
    assert pair.swept()["overdue"] == 0


def test_an_order_has_room_for_a_hundred_questions(pair: Cloud, watch: Watch, leased: str):
    head = pair.head(leased)
    for number in (99, 100):
        pair.write("WorkOrdersTable", {**head, "asked": number, "answered": number})
        answer = pair.move("boots", leased, "ask", question="One more?")
        assert answer.status == (200 if number == 99 else 409)
    assert answer.json["code"] == "too_many_questions"
    pair.write("WorkOrdersTable", {**head, "asked": 1, "answered": 1, "asked_bytes": 1_000_000})
    assert pair.move("boots", leased, "ask", question="?").json["code"] == "too_many_questions"


def test_the_client_sees_in_a_list_and_a_heartbeat_what_waits_for_its_answer(
    pair: Cloud, watch: Watch, leased: str
):
    pair.offer("nova", "boots")
    ask(pair, leased)
    for agent_id, role in (("nova", "client"), ("boots", "worker")):
        query = {"agent_id": agent_id, "role": role, "status": "input_required"}
        page = pair.get("/messaging/work-orders", query).json
        assert [each["work_order_id"] for each in page["work_orders"]] == [leased]
        assert (page["total_orders"], page["work_orders"][0]["questions"]) == (1, None)
    counts = [
        pair.post("/messaging/heartbeat", {"agent_id": each}).json["input_required_work_orders"]
        for each in ("nova", "boots")
    ]
    assert counts == [1, 0]
    pair.move("nova", leased, "answer", answer="!")
    query = {"agent_id": "nova"}
    assert pair.post("/messaging/heartbeat", query).json["input_required_work_orders"] == 0
