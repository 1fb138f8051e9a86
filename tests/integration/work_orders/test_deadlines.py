"""An order past its deadline is expired for everyone, swept or not."""

from datetime import timedelta

from agent_messaging import clock
from agent_messaging.agents.model import Agent
from agent_messaging.storage.transactions import transact
from agent_messaging.work_orders.table import WorkOrdersTable
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import FUTURE


def test_an_order_past_its_deadline_is_expired_before_any_sweep(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    deadline = pair.overdue(order_id)
    order = pair.order("nova", order_id)
    assert (order["status"], order["expired_at"]) == ("expired", deadline)
    before = pair.digest()
    for agent_id, action in (("boots", "accept"), ("boots", "reject"), ("nova", "cancel")):
        answer = pair.move(agent_id, order_id, action)
        assert (answer.status, answer.json["current_status"]) == (409, "expired")
    assert pair.digest() == before


def test_an_order_past_its_deadline_is_listed_as_expired_and_not_as_pending(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    pair.overdue(order_id)
    query = {"agent_id": "boots", "role": "worker"}
    for status, number in (("pending", 0), ("expired", 1), ("accepted", 0)):
        page = pair.get("/messaging/work-orders", {**query, "status": status}).json
        assert page["total_orders"] == len(page["work_orders"]) == number


def test_an_order_past_its_deadline_does_not_count_as_waiting(pair: Cloud):
    overdue = [pair.offer("nova", "boots", deadline_at=FUTURE) for _ in range(2)]
    pair.offer("nova", "boots", deadline_at=FUTURE)
    pair.offer("nova", "boots")
    pair.offer("boots", "nova", deadline_at=FUTURE)
    for order_id in overdue:
        pair.overdue(order_id)
    assert counts_of_waiting(pair, "boots") == (2, 2)
    pair.sweep()
    assert counts_of_waiting(pair, "boots") == (2, 2)


def test_orders_behind_a_page_of_overdue_ones_count_as_waiting(pair: Cloud):
    orders = WorkOrdersTable(pair.dynamodb, "WorkOrdersTable")
    boots = Agent(agent_id="boots", name="Boots", created_at=clock.now())
    for _ in range(2):
        pair.offer("nova", "boots")
    for _ in range(3):
        pair.overdue(pair.offer("nova", "boots", deadline_at=FUTURE))
    assert orders.count_pending(boots, 3, clock.now()) == 2


def test_a_mark_of_leaving_is_no_overdue_order(pair: Cloud):
    orders = WorkOrdersTable(pair.dynamodb, "WorkOrdersTable")
    boots = Agent(agent_id="boots", name="Boots", created_at=clock.now())
    order_id = pair.offer("nova", "boots")
    transact(pair.dynamodb, [orders.transact_mark_leaving(order_id, clock.now())])
    assert orders.count_pending(boots, 3, clock.now()) == 1


def test_an_order_waits_until_the_millisecond_of_its_deadline(pair: Cloud):
    orders = WorkOrdersTable(pair.dynamodb, "WorkOrdersTable")
    boots = Agent(agent_id="boots", name="Boots", created_at=clock.now())
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    deadline = clock.from_text(pair.order("boots", order_id)["deadline_at"])
    millisecond = timedelta(milliseconds=1)
    assert orders.count_pending(boots, 100, deadline - millisecond) == 1
    assert orders.count_pending(boots, 100, deadline) == 0


def test_an_accepted_order_does_not_expire(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    pair.move("boots", order_id, "accept")
    pair.change(
        "WorkOrdersTable",
        {"work_order_id": order_id, "part": "head"},
        deadline_at=clock.to_text(clock.now() - timedelta(days=1)),
    )
    assert pair.sweep() == 0
    assert pair.order("boots", order_id)["status"] == "accepted"
    assert pair.move("boots", order_id, "complete").status == 200


def counts_of_waiting(cloud: Cloud, agent_id: str) -> tuple[int, int]:
    beat = cloud.post("/messaging/heartbeat", {"agent_id": agent_id}).json
    stats = cloud.get("/messaging/stats", {"agent_id": agent_id}).json
    return beat["pending_work_orders"], stats["pending_work_orders"]
