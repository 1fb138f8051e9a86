"""A worker splits its order: children narrow what the parent allows."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.work_orders import closing, narrowing, transitions
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import notices, states
from tests.integration.work_orders.trees import (
    accepted,
    child,
    line,
    listed,
    marks,
    refused,
    split,
    statuses,
)


def test_a_child_is_listed_and_ends_with_its_parent(pair: Cloud):
    parent = accepted(pair, budget_usd=100, deadline_at="2099-02-16T20:00:00Z")
    first = child(pair, parent, budget_usd=40)
    second = child(pair, parent, deadline_at="2099-01-01T00:00:00Z")
    assert pair.move("third", first, "accept").status == 200
    assert listed(pair, "nova", parent) == listed(pair, "boots", parent) == [first, second]
    order = pair.order("third", first)
    assert (order["parent_id"], order["depends_on"], order["is_ready"]) == (parent, None, True)
    assert order["deadline_at"] == "2099-02-16T20:00:00.000Z"
    assert pair.order("third", second)["deadline_at"] == "2099-01-01T00:00:00.000Z"

    told = len(notices(pair, "third"))
    assert pair.move("nova", parent, "cancel").status == 200
    assert statuses(pair, first, second) == ["cancelled", "cancelled"]
    order = pair.order("third", first)
    assert (order["reason_code"], order["ended_by"]) == ("parent_cancelled", "system")
    assert states(pair, "third") == (0, 0)
    assert len(notices(pair, "third")) == told + 2
    assert marks(pair) == []
    refused(split(pair, parent), 409, "illegal_transition")


@pytest.mark.parametrize(
    ("caller", "status", "code"),
    [("nova", 403, "wrong_role"), ("third", 404, "work_order_not_found")],
)
def test_only_the_worker_of_an_order_splits_it(pair: Cloud, caller: str, status: int, code: str):
    parent = accepted(pair)
    before = pair.digest("AgentSentTable")
    refused(split(pair, parent, caller, "third" if caller == "nova" else "boots"), status, code)
    assert pair.digest("AgentSentTable") == before


@pytest.mark.parametrize("action", [None, "reject", "complete", "fail", "cancel"])
def test_only_an_order_that_is_accepted_is_split(pair: Cloud, action: str | None):
    parent = pair.offer("nova", "boots")
    if action in ("complete", "fail"):
        assert pair.move("boots", parent, "accept").status == 200
    if action is not None:
        agent = "nova" if action == "cancel" else "boots"
        assert pair.move(agent, parent, action).status == 200
    problem = refused(split(pair, parent), 409, "illegal_transition")
    assert problem["current_status"] == pair.head(parent)["status"]


def test_a_child_may_have_no_later_deadline_than_its_parent(pair: Cloud):
    parent = accepted(pair, deadline_at="2099-02-16T20:00:00Z")
    answer = split(pair, parent, deadline_at="2099-02-16T20:00:01Z")
    (fault,) = refused(answer, 422, "invalid")["errors"]
    assert fault["pointer"] == "#/deadline_at"
    assert "2099-02-16T20:00:00.000Z" in fault["fix"]
    child(pair, parent, deadline_at="2099-02-16T20:00:00Z")


def test_an_order_past_its_deadline_has_no_more_children(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    parent = accepted(pair, deadline_in_seconds=60)
    later = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    (fault,) = refused(split(pair, parent), 422, "invalid")["errors"]
    assert fault["pointer"] == "#/parent_id"


def test_the_budgets_of_the_children_stay_within_the_parents(pair: Cloud):
    parent = accepted(pair, budget_usd=10)
    child(pair, parent, budget_usd="7.50")
    problem = refused(split(pair, parent, budget_usd="2.51"), 409, "budget_exceeded")
    assert "Set `budget_usd` to at most 2.5," in problem["fix"]
    child(pair, parent, budget_usd="2.50")
    problem = refused(split(pair, parent, budget_usd="0.01"), 409, "budget_exceeded")
    assert "Leave out `budget_usd`" in problem["fix"]
    child(pair, parent)
    refused(split(pair, parent, budget_usd=11), 409, "budget_exceeded")


@pytest.mark.parametrize("end", ["reject", "fail", "cancel", "complete"])
def test_a_child_that_ends_returns_its_budget_unless_it_is_completed(pair: Cloud, end: str):
    parent = accepted(pair, budget_usd=10)
    first = child(pair, parent, budget_usd=6)
    if end in ("fail", "complete"):
        assert pair.move("third", first, "accept").status == 200
    assert pair.move("boots" if end == "cancel" else "third", first, end).status == 200
    answer = split(pair, parent, budget_usd=10)
    if end == "complete":
        refused(answer, 409, "budget_exceeded")
    else:
        assert answer.status == 200
        assert pair.head(parent)["committed_cents"] == 1000
        assert pair.head(parent)["children"] == 2


def test_a_child_without_a_budget_has_nothing_to_give(pair: Cloud):
    parent = accepted(pair, budget_usd=10)
    middle = child(pair, parent)
    assert pair.move("third", middle, "accept").status == 200
    assert pair.order("third", middle)["budget_usd"] is None
    refused(split(pair, middle, "third", "boots", budget_usd=1), 409, "budget_exceeded")
    child(pair, middle, "third", "boots")


def test_an_order_without_a_budget_limits_no_child(pair: Cloud):
    middle = child(pair, accepted(pair), budget_usd=1000)
    assert pair.move("third", middle, "accept").status == 200
    child(pair, middle, "third", "boots", budget_usd=1000)


def test_a_child_of_the_eighth_level_has_no_children(pair: Cloud):
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"max_concurrent_jobs": 20})
    pair.call("PUT", "/messaging/presence", {"agent_id": "third"}, {"max_concurrent_jobs": 20})
    root, *below = line(pair, 8)
    assert pair.head(below[-1])["depth"] == 8
    refused(split(pair, below[-1], "boots", "third"), 409, "depth_exceeded")
    assert listed(pair, "nova", root, depth=8) == below
    assert listed(pair, "nova", root, depth=3) == below[:3]
    assert listed(pair, "nova", root) == below[:1]
    assert pair.move("nova", root, "cancel").status == 200
    assert set(statuses(pair, *below)) == {"cancelled"}
    assert states(pair, "third") == (0, 0)
    assert marks(pair) == []


def test_an_order_has_at_most_a_thousand_children(pair: Cloud):
    parent = accepted(pair)
    pair.write("WorkOrdersTable", {**pair.head(parent), "children": narrowing.MOST_CHILDREN - 1})
    child(pair, parent)
    refused(split(pair, parent), 409, "too_many_children")


def test_an_order_is_completed_after_its_children(pair: Cloud):
    parent = accepted(pair)
    ids = [child(pair, parent) for _ in range(3)]
    assert pair.move("third", ids[0], "accept").status == 200
    assert pair.move("third", ids[1], "reject").status == 200
    problem = refused(pair.move("boots", parent, "complete"), 409, "open_children")
    assert problem["open_children"] == [ids[0], ids[2]]
    assert pair.move("third", ids[0], "complete").status == 200
    pair.overdue(ids[2])
    assert pair.move("boots", parent, "complete").status == 200
    assert statuses(pair, *ids) == ["completed", "rejected", "expired"]
    assert marks(pair) == []


def test_a_child_that_comes_while_its_parent_is_completed_is_not_missed(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    """The children are read; then one is created; then the completion is written."""
    parent = accepted(pair)
    ended = child(pair, parent)
    assert pair.move("third", ended, "reject").status == 200
    require = closing.require_ended

    def read_then_create(*arguments):
        monkeypatch.setattr(closing, "require_ended", require)
        require(*arguments)
        child(pair, parent)

    monkeypatch.setattr(closing, "require_ended", read_then_create)
    refused(pair.move("boots", parent, "complete"), 409, "open_children")


def test_the_first_child_that_comes_while_its_parent_ends_is_cancelled(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    """The parent was read without children, so the end has to be written again, with a mark."""
    parent = accepted(pair)
    load, ids = transitions.Transitions._load_other, []

    def load_then_create(self, *arguments, **more):
        monkeypatch.setattr(transitions.Transitions, "_load_other", load)
        ids.append(child(pair, parent))
        return load(self, *arguments, **more)

    monkeypatch.setattr(transitions.Transitions, "_load_other", load_then_create)
    assert pair.move("nova", parent, "cancel").status == 200
    assert statuses(pair, *ids) == ["cancelled"]


def test_a_page_of_a_tree_goes_on_where_the_last_one_ended(pair: Cloud):
    for agent in ("boots", "third"):
        body = {"max_concurrent_jobs": 20}
        pair.call("PUT", "/messaging/presence", {"agent_id": agent}, body)
    root = accepted(pair)
    expected = []
    for _ in range(3):
        middle = child(pair, root)
        assert pair.move("third", middle, "accept").status == 200
        expected += [middle, *(child(pair, middle, "third", "boots") for _ in range(2))]
    for limit in (1, 2, 4, 50):
        assert listed(pair, "boots", root, depth=2, limit=limit) == expected
    assert listed(pair, "third", expected[0], depth=8) == expected[1:3]
    path = f"/messaging/work-order/{root}/children"
    assert pair.get(path, {"agent_id": "third", "depth": 2}).status == 404
    assert pair.get(path, {"agent_id": "nova", "depth": 9}).status == 422


def test_an_order_that_is_no_child_is_stored_and_read_as_before(pair: Cloud):
    order_id = accepted(pair)
    names = {"children", "committed_cents", "depth", "is_ready", "has_dependents", "room_cents"}
    assert not names & pair.head(order_id).keys()
    order = pair.order("nova", order_id)
    assert (order["parent_id"], order["depends_on"], order["is_ready"]) == (None, None, True)
