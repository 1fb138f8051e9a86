"""What changed between reading and writing decides, and not what was read."""

import pytest

from agent_messaging.work_orders.access import OrderAccess
from tests.integration.cloud import Cloud


def test_an_order_that_changed_between_reading_and_writing_is_read_again(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    """A client cancels while the worker's accept is on its way: the accept finds it cancelled."""
    order_id = pair.offer("nova", "boots")
    read = OrderAccess.open
    moved = []

    def read_then_be_overtaken(self, *arguments, **more):
        found = read(self, *arguments, **more)
        if not moved:
            moved.append(True)
            assert pair.move("nova", order_id, "cancel").status == 200
        return found

    monkeypatch.setattr(OrderAccess, "open", read_then_be_overtaken)
    answer = pair.move("boots", order_id, "accept")
    assert (answer.status, answer.json["current_status"]) == (409, "cancelled")
    assert pair.profile("boots")["current_active_jobs"] == 0


def test_a_full_worker_stays_full_though_it_looked_free(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"max_concurrent_jobs": 1})
    first, second = (pair.offer("nova", "boots") for _ in range(2))
    read = OrderAccess.open
    moved = []

    def read_then_be_overtaken(self, *arguments, **more):
        found = read(self, *arguments, **more)
        if not moved:
            moved.append(True)
            assert pair.move("boots", first, "accept").status == 200
        return found

    monkeypatch.setattr(OrderAccess, "open", read_then_be_overtaken)
    answer = pair.move("boots", second, "accept")
    assert (answer.status, answer.json["code"]) == (409, "at_capacity")
    assert pair.order("boots", second)["status"] == "pending"
