"""An order past its deadline is expired for everyone, swept or not."""

from datetime import timedelta

from agent_messaging import clock
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
