"""An order that depends on others waits for them, and ends if one of them does without a result."""

import pytest

from agent_messaging.work_orders import readiness, settling
from local.in_process.functions import app
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.calls.operations import TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import notices
from tests.integration.work_orders.trees import (
    accepted,
    child,
    marks,
    refused,
    split,
    statuses,
)


def move(cloud: Cloud, order_id: str, *actions: str) -> None:
    for action in actions:
        agent = "boots" if action == "cancel" else "third"
        assert cloud.move(agent, order_id, action).status == 200


@pytest.fixture
def three(pair: Cloud) -> list[str]:
    """A parent with two parts and a third that depends on both: their ids."""
    parent = accepted(pair)
    first, second = child(pair, parent), child(pair, parent)
    return [parent, first, second, child(pair, parent, depends_on=[first, second])]


def waiting(cloud: Cloud, agent_id: str) -> int:
    answer = cloud.call("POST", "/messaging/heartbeat", {"agent_id": agent_id})
    return answer.json["pending_work_orders"]


def test_an_order_is_ready_once_all_that_it_depends_on_is_completed(pair: Cloud, three: list[str]):
    _, first, second, last = three
    order = pair.order("third", last)
    assert (order["depends_on"], order["is_ready"]) == ([first, second], False)
    assert waiting(pair, "third") == 2
    move(pair, first, "accept", "complete")
    problem = refused(pair.move("third", last, "accept"), 409, "not_ready")
    assert problem["waits_for"] == [second]
    told = len(notices(pair, "third"))
    move(pair, second, "accept", "complete")

    assert pair.order("third", last)["is_ready"]
    assert waiting(pair, "third") == 1
    note, *_ = notices(pair, "third")
    assert len(notices(pair, "third")) == told + 1
    assert (note["subject"], note["work_order_id"]) == ("Work order ready", last)
    assert note["metadata"]["event"] == "ready"
    assert marks(pair) == []
    move(pair, last, "accept", "complete")


@pytest.mark.parametrize("end", ["reject", "fail", "cancel", "expire"])
def test_an_order_ends_with_what_it_depends_on(pair: Cloud, three: list[str], end: str):
    parent, first, second, last = three
    further = child(pair, parent, depends_on=[last])
    if end == "fail":
        move(pair, first, "accept", "fail")
    elif end == "expire":
        pair.overdue(first)
    else:
        move(pair, first, end)
    pair.swept()
    pair.swept()
    assert statuses(pair, second, last, further) == ["pending", "cancelled", "cancelled"]
    for each in (last, further):
        assert pair.order("third", each)["reason_code"] == "dependency_failed"
    assert marks(pair) == []
    assert "dependency_failed" in {n["metadata"].get("reason_code") for n in notices(pair, "boots")}


def test_orders_that_are_completed_already_are_not_waited_for(pair: Cloud):
    parent = accepted(pair)
    first = child(pair, parent)
    move(pair, first, "accept", "complete")
    last = child(pair, parent, depends_on=[first])
    assert pair.order("third", last)["is_ready"]
    move(pair, last, "accept")


def test_an_order_that_is_created_between_its_dependencies_waits_for_the_last(pair: Cloud):
    parent = accepted(pair)
    first, second = child(pair, parent), child(pair, parent)
    move(pair, first, "accept", "complete")
    last = child(pair, parent, depends_on=[first, second])
    assert pair.order("third", last)["is_ready"] is False
    problem = refused(pair.move("third", last, "accept"), 409, "not_ready")
    assert problem["waits_for"] == [second]


@pytest.mark.parametrize("end", ["reject", "fail"])
def test_nothing_depends_on_an_order_that_ended_without_a_result(pair: Cloud, end: str):
    parent = accepted(pair)
    first = child(pair, parent)
    move(pair, first, *(["accept", "fail"] if end == "fail" else ["reject"]))
    (fault,) = refused(split(pair, parent, depends_on=[first]), 422, "invalid")["errors"]
    assert fault["pointer"] == "#/depends_on/0"


