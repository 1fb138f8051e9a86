"""Clocks differ: an order expires in storage before anybody is told, and then for everybody."""

from datetime import datetime, timedelta

import pytest

from agent_messaging import clock
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.calls.operations import TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import notices, states

DEADLINE = datetime.fromisoformat("2036-01-01T12:00:00Z")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):
    """Puts the clock of whoever comes next so many seconds behind the deadline."""

    def put(seconds: float) -> None:
        moment = DEADLINE + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return put


@pytest.fixture
def order_id(pair: Cloud, at) -> str:
    at(-60)
    return pair.offer("nova", "boots", deadline_at=clock.to_text(DEADLINE))


def look(cloud: Cloud, order_id: str) -> str:
    return cloud.order("nova", order_id)["status"]


def list_all(cloud: Cloud, order_id: str) -> str:
    (order,) = cloud.get("/messaging/work-orders", {"agent_id": "boots", "role": "worker"}).json[
        "work_orders"
    ]
    return order["status"]


def list_expired(cloud: Cloud, order_id: str) -> str:
    query = {"agent_id": "nova", "role": "client", "status": "expired"}
    return cloud.get("/messaging/work-orders", query).json["work_orders"][0]["status"]


def accept(cloud: Cloud, order_id: str) -> str:
    return cloud.move("boots", order_id, "accept").json["current_status"]


def reject(cloud: Cloud, order_id: str) -> str:
    return cloud.move("boots", order_id, "reject").json["current_status"]


def cancel(cloud: Cloud, order_id: str) -> str:
    return cloud.move("nova", order_id, "cancel").json["current_status"]


@pytest.mark.parametrize("find", [look, list_all, list_expired, accept, reject, cancel])
@pytest.mark.parametrize("seconds", [0, 0.001, 5])
def test_whoever_first_finds_it_overdue_stores_that(
    pair: Cloud, at, order_id: str, find, seconds: float
):
    at(seconds)
    assert find(pair, order_id) == "expired"
    stored = pair.head(order_id)
    assert (stored["status"], stored["expired_at"]) == ("expired", clock.to_text(DEADLINE))
    assert [len(notices(pair, agent_id)) for agent_id in ("nova", "boots")] == [1, 1]
    # Whose clock is behind finds it so, too.
    at(-5)
    for agent_id, action in (("boots", "accept"), ("boots", "reject"), ("nova", "cancel")):
        answer = pair.move(agent_id, order_id, action)
        assert (answer.status, answer.json["current_status"]) == (409, "expired")
    assert look(pair, order_id) == "expired"
    assert pair.sweep() == 0
    assert states(pair, "boots") == (0, 0)
    assert len(notices(pair, "nova")) == 1


@pytest.mark.parametrize("find", [look, list_all])
def test_a_millisecond_before_it_is_pending(pair: Cloud, at, order_id: str, find):
    at(-0.001)
    before = pair.digest()
    assert find(pair, order_id) == "pending"
    assert pair.sweep() == 0
    assert pair.digest() == before
    assert pair.move("boots", order_id, "accept").status == 200


def test_an_accept_by_a_slow_clock_stands_against_a_reader_ahead(pair: Cloud, at, order_id: str):
    def accept_behind() -> int:
        at(-5)
        status = pair.move("boots", order_id, "accept").status
        at(5)
        return status

    at(5)
    with overtaken("work_orders", TRANSACT, accept_behind) as happened:
        assert look(pair, order_id) == "accepted"
    assert happened == [200]
    assert states(pair, "boots") == (1, 0)
    assert [notice["subject"] for notice in notices(pair, "nova")] == ["Work order accepted"]


def test_an_accepted_order_does_not_expire(pair: Cloud, at, order_id: str):
    at(-1)
    assert pair.move("boots", order_id, "accept").status == 200
    at(3600)
    assert pair.sweep() == 0
    assert look(pair, order_id) == "accepted"
    assert pair.move("boots", order_id, "complete").status == 200
