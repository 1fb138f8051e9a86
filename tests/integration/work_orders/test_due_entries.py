"""No order is left without an entry of the sweep, or with a late one, whatever moves it."""

from agent_messaging import clock
from agent_messaging.work_orders.states import Action
from local.in_process.functions import app
from local.in_process.metering import Meter
from tests.integration.cloud import Cloud
from tests.integration.work_orders.moments import LEASE, Watch
from tests.integration.work_orders.pools import claim, join, pool_order
from tests.integration.work_orders.test_lease_conditions import at, is_written, stored, write_of

FIRST = 10 + LEASE  # the end of the first lease
DEADLINE = 2 * 24 * 3600


def entry(cloud: Cloud, order_id: str) -> str:
    """The time of the order's entry in the index `due`."""
    head = cloud.head(order_id)
    assert "due_shard" in head
    return str(head["due_at"].partition("#")[0])


def test_an_answer_takes_the_entry_back_that_the_sweep_has_moved_to_its_time(
    pair: Cloud, watch: Watch, leased: str
):
    pair.move("boots", leased, "ask", question="How?")
    read = stored(leased)
    app("work_orders").orders.postpone(read, at(FIRST))
    assert entry(pair, leased) == clock.to_text(read.answer_by)
    assert is_written(write_of(read, Action.ANSWER, FIRST, answer="So."))
    assert entry(pair, leased) <= watch.text(FIRST + LEASE)


def test_a_question_has_an_entry_although_the_deadline_was_just_told(pair: Cloud, watch: Watch):
    watch.at(0)
    order_id = pair.offer("nova", "boots", deadline_at=watch.text(DEADLINE))
    pair.move("boots", order_id, "accept")
    read, orders = stored(order_id), app("work_orders").orders
    assert is_written(orders.transact_overdue(read, at(DEADLINE)))
    asked = {"question": "How?", "question_id": "qst_1"}
    assert is_written(write_of(read, Action.ASK, DEADLINE, **asked))
    assert entry(pair, order_id) <= clock.to_text(stored(order_id).answer_by)


def test_a_claim_takes_the_entry_back_that_the_sweep_has_moved_to_the_deadline(
    pair: Cloud, watch: Watch
):
    watch.at(0)
    join(pair, "ada", "ben")
    deadline = watch.text(DEADLINE)
    order_id = pool_order(pair, "nova", lease_seconds=LEASE, deadline_at=deadline)
    watch.at(10)
    assert claim(pair, "ada", order_id).status == 200
    watch.at(FIRST)
    assert pair.order("nova", order_id)["status"] == "pending"
    read = stored(order_id)
    app("work_orders").orders.postpone(read, at(FIRST))
    assert entry(pair, order_id) == deadline
    assert is_written(write_of(read, Action.CLAIM, FIRST, worker=read.client))
    assert entry(pair, order_id) <= watch.text(FIRST + LEASE)


def test_an_entry_that_stays_costs_nothing(pair: Cloud):
    """Each move writes the keys of the entry. An equal value writes nothing into the index."""
    client = app("work_orders").client
    pair.move("boots", pair.offer("nova", "boots"), "accept")  # makes Nova a contact
    units = []
    for order in ({}, {"deadline_at": "2099-01-01T00:00:00Z"}):
        order_id = pair.offer("nova", "boots", **order)
        with Meter(pair, [client]).reading() as cost:
            assert pair.move("boots", order_id, "accept").status == 200
        units.append(cost.write_units)
    assert units[0] == units[1]