def test_only_a_sibling_is_depended_on(pair: Cloud):
    parent, other = accepted(pair), accepted(pair)
    cousin = child(pair, other)
    for wrong in (parent, cousin, "wo_01jd5m4t8n7p6q5r4s3t2v1w0x"):
        problem = refused(split(pair, parent, depends_on=[wrong]), 422, "invalid")
        assert problem["errors"][0]["pointer"] == "#/depends_on/0"
    body = {"to_agent_id": "third", "title": "t", "description": "d", "depends_on": [cousin]}
    answer = pair.post("/messaging/work-order", {"from_agent_id": "boots"}, body)
    assert refused(answer, 422, "invalid")["errors"][0]["pointer"] == "#/depends_on"
    refused(split(pair, other, depends_on=[cousin] * 11), 422, "invalid")


def test_a_dependency_that_ends_while_a_dependent_is_created_is_not_missed(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    parent = accepted(pair)
    first = child(pair, parent)
    move(pair, first, "accept")
    children = type(app("work_orders").offering.children)
    fields = children.fields

    def complete_then_decide(*arguments):
        monkeypatch.setattr(children, "fields", staticmethod(fields))
        decided = fields(*arguments)
        move(pair, first, "complete")
        return decided

    monkeypatch.setattr(children, "fields", staticmethod(complete_then_decide))
    last = child(pair, parent, depends_on=[first])
    assert pair.order("third", last)["is_ready"]
    move(pair, last, "accept")


def test_an_order_that_depends_on_one_that_ends_meanwhile_is_not_missed(pair: Cloud):
    parent = accepted(pair)
    first = child(pair, parent)
    move(pair, first, "accept")
    with overtaken(
        "work_orders", TRANSACT, lambda: child(pair, parent, depends_on=[first])
    ) as dependents:
        move(pair, first, "complete")
    (last,) = dependents
    assert pair.order("third", last)["is_ready"]
    assert marks(pair) == []


def test_a_worker_that_accepts_first_makes_an_order_ready(
    pair: Cloud, three: list[str], monkeypatch: pytest.MonkeyPatch
):
    """The function that completed the last dependency has died before it told of it."""
    _, first, second, last = three
    move(pair, first, "accept", "complete")
    with monkeypatch.context() as patch:
        patch.setattr(settling.Settling, "follow", lambda *_: None)
        move(pair, second, "accept", "complete")
    assert not pair.order("third", last)["is_ready"]
    assert set(marks(pair)) == {second}
    move(pair, last, "accept")
    before = len(notices(pair, "third"))
    pair.swept()
    assert (marks(pair), len(notices(pair, "third"))) == ([], before)


def test_two_that_make_an_order_ready_tell_once(
    pair: Cloud, three: list[str], monkeypatch: pytest.MonkeyPatch
):
    _, first, second, last = three
    move(pair, first, "accept", "complete")
    move(pair, second, "accept")
    transact = readiness.transact

    def sweep_first(client, entries):
        monkeypatch.setattr(readiness, "transact", transact)
        assert pair.swept()["settled"] == 1
        transact(client, entries)

    monkeypatch.setattr(readiness, "transact", sweep_first)
    move(pair, second, "complete")
    told = [each["subject"] for each in notices(pair, "third")]
    assert told.count("Work order ready") == 1
    assert pair.order("third", last)["is_ready"]


def test_the_list_of_pending_orders_has_those_that_are_ready(pair: Cloud, three: list[str]):
    _, first, second, last = three
    query = {"agent_id": "third", "role": "worker"}
    ids = [
        o["work_order_id"] for o in pair.get("/messaging/work-orders", query).json["work_orders"]
    ]
    assert ids == [last, second, first]
    pending = pair.get("/messaging/work-orders", {**query, "status": "pending"}).json
    assert [o["work_order_id"] for o in pending["work_orders"]] == [second, first]
    own = {"agent_id": "boots", "role": "client", "status": "pending"}
    listed = pair.get("/messaging/work-orders", own).json["work_orders"]
    assert [o["work_order_id"] for o in listed] == [last, second, first]
