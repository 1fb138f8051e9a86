"""What a worker reports while it works: stored with the order, and told to the client's feed."""

import json

import pytest

from tests.integration.cloud import Cloud
from tests.integration.work_orders.moments import LEASE, Watch, outbox, told


def report(cloud: Cloud, order_id: str, **body):
    return cloud.move("boots", order_id, "progress", **body)


def test_a_report_is_shown_to_both_parties(pair: Cloud, watch: Watch, leased: str):
    at = watch.at(60)
    answer = report(pair, leased, percent=40, note="20 of 50", partial_result={"done": [1, 2]})
    assert answer.json == {
        "success": True,
        "work_order_id": leased,
        "status": "accepted",
        "is_final": False,
        "lease_expires_at": watch.text(60 + LEASE),
    }
    watch.at(61)
    for agent_id in ("nova", "boots"):
        order = pair.order(agent_id, leased)
        assert order["progress"] == {
            "percent": 40,
            "note": "20 of 50",
            "partial_result": {"done": [1, 2]},
            "reported_at": at,
        }
        assert (order["updated_at"], order["generation"]) == (at, 2)
        assert len(order["history"]) == 2
    query = {"agent_id": "nova", "role": "client"}
    (listed,) = pair.get("/messaging/work-orders", query).json["work_orders"]
    assert listed["progress"] == order["progress"]


def test_a_field_that_is_left_out_keeps_its_last_value(pair: Cloud, watch: Watch, leased: str):
    report(pair, leased, percent=40, note="20 of 50", partial_result=["a"])
    report(pair, leased, percent=60)
    last = watch.at(90)
    report(pair, leased)
    assert pair.order("nova", leased)["progress"] == {
        "percent": 60,
        "note": "20 of 50",
        "partial_result": ["a"],
        "reported_at": last,
    }
    report(pair, leased, partial_result="short")
    assert pair.order("nova", leased)["progress"]["partial_result"] == "short"


def test_the_client_gets_an_event_and_no_message(pair: Cloud, watch: Watch, leased: str):
    before = told(pair, "nova")
    report(pair, leased, percent=40, note="20 of 50", partial_result={"done": 20})
    assert told(pair, "nova") == before
    [(kind, text)] = outbox(pair, "nova")
    data = json.loads(text)
    assert kind == "work_order.progress"
    assert data["untrusted"] == {"title": "Estimates", "reason": None, "note": "20 of 50"}
    assert (data["work_order_id"], data["percent"], data["message_id"]) == (leased, 40, None)
    assert (data["status"], data["has_partial_result"]) == ("accepted", True)
    assert data["actor"] == {"role": "worker", "id": "boots"}
    assert outbox(pair, "boots") == []


def test_a_client_that_blocks_the_worker_gets_no_words_of_it(
    pair: Cloud, watch: Watch, leased: str
):
    query = {"agent_id": "nova"}
    pair.call("PUT", "/messaging/contacts/boots", query, {"state": "blocked"})
    report(pair, leased, percent=40, note="20 of 50")
    [(_, text)] = outbox(pair, "nova")
    assert json.loads(text)["untrusted"]["note"] is None
    assert pair.order("nova", leased)["progress"]["note"] == "20 of 50"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"percent": 101}, "#/percent"),
        ({"percent": -1}, "#/percent"),
        ({"percent": 1.5}, "#/percent"),
        ({"note": "x" * 501}, "#/note"),
        ({"partial_result": {"a": "x" * 16_384}}, "#/partial_result"),
        ({"partial_result": 7}, "#/partial_result"),
        ({"result": {}}, "#/result"),
    ],
)
def test_a_wrong_report_changes_nothing(pair: Cloud, leased: str, body: dict, pointer: str):
    before = pair.digest()
    answer = report(pair, leased, **body)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert pair.digest() == before


@pytest.mark.parametrize("status", ["pending", "completed", "cancelled"])
def test_only_a_worker_that_works_reports(pair: Cloud, watch: Watch, status: str):
    order_id = pair.offer("nova", "boots")
    if status != "pending":
        pair.move("boots", order_id, "accept")
        pair.move(
            *{"completed": ("boots", order_id, "complete")}.get(
                status, ("nova", order_id, "cancel")
            )
        )
    answer = report(pair, order_id)
    assert (answer.status, answer.json["code"]) == (409, "illegal_transition")
    assert answer.json["current_status"] == status


def test_neither_the_client_nor_a_stranger_reports(pair: Cloud, leased: str):
    answer = pair.move("nova", leased, "progress")
    assert (answer.status, answer.json["code"]) == (403, "wrong_role")
    assert pair.move("third", leased, "progress").json["code"] == "work_order_not_found"


def test_an_order_takes_sixty_reports_a_minute(cloud: Cloud, watch: Watch):
    """With keys, as on AWS: the limit is no limit of open mode."""
    watch.at(0)
    boots = cloud.register("boots")
    cloud.register("nova")
    order_id = cloud.offer("nova", "boots")
    assert cloud.move("boots", order_id, "accept").status == 200
    path = f"/messaging/work-order/{order_id}/progress"

    def report(seconds: float):
        watch.at(seconds)
        return cloud.call("POST", path, body={}, caller=boots.keyed)

    assert report(0).status == 200
    first = int(cloud.head(order_id)["reports"]) - 1
    cloud.write("WorkOrdersTable", {**cloud.head(order_id), "reports": first + 59})
    assert report(10).status == 200
    refused = report(18)
    assert (refused.status, refused.json["code"]) == (429, "rate_limited")
    assert refused.headers["RateLimit-Policy"] == '"progress";q=60;w=60'
    assert refused.headers["Retry-After"] == "42"
    assert report(60).status == 200


def test_a_large_report_moves_to_no_head(pair: Cloud, watch: Watch, leased: str):
    report(pair, leased, partial_result={"a": "x" * 16_000})
    head = pair.head(leased)
    assert "partial_result" not in head
    assert int(head["partial_bytes"]) > 16_000
    pair.move("boots", leased, "complete", summary="done")
    order = pair.order("nova", leased)
    assert order["progress"]["partial_result"] == {"a": "x" * 16_000}
