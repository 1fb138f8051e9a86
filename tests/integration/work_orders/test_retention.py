"""An ended order is kept so long, and then gone for everybody; its long offer is removed once."""

import copy
import json
from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.storage.table import encode
from local.in_process.functions import app, fresh
from local.in_process.runtime import Context
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import WAYS, bring
from tests.unit.stats.records import STREAM

LONG = "x" * 5_000
YEAR = timedelta(days=365)
ENDED = [status for status in WAYS if status not in ("pending", "accepted")]


def gone(cloud: Cloud, order_id: str) -> None:
    """The order's retention is over, and DynamoDB has not removed it yet."""
    key = {"work_order_id": order_id, "part": "head"}
    cloud.change("WorkOrdersTable", key, purge_at=clock.to_epoch(clock.now()))


@pytest.mark.parametrize("status", WAYS)
def test_an_order_has_an_end_once_it_is_ended(pair: Cloud, status: str):
    head = pair.head(bring(pair, status))
    if status not in ENDED:
        assert "purge_at" not in head
        return
    assert abs(head["purge_at"] - clock.to_epoch(clock.now() + YEAR)) <= 5


def retention_of(days: int) -> timedelta:
    environment = {"ORDER_RETENTION_DAYS": str(days), "MESSAGE_RETENTION_DAYS": "1"}
    return fresh("work_orders", **environment).orders.retention


def test_the_parameter_says_how_long(pair: Cloud):
    assert retention_of(1) == timedelta(days=1)
    assert retention_of(365) == YEAR


@pytest.mark.parametrize("status", ENDED)
def test_what_is_past_its_retention_does_not_exist(pair: Cloud, status: str):
    kept, order_id = bring(pair, status), bring(pair, status)
    gone(pair, order_id)
    for agent_id, role in (("nova", "client"), ("boots", "worker")):
        answer = pair.get(f"/messaging/work-order/{order_id}", {"agent_id": agent_id})
        assert (answer.status, answer.json["code"]) == (404, "work_order_not_found")
        for chosen in ({}, {"status": status}):
            query = {"agent_id": agent_id, "role": role, **chosen}
            page = pair.get("/messaging/work-orders", query).json
            assert [each["work_order_id"] for each in page["work_orders"]] == [kept]
    for action in ("accept", "complete"):
        answer = pair.move("boots", order_id, action)
        assert (answer.status, answer.json["code"]) == (404, "work_order_not_found")


def test_a_total_of_an_index_leaves_out_what_is_past_its_retention(pair: Cloud):
    orders = [bring(pair, "completed") for _ in range(3)]
    gone(pair, orders[0])
    query = {"agent_id": "nova", "role": "client", "status": "completed", "limit": 1}
    assert pair.get("/messaging/work-orders", query).json["total_orders"] == 2


def removal(cloud: Cloud, order_id: str) -> dict:
    """The record of the stream once DynamoDB has removed the head."""
    head = cloud.head(order_id)
    key = encode({"work_order_id": order_id, "part": "head"})
    cloud.dynamodb.delete_item(TableName="WorkOrdersTable", Key=key)
    image = json.loads(json.dumps(encode(head), default=bytes.hex))
    return {
        "eventName": "REMOVE",
        "eventSourceARN": STREAM,
        "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
        "dynamodb": {"Keys": key, "OldImage": image, "SequenceNumber": "1" * 21},
    }


def purge(*records: dict) -> dict:
    return app("work_orders_purge").handler({"Records": [*records]}, Context())


def test_a_long_offer_goes_with_its_head_and_a_repetition_does_no_harm(pair: Cloud):
    order_id, other = (pair.offer("nova", "boots", description=LONG) for _ in range(2))
    assert pair.move("boots", order_id, "reject").status == 200
    record = removal(pair, order_id)
    for _ in range(2):
        assert purge(record) == {"batchItemFailures": []}
        assert [each["work_order_id"] for each in pair.items("WorkOrdersTable")] == [other] * 2
    assert pair.order("boots", other)["description"] == LONG


def test_nothing_is_deleted_but_for_the_head_of_a_long_offer(pair: Cloud):
    record = removal(pair, bring(pair, "completed"))
    pair.cost()
    inserted = {**record, "eventName": "INSERT"}
    part = copy.deepcopy(record)
    part["dynamodb"]["Keys"]["part"]["S"] = "offer"
    part["dynamodb"]["OldImage"]["offer_bytes"] = {"N": "5000"}
    assert purge(record, inserted, part) == {"batchItemFailures": []}
    assert pair.cost() == []


def test_what_cannot_be_removed_is_delivered_again_from_there(
    pair: Cloud, caplog: pytest.LogCaptureFixture
):
    first, second = (pair.offer("nova", "boots", description=LONG) for _ in range(2))
    for order_id in (first, second):
        pair.move("boots", order_id, "reject")
    records = [removal(pair, order_id) for order_id in (first, second)]
    records[1]["dynamodb"]["SequenceNumber"] = "2" * 21
    broken = {"dynamodb": {"SequenceNumber": "3" * 21}}

    answer = purge(records[0], broken, records[1])

    assert answer == {"batchItemFailures": [{"itemIdentifier": "3" * 21}]}
    assert [each["work_order_id"] for each in pair.items("WorkOrdersTable")] == [second]
    [line] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert line.getMessage() == "parts of a removed order cannot be removed"


def test_a_result_has_a_retention_of_its_own(pair: Cloud):
    order_id = pair.offer("nova", "boots", description=LONG)
    pair.move("boots", order_id, "accept")
    pair.move("boots", order_id, "complete", summary=LONG)
    parts = {each["part"]: each.get("purge_at") for each in pair.items("WorkOrdersTable")}
    assert parts["result"] == parts["head"]
    assert parts["offer"] is None
