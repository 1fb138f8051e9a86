"""A large order costs its transitions what a small one does, and a list what it shows."""

from collections.abc import Iterator

import pytest

from agent_messaging.paging import PAGE_BYTES
from agent_messaging.storage.table import encode
from agent_messaging.work_orders.states import Status
from local.in_process.functions import app
from local.in_process.memory import Memory
from local.in_process.metering import Meter
from local.in_process.units import size_of
from tests import poisoned_orders
from tests.integration.calls.operations import BATCH
from tests.integration.cloud import Cloud
from tests.integration.recorder import Call
from tests.integration.work_orders.orders import bring

LONG = "x" * 60_000
LARGE = {"description": LONG, "requirements": {"a": LONG[:40_000]}}  # 100 KB
KILOBYTE = 1024
ORDERS = 20


@pytest.fixture
def meter(pair: Cloud) -> Meter:
    return Meter(pair, [app("work_orders").client])


def cost_of(meter: Meter, cloud: Cloud, agent: str, order_id: str, action: str) -> float:
    with meter.reading() as cost:
        assert cloud.move(agent, order_id, action).status == 200
    return cost.write_units


@pytest.mark.parametrize(
    ("way", "agent", "most"),
    [
        (["accept"], "boots", 9),
        (["reject"], "boots", 9),
        (["cancel"], "nova", 9),
        (["accept", "complete"], "boots", 11),
        (["accept", "fail"], "boots", 11),
        (["accept", "cancel"], "nova", 11),
    ],
)
def test_a_transition_of_a_hundred_kilobytes_costs_as_much_as_of_a_few_bytes(
    pair: Cloud, meter: Meter, way: list[str], agent: str, most: int
):
    bring(pair, "accepted")  # so that the two are contacts
    costs = []
    for offer in ({}, LARGE):
        order_id = pair.offer("nova", "boots", **offer)
        *before, last = way
        for action in before:
            assert pair.move("boots", order_id, action).status == 200
        costs.append(cost_of(meter, pair, agent, order_id, last))
    assert costs == [most, most]


def test_a_small_order_is_one_item_and_costs_what_it_did(pair: Cloud, meter: Meter):
    pair.offer("nova", "boots")
    with meter.reading() as cost:
        pair.offer("nova", "boots")
    # Its head in a transaction and in four indexes; its message and the inbox; the sender's log.
    assert cost.write_units == 2 + 4 + 2 + 1 + 1
    assert {item["part"] for item in pair.items("WorkOrdersTable")} == {"head"}


def test_a_sweep_of_a_large_order_touches_its_head_alone(pair: Cloud, meter: Meter):
    order_id = pair.offer("nova", "boots", **LARGE)
    pair.overdue(order_id)
    with meter.reading() as cost:
        assert pair.sweep() == 1
    assert cost.write_units <= 13


def test_a_whole_order_is_read_in_two_calls_and_a_small_one_in_one(pair: Cloud):
    calls = []
    for offer in ({}, LARGE):
        order_id = pair.offer("nova", "boots", **offer)
        pair.cost()
        pair.order("nova", order_id)
        # Open mode looks whether the caller is registered.
        about = [call for call in pair.cost() if "AgentsTable" not in str(call.request)]
        calls.append([call.operation for call in about])
    assert calls == [["GetItem"], ["GetItem", "BatchGetItem"]]


def test_a_part_that_a_replica_has_not_got_is_read_consistently(pair: Cloud):
    order_id = pair.offer("nova", "boots", **LARGE)
    orders = app("work_orders").orders
    order = orders.fetch(order_id, poisoned_orders.NOW)
    pair.cost()
    key = {"work_order_id": order_id, "part": "offer"}
    pair.dynamodb.delete_item(TableName="WorkOrdersTable", Key=encode(key))
    assert orders.read_parts([order]) == []
    asked = [call.request["RequestItems"]["WorkOrdersTable"] for call in pair.cost()]
    assert [each["ConsistentRead"] for each in asked] == [False, True]
    answer = pair.get(f"/messaging/work-order/{order_id}", {"agent_id": "nova"})
    assert (answer.status, answer.json["code"]) == (404, "work_order_not_found")


def test_a_partial_result_is_read_consistently_because_it_changes(pair: Cloud):
    order_id = pair.offer("nova", "boots", **LARGE)
    assert pair.move("boots", order_id, "accept").status == 200
    assert pair.move("boots", order_id, "progress", partial_result=[1]).status == 200
    pair.cost()
    assert pair.order("nova", order_id)["progress"]["partial_result"] == [1]
    asked = [call.request for call in pair.cost() if call.operation == BATCH]
    tables = [each["RequestItems"]["WorkOrdersTable"] for each in asked]
    assert [
        ([key["part"]["S"] for key in each["Keys"]], each["ConsistentRead"]) for each in tables
    ] == [(["offer"], False), (["partial"], True)]


