"""A list shows each order of one role once, newest first, with one total."""

from datetime import timedelta

import pytest

from agent_messaging import clock, ids
from agent_messaging.storage.table import encode
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import WAYS


def test_a_list_shows_one_role_newest_first(pair: Cloud):
    first, second = (pair.offer("nova", "boots") for _ in range(2))
    pair.offer("boots", "nova")
    page = pair.get("/messaging/work-orders", {"agent_id": "boots", "role": "worker"}).json
    orders = page.pop("work_orders")
    assert [order["work_order_id"] for order in orders] == sorted((first, second), reverse=True)
    alone = pair.order("boots", orders[0]["work_order_id"])
    assert alone["history"]
    assert orders[0] == {**alone, "history": None, "questions": None}
    assert page == {
        "agent_id": "boots",
        "role": "worker",
        "total_orders": 2,
        "total_is_minimum": False,
        "next_cursor": None,
    }
    as_client = pair.get("/messaging/work-orders", {"agent_id": "boots", "role": "client"}).json
    assert as_client["total_orders"] == 1


@pytest.mark.parametrize(
    "query", [{"role": ""}, {"role": "both"}, {"role": "worker", "status": "new"}]
)
def test_a_list_needs_a_known_role_and_a_known_status(pair: Cloud, query: dict):
    answer = pair.get("/messaging/work-orders", {"agent_id": "boots", **query})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] in ("?role", "?status")


@pytest.fixture
def busy(pair: Cloud) -> Cloud:
    """Boots has 230 orders of Nova's: 92 pending, 46 accepted, 92 completed."""
    template = pair.head(pair.offer("nova", "boots"))
    items = []
    for number in range(230):
        moment = clock.now() - timedelta(minutes=number)
        item = {**template, "work_order_id": ids.new("wo", moment)}
        item["status"] = ("pending", "accepted", "completed", "completed", "pending")[number % 5]
        if item["status"] == "completed":
            item |= ended(item)
        items.append({name: value for name, value in item.items() if value is not None})
    key = {"work_order_id": template["work_order_id"], "part": "head"}
    pair.dynamodb.delete_item(TableName="WorkOrdersTable", Key=encode(key))
    pair.write("WorkOrdersTable", *items)
    return pair


def ended(item: dict) -> dict:
    """What an end changes of an order's index keys, and how long the order is kept."""
    return {
        "open_worker_id": None,
        "open_client_id": None,
        "ended_for": f"{item['client_id']}#{item['status']}",
        "purge_at": clock.to_epoch(clock.now() + timedelta(days=1)),
    }


@pytest.mark.parametrize("limit", [23, 100])
def test_every_page_size_gives_each_order_once_and_one_total(busy: Cloud, limit: int):
    for status, number in ((None, 230), ("pending", 92), ("accepted", 46), ("completed", 92)):
        query = {"agent_id": "nova", "role": "client", "limit": limit}
        pages = list(
            busy.pages("/messaging/work-orders", query | ({"status": status} if status else {}))
        )
        orders = [order for page in pages for order in page["work_orders"]]
        found = [order["work_order_id"] for order in orders]
        assert len(found) == len(set(found)) == number
        assert found == sorted(found, reverse=True)
        assert {order["status"] for order in orders} <= ({status} if status else set(WAYS))
        totals = {(page["total_orders"], page["total_is_minimum"]) for page in pages}
        assert totals == {(min(number, 100), number > 100)}


def orders_like(cloud: Cloud, number: int, **attributes: object) -> None:
    """So many orders of Nova's to Boots, which are like one that was offered."""
    template = cloud.head(cloud.offer("nova", "boots"))
    item = {**template, **attributes}
    if attributes.get("status", "pending") not in ("pending", "accepted"):
        item |= ended(item)
    moments = [clock.now() - timedelta(minutes=each + 1) for each in range(number)]
    items = [{**item, "work_order_id": ids.new("wo", moment)} for moment in moments]
    cloud.write("WorkOrdersTable", *items)  # what is None is left out


def test_a_total_by_status_reads_two_batches_beyond_the_pages_own(pair: Cloud):
    orders_like(pair, 420, status="rejected")
    pair.cost()
    query = {"agent_id": "boots", "role": "worker", "status": "completed"}
    page = pair.get("/messaging/work-orders", query).json
    assert (page["work_orders"], page["total_orders"], page["total_is_minimum"]) == ([], 0, True)
    assert [call.operation for call in pair.cost()].count("BatchGetItem") == 3


def test_an_unfiltered_total_counts_what_is_missing_to_be_sure(pair: Cloud):
    orders_like(pair, 130)
    pair.cost()
    page = pair.get("/messaging/work-orders", {"agent_id": "boots", "role": "worker"}).json
    assert (page["total_orders"], page["total_is_minimum"]) == (100, True)
    assert [call.request["Limit"] for call in pair.cost() if call.operation == "Query"] == [50, 51]


def test_a_page_that_ends_at_a_megabyte_says_how_many_there_are(pair: Cloud):
    orders_like(pair, 39, description="x" * 60_000)
    page = pair.get("/messaging/work-orders", {"agent_id": "boots", "role": "worker"}).json
    assert len(page["work_orders"]) < 20
    assert (page["total_orders"], page["total_is_minimum"]) == (40, False)


def test_counting_writes_nothing(pair: Cloud):
    overdue = clock.to_text(clock.now() - timedelta(days=1))
    orders_like(pair, 150, status="completed")
    orders_like(pair, 1)
    late = min(pair.items("WorkOrdersTable"), key=lambda item: item["work_order_id"])
    pair.change(
        "WorkOrdersTable",
        {"work_order_id": late["work_order_id"], "part": "head"},
        status="pending",
        deadline_at=overdue,
    )
    pair.cost()
    query = {"agent_id": "boots", "role": "worker", "status": "completed"}
    assert pair.get("/messaging/work-orders", query).status == 200
    operations = {call.operation for call in pair.cost()}
    assert operations <= {"GetItem", "Query", "BatchGetItem"}
