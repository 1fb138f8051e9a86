"""A list shows each order of one role once, newest first, with one total."""

from datetime import timedelta

import pytest

from agent_messaging import clock, ids
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import WAYS


def test_a_list_shows_one_role_newest_first(pair: Cloud):
    first, second = (pair.offer("nova", "boots") for _ in range(2))
    pair.offer("boots", "nova")
    page = pair.get("/messaging/work-orders", {"agent_id": "boots", "role": "worker"}).json
    orders = page.pop("work_orders")
    assert [order["work_order_id"] for order in orders] == sorted((first, second), reverse=True)
    assert orders[0] == pair.order("boots", orders[0]["work_order_id"])
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
    "query", [{}, {"role": ""}, {"role": "both"}, {"role": "worker", "status": "new"}]
)
def test_a_list_needs_a_role_and_a_known_status(pair: Cloud, query: dict):
    answer = pair.get("/messaging/work-orders", {"agent_id": "boots", **query})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] in ("?role", "?status")


@pytest.fixture
def busy(pair: Cloud) -> Cloud:
    """Boots has 230 orders of Nova's: 92 pending, 46 accepted, 92 completed."""
    template = pair.read("WorkOrdersTable", work_order_id=pair.offer("nova", "boots"))
    items = []
    for number in range(230):
        moment = clock.now() - timedelta(minutes=number)
        item = {**template, "work_order_id": ids.new("wo", moment)}
        item["status"] = ("pending", "accepted", "completed", "completed", "pending")[number % 5]
        if item["status"] == "completed":
            del item["open_worker_id"], item["open_client_id"]
        items.append(item)
    pair.dynamodb.delete_item(
        TableName="WorkOrdersTable", Key={"work_order_id": {"S": template["work_order_id"]}}
    )
    pair.write("WorkOrdersTable", *items)
    return pair


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
