"""What follows from the end of an order is done, whoever dies in the middle."""

from collections import Counter

import pytest

from agent_messaging.work_orders import settling
from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.integration.calls.operations import BATCH
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER
from tests.integration.work_orders.orders import states
from tests.integration.work_orders.trees import (
    accepted,
    child,
    line,
    marks,
    refused,
    split,
    statuses,
)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that die as soon as the end of an order is written."""
    monkeypatch.setattr(settling.Settling, "follow", lambda *_: None)


@pytest.mark.parametrize(
    ("agent", "action"), [("nova", "cancel"), ("boots", "fail")], ids=["cancel", "fail"]
)
@pytest.mark.usefixtures("alone")
def test_the_sweep_cancels_the_children_of_an_ended_order(pair: Cloud, agent: str, action: str):
    root, *below = line(pair, 3)
    assert pair.move(agent, root, action).status == 200
    assert statuses(pair, *below) == ["accepted"] * 3
    assert marks(pair) == [root]
    assert pair.swept() == Counter(settled=3)
    assert statuses(pair, *below) == ["cancelled"] * 3
    assert marks(pair) == []
    assert states(pair, "third") == states(pair, "boots") == (0, 0)
    before = pair.digest()
    assert pair.swept()["settled"] == 0
    assert pair.digest() == before


@pytest.mark.usefixtures("alone")
def test_an_agent_that_leaves_takes_the_children_of_its_orders_along(pair: Cloud):
    root, *below = line(pair, 2)
    assert pair.call("DELETE", "/agents/me", {"agent_id": "nova"}).status == 200
    assert pair.head(root)["reason_code"] == "client_left"
    pair.swept()
    assert statuses(pair, *below) == ["cancelled"] * 2
    assert pair.head(below[0])["reason_code"] == "parent_cancelled"


def test_an_agent_that_leaves_ends_orders_that_are_not_ready(pair: Cloud):
    parent = accepted(pair)
    first = child(pair, parent)
    last = child(pair, parent, depends_on=[first])
    assert pair.call("DELETE", "/agents/me", {"agent_id": "third"}).status == 200
    pair.swept()
    assert statuses(pair, first, last) == ["rejected", "rejected"]
    assert marks(pair) == []


def test_a_lapsed_order_takes_its_children_along(pair: Cloud):
    parent = accepted(pair, lease_seconds=60)
    below = child(pair, parent)
    pair.write("WorkOrdersTable", {**pair.head(parent), "lease_expires_at": "2020-01-01T00:00:00Z"})
    assert pair.order("nova", parent)["status"] == "failed"
    assert marks(pair) == [parent]
    pair.swept()
    assert statuses(pair, below) == ["cancelled"]
    refused(split(pair, parent), 409, "illegal_transition")


def test_a_call_settles_a_few_orders_and_the_sweep_the_rest(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settling, "FIRST", 2)
    parent = accepted(pair)
    below = [child(pair, parent) for _ in range(5)]
    assert pair.move("nova", parent, "cancel").status == 200
    assert statuses(pair, *below).count("cancelled") == 2
    assert marks(pair) == [parent]
    assert pair.swept()["settled"] == 3
    assert (statuses(pair, *below).count("cancelled"), marks(pair)) == (5, [])


def heads_read(cloud: Cloud) -> list[str]:
    """The orders whose heads were read in batches since this was last asked."""
    batches = [call for call in cloud.cost() if call.operation == BATCH]
    keys = [key for call in batches for key in _keys_of(call.request, "WorkOrdersTable")]
    return [key["work_order_id"]["S"] for key in keys if key["part"]["S"] == "head"]


def _keys_of(request, table: str) -> list:
    return request["RequestItems"].get(table, {}).get("Keys", [])


def test_a_call_looks_only_at_a_few_dependents_even_if_it_can_settle_none(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(settling, "FIRST", 2)
    parent = accepted(pair)
    first, second = child(pair, parent), child(pair, parent)
    below = [child(pair, parent, depends_on=[first, second]) for _ in range(5)]
    pair.move("third", first, "accept")
    heads_read(pair)
    assert pair.move("third", first, "complete").status == 200
    assert heads_read(pair).count(second) == 2
    assert marks(pair) == [first]
    for verb in ("accept", "complete"):
        assert pair.move("third", second, verb).status == 200
    assert [pair.head(each)["is_ready"] for each in below] == [True, True, False, False, False]
    pair.swept()
    assert all(pair.head(each)["is_ready"] for each in below)
    assert marks(pair) == []


def test_the_end_of_a_dependency_reads_only_the_orders_that_depend_on_it(pair: Cloud):
    parent = accepted(pair)
    first, *others = (child(pair, parent) for _ in range(4))
    last = child(pair, parent, depends_on=[first])
    pair.move("third", first, "accept")
    heads_read(pair)
    assert pair.move("third", first, "complete").status == 200
    found = heads_read(pair)
    assert last in found
    assert not set(others) & set(found)


def test_what_goes_wrong_after_the_end_is_left_to_the_sweep(
    pair: Cloud, caplog: pytest.LogCaptureFixture
):
    parent = accepted(pair)
    below = child(pair, parent)
    error = {"Error": {"Code": "InternalServerError", "Message": "?"}}
    pair.fail("Query", 9, error)
    assert pair.move("nova", parent, "cancel").status == 200
    assert "followers are left" in caplog.messages
    RECORDER.faults.clear()
    assert pair.swept()["settled"] == 1
    assert statuses(pair, below) == ["cancelled"]


def test_a_child_that_cannot_be_read_keeps_no_other_open(pair: Cloud):
    parent = accepted(pair)
    below = [child(pair, parent) for _ in range(3)]
    pair.write("WorkOrdersTable", {**pair.head(below[1]), "status": "lapsed"})
    assert pair.move("nova", parent, "cancel").status == 200
    pair.swept()
    assert statuses(pair, *below) == ["cancelled", "lapsed", "cancelled"]
    assert marks(pair) == [parent]


def test_an_ended_order_that_cannot_be_read_delays_no_other(pair: Cloud, alone: None):
    parents = [accepted(pair) for _ in range(3)]
    below = [child(pair, parent) for parent in parents]
    for parent in parents:
        assert pair.move("nova", parent, "cancel").status == 200
    pair.write("WorkOrdersTable", {**pair.head(parents[1]), "status": "lapsed"})
    assert pair.swept()["settled"] == 2
    assert statuses(pair, *below) == ["cancelled", "pending", "cancelled"]
    assert marks(pair) == [parents[1]]


def test_a_sweep_that_runs_out_of_time_goes_on_later(pair: Cloud, alone: None):
    parent = accepted(pair)
    below = child(pair, parent)
    assert pair.move("nova", parent, "cancel").status == 200
    assert pair.handle("work_orders_sweep", {}, Context(1_000))["settled"] == 0
    assert pair.swept()["settled"] == 1
    assert statuses(pair, below) == ["cancelled"]


def test_a_mark_of_an_order_that_is_gone_is_removed(pair: Cloud, alone: None):
    parent = accepted(pair)
    child(pair, parent)
    assert pair.move("nova", parent, "cancel").status == 200
    orders = app("work_orders").orders
    orders.table.delete(orders.key(parent)[1])
    pair.swept()
    assert marks(pair) == []