def test_a_completion_reads_the_schema_alone_and_fails_without_it(pair: Cloud):
    order_id = pair.offer("nova", "boots", **LARGE, result_schema={"type": "object"})
    assert pair.move("boots", order_id, "accept").status == 200
    assert pair.move("boots", order_id, "progress", partial_result=[1]).status == 200
    key = {"work_order_id": order_id, "part": "schema"}
    schema = pair.read("WorkOrdersTable", **key)
    pair.dynamodb.delete_item(TableName="WorkOrdersTable", Key=encode(key))
    answer = pair.move("boots", order_id, "complete", result_data="nothing that fits")
    assert (answer.status, answer.json["code"]) == (404, "work_order_not_found")
    assert pair.head(order_id)["status"] == "accepted"
    pair.write("WorkOrdersTable", schema)
    pair.cost()
    assert pair.move("boots", order_id, "complete", result_data={}).status == 200
    asked = " ".join(str(call.request) for call in pair.cost() if call.operation == BATCH)
    assert "'schema'" in asked
    assert "'offer'" not in asked
    assert "'partial'" not in asked


@pytest.fixture(scope="module")
def twenty(aws: None, registered: Memory) -> Memory:
    """Twenty orders of 128 KB, nested deeply; completed ones have a result of 64 KB beside."""
    cloud = Cloud()
    registered.put_back()
    for item in poisoned_orders.orders(ORDERS, statuses=(Status.PENDING, Status.COMPLETED)):
        cloud.dynamodb.put_item(TableName="WorkOrdersTable", Item=item)
    return Memory()


@pytest.fixture
def poisoned(twenty: Memory, cloud: Cloud) -> Cloud:
    """Those orders: they are made once, because that takes longer than a test."""
    twenty.put_back()
    return cloud


def bytes_read(calls: list[Call]) -> int:
    batches = [call for call in calls if call.operation == "BatchGetItem"]
    items = [i for call in batches for each in call.answer["Responses"].values() for i in each]
    return sum(map(size_of, items))


def queries() -> Iterator[dict[str, str]]:
    for role, agent_id in (("worker", "boots"), ("client", "nova")):
        other = {"worker": {"client_id": "nova"}, "client": {"worker_id": "boots"}}[role]
        for status in (None, "pending", "expired"):
            for more in ({}, other) if status else ({},):
                chosen = {"status": status} if status else {}
                yield {"agent_id": agent_id, "role": role, **chosen, **more}


def test_no_list_reads_more_than_a_page_holds(poisoned: Cloud):
    for query in queries():
        poisoned.cost()
        answer = poisoned.get("/messaging/work-orders", {**query, "limit": 100})
        assert answer.status == 200
        read = bytes_read(poisoned.cost())
        assert read <= PAGE_BYTES + ORDERS * KILOBYTE, query
        assert len(answer.text) <= PAGE_BYTES + 2 * KILOBYTE
        is_empty = query.get("status") == "expired"
        assert (read > PAGE_BYTES / 2) is not is_empty, "the bound is not reached"


@pytest.mark.parametrize(
    ("role", "agent_id", "status"),
    [("worker", "boots", None), ("worker", "boots", "pending"), ("client", "nova", "completed")],
)
def test_a_page_that_is_cut_by_bytes_goes_on_and_has_one_total(
    poisoned: Cloud, role: str, agent_id: str, status: str | None
):
    query = {"agent_id": agent_id, "role": role, "limit": 100}
    query |= {"status": status} if status else {}
    pages = list(poisoned.pages("/messaging/work-orders", query))
    found = [each["work_order_id"] for page in pages for each in page["work_orders"]]
    number = ORDERS // 2 if status else ORDERS
    assert len(found) == len(set(found)) == number
    assert found == sorted(found, reverse=True)
    assert len(pages) > 1
    assert {(page["total_orders"], page["total_is_minimum"]) for page in pages} == {(number, False)}


def test_an_answer_is_bounded_though_characters_grow_in_it(pair: Cloud):
    # A control character is one byte in the table, and six in an answer.
    order_id = pair.offer("nova", "boots", description="x" * 5_000)
    key = {"work_order_id": order_id, "part": "offer"}
    template, offer = pair.head(order_id), pair.read("WorkOrdersTable", **key)
    for number in range(12):
        other = {"work_order_id": f"{order_id[:-2]}{number:02}"}
        offer["description"] = "\u0001" * 64 * KILOBYTE
        pair.write("WorkOrdersTable", {**template, **other, "offer_bytes": 65_547})
        pair.write("WorkOrdersTable", {**offer, **other})
    query = {"agent_id": "boots", "role": "worker", "limit": 100}
    pages = list(pair.pages("/messaging/work-orders", query))
    assert sum(len(page["work_orders"]) for page in pages) in (12, 13)
    assert max(len(page["work_orders"]) for page in pages) <= 3
    assert {page["total_orders"] for page in pages} in ({12}, {13})


def test_a_count_reads_no_offer(poisoned: Cloud):
    poisoned.cost()
    beat = poisoned.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    stats = poisoned.get("/messaging/stats", {"agent_id": "boots"}).json
    pending = ORDERS // 2
    assert (beat["pending_work_orders"], stats["pending_work_orders"]) == (pending, pending)
    assert bytes_read(poisoned.cost()) == 0
