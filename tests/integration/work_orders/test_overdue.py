"""The deadline of an accepted order without a lease: both parties are told, once."""

import json
from collections import Counter

from tests.integration.cloud import Cloud
from tests.integration.work_orders.moments import LEASE, Watch, outbox, told
from tests.integration.work_orders.orders import states


def accepted(cloud: Cloud, watch: Watch, **order) -> str:
    watch.at(0)
    order_id = cloud.offer("nova", "boots", deadline_at=watch.text(1000), **order)
    watch.at(10)
    assert cloud.move("boots", order_id, "accept").status == 200
    return order_id


def test_both_are_told_once_and_the_order_goes_on(pair: Cloud, watch: Watch):
    order_id = accepted(pair, watch)
    watch.at(999)
    assert pair.swept()["overdue"] == 0
    at = watch.at(1000)
    assert pair.swept()["overdue"] == 1
    for agent_id in ("nova", "boots"):
        [(kind, text)] = outbox(pair, agent_id)
        data = json.loads(text)
        assert kind == "work_order.overdue"
        assert (data["work_order_id"], data["status"], data["deadline_at"]) == (
            order_id,
            "accepted",
            at,
        )
        assert data["actor"] == {"role": "system", "id": "system"}
    order = pair.order("nova", order_id)
    assert (order["status"], order["overdue_at"], states(pair, "boots")) == ("accepted", at, (1, 0))
    assert not {"due_at", "due_shard"} & set(pair.head(order_id))
    watch.at(5000)
    before = pair.digest()
    assert pair.swept()["overdue"] == 0
    assert pair.digest() == before
    assert told(pair, "boots") == []
    assert pair.move("boots", order_id, "complete").status == 200


def test_an_order_that_ended_in_time_is_never_overdue(pair: Cloud, watch: Watch):
    order_id = accepted(pair, watch)
    assert "due_at" in pair.head(order_id)
    pair.move("boots", order_id, "complete")
    assert "due_at" not in pair.head(order_id)
    watch.at(2000)
    assert pair.swept()["overdue"] == 0
    assert outbox(pair, "nova") == []


def test_a_lease_takes_the_place_of_the_deadline(pair: Cloud, watch: Watch):
    order_id = accepted(pair, watch, lease_seconds=3600)
    watch.at(1000)
    assert pair.swept() == Counter()
    assert pair.order("nova", order_id)["status"] == "accepted"
    watch.at(10 + 3600)
    assert pair.swept()["lapsed"] == 1
    assert outbox(pair, "nova") == []


def test_the_entry_of_a_short_lease_stands_before_the_deadline(pair: Cloud, watch: Watch):
    order_id = accepted(pair, watch, lease_seconds=LEASE)
    watch.at(10 + LEASE)
    assert pair.swept()["lapsed"] == 1
    assert pair.order("nova", order_id)["status"] == "failed"
