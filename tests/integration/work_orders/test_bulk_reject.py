"""Many pending orders are rejected in one call, each as if it were rejected alone."""

import pytest

from agent_messaging import deadline
from agent_messaging.errors import OutOfTimeError
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import FUTURE, bring, notices, quotes

PATH = "/messaging/work-orders/reject"


def reject(cloud: Cloud, agent_id: str = "boots", **body: object) -> dict:
    answer = cloud.post(PATH, {"agent_id": agent_id}, body)
    assert answer.status == 200, answer.text
    return answer.json


def test_the_pending_orders_of_one_client_are_rejected(pair: Cloud):
    accepted = pair.offer("nova", "boots")
    pair.move("boots", accepted, "accept")
    theirs = [pair.offer("nova", "boots", title="Estimates") for _ in range(2)]
    others = pair.offer("third", "boots")

    answer = reject(pair, client_id="nova", reason="Not now")

    assert [each["work_order_id"] for each in answer["rejected"]] == theirs[::-1]
    assert (answer["not_rejected"], answer["has_more"]) == ([], False)
    for told in answer["rejected"]:
        order = pair.order("nova", told["work_order_id"])
        assert (order["status"], order["reason"]) == ("rejected", "Not now")
        assert order["rejected_at"] == told["rejected_at"]
    assert pair.head(accepted)["status"] == "accepted"
    assert pair.head(others)["status"] == "pending"
    told = [n for n in notices(pair, "nova") if n["metadata"] == {"status": "rejected"}]
    assert [n["untrusted"] for n in told] == [quotes("Estimates", "Not now")] * 2


def test_each_id_is_rejected_or_told_why_not(pair: Cloud):
    pending, twice = pair.offer("nova", "boots"), pair.offer("nova", "boots")
    ended = {status: bring(pair, status) for status in ("accepted", "cancelled", "rejected")}
    own = pair.offer("boots", "third")
    others = pair.offer("nova", "third")
    absent = "wo_" + "0" * 26
    overdue = pair.offer("nova", "boots", deadline_at=FUTURE)
    pair.overdue(overdue)
    ids = [pending, *ended.values(), own, others, absent, overdue, twice, twice]

    answer = reject(pair, work_order_ids=ids)

    assert [each["work_order_id"] for each in answer["rejected"]] == [pending, twice]
    assert [tuple(each.values()) for each in answer["not_rejected"]] == [
        *((order_id, "illegal_transition", status) for status, order_id in ended.items()),
        (own, "wrong_role", None),
        (others, "work_order_not_found", None),
        (absent, "work_order_not_found", None),
        (overdue, "illegal_transition", "expired"),
    ]


def test_a_repetition_rejects_nothing_twice(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    first = reject(pair, work_order_ids=[order_id])
    before = pair.digest()
    second = reject(pair, work_order_ids=[order_id])
    assert [each["work_order_id"] for each in first["rejected"]] == [order_id]
    assert second["rejected"] == []
    assert second["not_rejected"][0]["current_status"] == "rejected"
    assert reject(pair, client_id="nova") == {**second, "not_rejected": []}
    assert pair.digest() == before


def test_a_call_takes_twenty_five_and_says_that_there_are_more(pair: Cloud):
    for _ in range(27):
        pair.offer("nova", "boots")
    answers = [reject(pair, client_id="nova") for _ in range(3)]
    assert [len(each["rejected"]) for each in answers] == [25, 2, 0]
    assert [each["has_more"] for each in answers] == [True, False, False]


@pytest.mark.parametrize(("writes", "rejected"), [(0, None), (1, 1), (2, 2)])
def test_it_stops_when_the_time_is_short_and_says_so(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch, writes: int, rejected: int | None
):
    ids = [pair.offer("nova", "boots") for _ in range(3)]
    begun = iter(range(100))

    def require(_seconds: float) -> None:
        if next(begun) >= writes:
            raise OutOfTimeError("no time")

    monkeypatch.setattr(deadline, "require", require)
    answer = pair.post(PATH, {"agent_id": "boots"}, {"work_order_ids": ids})
    if rejected is None:
        assert (answer.status, answer.json["code"]) == (503, "out_of_time")
    else:
        assert len(answer.json["rejected"]) == rejected
        assert answer.json["has_more"]
    statuses = [pair.head(each)["status"] for each in ids]
    assert statuses == ["rejected"] * writes + ["pending"] * (3 - writes)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/client_id"),
        ({"client_id": "nova", "work_order_ids": ["wo_" + "0" * 26]}, "#/client_id"),
        ({"work_order_ids": []}, "#/work_order_ids"),
        ({"work_order_ids": ["wo_" + "0" * 26] * 26}, "#/work_order_ids"),
        ({"work_order_ids": ["msg_" + "0" * 26]}, "#/work_order_ids/0"),
        ({"client_id": "No One"}, "#/client_id"),
        ({"client_id": "nova", "reason": "x" * 501}, "#/reason"),
    ],
)
def test_a_body_that_does_not_say_which_is_refused(pair: Cloud, body: dict, pointer: str):
    pair.offer("nova", "boots")
    before = pair.digest()
    answer = pair.post(PATH, {"agent_id": "boots"}, body)
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert answer.json["errors"][0]["pointer"] == pointer
    assert pair.digest() == before
