"""Children that are created at the same time, and what they cost."""

import pytest

from agent_messaging.storage.table import encode
from agent_messaging.work_orders import narrowing
from agent_messaging.work_orders.children_table import ChildrenTable
from local.in_process.functions import app
from local.in_process.metering import Meter
from local.in_process.runtime import Context
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.calls.operations import TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.work_orders.trees import accepted, child, refused, split
from tests.unit.stats.records import STREAM


@pytest.fixture
def meter(pair: Cloud) -> Meter:
    return Meter(pair, [app("work_orders").client])


def test_a_child_that_comes_after_the_counting_makes_it_count_again(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    parent = accepted(pair, budget_usd=10)
    first = child(pair, parent, budget_usd=8)
    assert pair.move("third", first, "reject").status == 200
    batches = ChildrenTable.batches

    def count_then_create(self, *arguments):
        monkeypatch.setattr(ChildrenTable, "batches", batches)
        found = [*batches(self, *arguments)]
        child(pair, parent, budget_usd=2)
        return iter(found)

    monkeypatch.setattr(ChildrenTable, "batches", count_then_create)
    refused(split(pair, parent, budget_usd=9), 409, "budget_exceeded")
    child(pair, parent, budget_usd=8)
    assert pair.head(parent)["committed_cents"] == 1000


def test_of_two_children_at_once_the_last_place_takes_one(pair: Cloud):
    parent = accepted(pair)
    head = {**pair.head(parent), "children": narrowing.MOST_CHILDREN - 1}
    pair.write("WorkOrdersTable", head)
    with overtaken("work_orders", TRANSACT, lambda: child(pair, parent)):
        refused(split(pair, parent), 409, "too_many_children")
    assert pair.head(parent)["children"] == narrowing.MOST_CHILDREN


def test_a_key_makes_one_child(pair: Cloud):
    parent = accepted(pair, budget_usd=10)
    body = {"to_agent_id": "third", "title": "t", "description": "d", "parent_id": parent}
    answers = [
        pair.post(
            "/messaging/work-order", {"from_agent_id": "boots"}, {**body, "budget_usd": 6}, key="k"
        )
        for _ in range(2)
    ]
    assert answers[0].text == answers[1].text
    assert (pair.head(parent)["children"], pair.head(parent)["committed_cents"]) == (1, 600)


@pytest.mark.parametrize(
    ("dependencies", "write", "read"), [(0, 14, 4.5), (1, 16, 5.5), (3, 20, 7.5)]
)
def test_a_child_costs_four_more_and_two_for_each_open_dependency(
    pair: Cloud, meter: Meter, dependencies: int, write: float, read: float
):
    parent = accepted(pair, budget_usd=10)
    ids = [child(pair, parent) for _ in range(max(1, dependencies))][:dependencies]
    with meter.reading() as cost:
        child(pair, parent, budget_usd=1, **({"depends_on": ids} if ids else {}))
    assert (cost.write_units, cost.read_units) == (write, read)


def test_an_end_costs_its_mark_and_the_end_of_each_child(pair: Cloud, meter: Meter):
    costs = []
    for children in (0, 1, 2):
        parent = accepted(pair)
        for _ in range(children):
            child(pair, parent)
        with meter.reading() as cost:
            assert pair.move("nova", parent, "cancel").status == 200
        costs.append((cost.write_units, cost.read_units))
    assert costs == [(11, 3.5), (11 + 5 + 11, 8.5), (11 + 5 + 22, 9.5)], costs


def test_an_order_without_children_costs_what_it_did(pair: Cloud, meter: Meter):
    accepted(pair)
    with meter.reading() as cost:
        order_id = pair.offer("nova", "boots")
        assert pair.move("boots", order_id, "accept").status == 200
        assert pair.move("nova", order_id, "cancel").status == 200
    assert cost.write_units == 10 + 9 + 11


def test_what_links_an_order_to_its_children_is_removed_with_it(pair: Cloud):
    parent = accepted(pair)
    ids = [child(pair, parent) for _ in range(2)]
    head = pair.head(parent)
    key = {"work_order_id": parent, "part": "head"}
    orders = app("work_orders").orders
    orders.table.delete(key)
    image = {"Keys": encode(key), "OldImage": encode(head), "SequenceNumber": "1"}
    record = {"eventName": "REMOVE", "eventSourceARN": STREAM, "dynamodb": image}
    assert pair.handle("work_orders_purge", {"Records": [record]}, Context()) == {
        "batchItemFailures": []
    }
    left = {item["work_order_id"] for item in pair.items("WorkOrdersTable")}
    assert left == set(ids)


def test_the_end_of_a_dependency_costs_its_mark_and_each_order_that_is_ready(
    pair: Cloud, meter: Meter
):
    costs = []
    for dependents in (0, 1):
        parent = accepted(pair)
        first = child(pair, parent)
        for _ in range(dependents):
            child(pair, parent, depends_on=[first])
        assert pair.move("third", first, "accept").status == 200
        with meter.reading() as cost:
            assert pair.move("third", first, "complete").status == 200
        costs.append(cost.write_units)
    assert costs == [11, 11 + 5 + 7]


def test_the_end_of_an_accepted_child_costs_two_more(pair: Cloud, meter: Meter):
    parent = accepted(pair)
    below = child(pair, parent)
    assert pair.move("third", below, "accept").status == 200
    with meter.reading() as cost:
        assert pair.move("nova", parent, "cancel").status == 200
    assert cost.write_units == 11 + 5 + 13
