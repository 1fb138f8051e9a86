"""A lease: a worker that reports nothing for so long loses the order, exactly at its end."""

import pytest

from tests.integration.cloud import Cloud
from tests.integration.work_orders.moments import LEASE, Watch, told
from tests.integration.work_orders.orders import states


def test_a_lease_starts_when_the_order_is_accepted(pair: Cloud, watch: Watch, leased: str):
    order = pair.order("nova", leased)
    assert (order["lease_seconds"], order["lease_expires_at"]) == (LEASE, watch.text(10 + LEASE))
    assert (order["lapses"], order["progress"]) == (0, None)


def test_a_pending_order_has_no_running_lease(pair: Cloud, watch: Watch):
    leased = pair.offer("nova", "boots", lease_seconds=LEASE)
    watch.at(10 * LEASE)
    order = pair.order("nova", leased)
    assert (order["status"], order["lease_expires_at"]) == ("pending", None)


@pytest.mark.parametrize("seconds", [59, 604_801, 1.5])
def test_a_lease_has_bounds(pair: Cloud, seconds: float):
    answer = pair.post(
        "/messaging/work-order",
        {"from_agent_id": "nova"},
        {"to_agent_id": "boots", "title": "T", "description": "D", "lease_seconds": seconds},
    )
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "#/lease_seconds"


def look(cloud: Cloud, order_id: str) -> str:
    return cloud.order("nova", order_id)["status"]


def list_failed(cloud: Cloud, order_id: str) -> str:
    query = {"agent_id": "boots", "role": "worker", "status": "failed"}
    return cloud.get("/messaging/work-orders", query).json["work_orders"][0]["status"]


def sweep(cloud: Cloud, order_id: str) -> str:
    swept = cloud.swept()
    assert (swept["lapsed"], swept["expired"], swept["overdue"]) == (1, 0, 0)
    return str(cloud.head(order_id)["status"])


def complete(cloud: Cloud, order_id: str) -> str:
    return cloud.move("boots", order_id, "complete").json["current_status"]


def progress(cloud: Cloud, order_id: str) -> str:
    return cloud.move("boots", order_id, "progress").json["current_status"]


def cancel(cloud: Cloud, order_id: str) -> str:
    return cloud.move("nova", order_id, "cancel").json["current_status"]


FINDERS = [look, list_failed, sweep, complete, progress, cancel]


@pytest.mark.parametrize("find", FINDERS)
@pytest.mark.parametrize("late", [0, 0.001, 5])
def test_whoever_meets_a_lapsed_order_first_ends_it_once(
    pair: Cloud, watch: Watch, leased: str, find, late: float
):
    end = watch.at(10 + LEASE)
    watch.at(10 + LEASE + late)
    assert find(pair, leased) == "failed"
    order = pair.order("nova", leased)
    assert (order["status"], order["reason_code"], order["failed_at"]) == ("failed", "lapsed", end)
    assert (order["ended_by"], order["lapses"], order["lease_expires_at"]) == ("system", 1, None)
    assert order["history"][-1]["action"] == "lapse"
    assert states(pair, "boots") == (0, 0)
    lapsed = {"status": "failed", "reason_code": "lapsed"}
    assert told(pair, "boots") == [lapsed]
    assert told(pair, "nova") == [{"status": "accepted"}, lapsed]
    # Whose clock is behind finds it so, too.
    watch.at(10 + LEASE - 5)
    for agent_id, action in (("boots", "complete"), ("boots", "progress"), ("nova", "cancel")):
        answer = pair.move(agent_id, leased, action)
        assert (answer.status, answer.json["current_status"]) == (409, "failed")
    assert pair.swept()["lapsed"] == 0
    assert len(told(pair, "nova")) == 2
    assert not {"due_at", "due_shard", "open_worker_id"} & set(pair.head(leased))


@pytest.mark.parametrize("action", ["complete", "fail"])
def test_a_moment_before_its_end_the_worker_is_in_time(
    pair: Cloud, watch: Watch, leased: str, action: str
):
    watch.at(10 + LEASE - 0.001)
    assert pair.move("boots", leased, action).status == 200
    watch.at(10 * LEASE)
    assert pair.swept()["lapsed"] == 0
    assert pair.order("nova", leased)["reason_code"] is None


def test_a_report_renews_the_lease_and_the_sweep_moves_the_entry(
    pair: Cloud, watch: Watch, leased: str
):
    entry = pair.head(leased)["due_at"]
    watch.at(LEASE)
    answer = pair.move("boots", leased, "progress")
    renewed = watch.at(2 * LEASE)
    assert (answer.status, answer.json["lease_expires_at"]) == (200, renewed)
    assert pair.head(leased)["due_at"] == entry
    watch.at(10 + LEASE)
    assert pair.swept()["lapsed"] == 0
    assert pair.head(leased)["due_at"] == f"{renewed}#{leased}"
    assert pair.order("nova", leased)["status"] == "accepted"
    watch.at(2 * LEASE)
    assert pair.swept()["lapsed"] == 1


def test_a_report_by_a_slow_clock_does_not_move_the_lease_back(
    pair: Cloud, watch: Watch, leased: str
):
    watch.at(30)
    pair.move("boots", leased, "progress")
    watch.at(20)
    assert pair.move("boots", leased, "progress").json["lease_expires_at"] == watch.at(30 + LEASE)


def test_an_order_without_a_lease_lasts(pair: Cloud, watch: Watch):
    watch.at(0)
    leased = pair.offer("nova", "boots")
    pair.move("boots", leased, "accept")
    assert pair.move("boots", leased, "progress").json["lease_expires_at"] is None
    watch.at(1_000_000)
    assert pair.swept()["lapsed"] == 0
    assert pair.order("nova", leased)["status"] == "accepted"
