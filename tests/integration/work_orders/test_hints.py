"""Hints tell candidates that listen of an order that they could take, and cost a bounded amount."""

from dataclasses import replace
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.storage import units
from local.in_process.functions import app
from local.in_process.metering import Meter
from local.in_process.runtime import Context
from tests.integration.cloud import Cloud
from tests.integration.relay.streams import records_of
from tests.integration.work_orders import hinted
from tests.integration.work_orders.hinted import FRAME, LATER, connected, told
from tests.integration.work_orders.pools import CAPABILITY, block, claim, pool_order
from tests.integration.work_orders.test_pool_races import lapse
from tests.integration.work_orders.trees import accepted, child

ORDERS = "WorkOrdersTable"


@pytest.fixture(autouse=True)
def unhurried(pair: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted and not made. Each is as long as it has to be."""
    pauses: list[float] = []
    module = app("work_orders_purge")
    changed = replace(module.hints, pause=pauses.append, ticks=lambda: sum(pauses))
    monkeypatch.setattr(module, "hints", changed)
    return pauses


def new_entries(cloud: Cloud) -> list[dict[str, Any]]:
    """The records of the stream that say that an order can be taken."""
    records = records_of(ORDERS)
    return [each for each in records if "pool_for" in each["dynamodb"].get("NewImage", {})]


def delivered(cloud: Cloud, *records: dict[str, Any], milliseconds: int = 30_000) -> list[Any]:
    """Deliver a batch: what was reported."""
    context = Context(milliseconds)
    answer = cloud.handle("work_orders_purge", {"Records": [*records]}, context)
    failures: list[Any] = answer["batchItemFailures"]
    return failures


def test_a_connected_candidate_is_told_of_a_new_order(pair: Cloud):
    ada = connected(pair, "ada")
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(ada) == [[FRAME]]


def test_orders_that_come_together_are_told_once(pair: Cloud):
    ada = connected(pair, "ada")
    for _ in range(3):
        pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(ada) == [[FRAME]]


def test_an_order_for_bids_is_told_too(pair: Cloud):
    ada = connected(pair, "ada")
    pool_order(pair, "nova", bids_by=LATER)
    pair.pump(ORDERS)
    assert told(ada) == [[FRAME]]


def test_neither_a_named_order_nor_what_becomes_of_an_order_is_told(pair: Cloud):
    ada = connected(pair, "ada")
    pair.offer("nova", "ada")
    order_id = pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(ada) == [[FRAME]]
    assert claim(pair, "ada", order_id).status == 200
    assert pair.move("ada", order_id, "progress", percent=50).status == 200
    assert pair.move("ada", order_id, "complete").status == 200
    pair.pump(ORDERS)
    assert told(ada) == [[]]


def test_the_client_and_those_without_the_capability_are_not_told(pair: Cloud):
    client, other = connected(pair, "client"), connected(pair, "other", capabilities=["painting"])
    pool_order(pair, "client")
    pair.pump(ORDERS)
    assert told(client, other) == [[], []]


@pytest.mark.parametrize(("owner", "blocked"), [("nova", "ada"), ("ada", "nova")])
def test_a_block_in_either_direction_stops_a_hint(pair: Cloud, owner: str, blocked: str):
    ada, ben = connected(pair, "ada"), connected(pair, "ben")
    block(pair, owner, blocked)
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(ada, ben) == [[], [FRAME]]


@pytest.mark.parametrize(
    "presence", [{"accepts_work_orders": False}, {"max_concurrent_jobs": 1}], ids=str
)
def test_who_takes_no_more_orders_is_not_told(pair: Cloud, presence: dict[str, object]):
    ada = connected(pair, "ada")
    claim(pair, "ada", pool_order(pair, "third"))
    pair.pump(ORDERS)
    told(ada)
    assert pair.call("PUT", "/messaging/presence", {"agent_id": "ada"}, presence).status == 200
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(ada) == [[]]


def test_who_left_or_lost_the_capability_is_not_told(pair: Cloud):
    ada, ben = connected(pair, "ada"), connected(pair, "ben")
    assert pair.call("DELETE", "/agents/me", {"agent_id": "ada"}).status == 200
    body = {"capabilities": ["painting"]}
    assert pair.call("PATCH", "/agents/me", {"agent_id": "ben"}, body).status == 200
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(ada, ben) == [[], []]
    assert [i for i in pair.items("AgentFeedTable") if i["entry"].startswith("h#")] == []


def test_a_reopened_order_is_told_to_all_but_the_worker_that_lost_it(pair: Cloud):
    ada, ben = connected(pair, "ada"), connected(pair, "ben")
    order_id = pool_order(pair, "nova", lease_seconds=60)
    assert claim(pair, "ada", order_id).status == 200
    pair.pump(ORDERS)
    told(ada, ben)
    lapse(pair, order_id)
    pair.pump(ORDERS)
    assert told(ada, ben) == [[], [FRAME]]


def test_an_order_is_told_when_it_becomes_ready(pair: Cloud):
    ada = connected(pair, "ada")
    parent = accepted(pair, budget_usd=10, deadline_at=LATER)
    first = child(pair, parent)
    pool_order(pair, "boots", parent_id=parent, depends_on=[first])
    pair.pump(ORDERS)
    assert told(ada) == [[]]
    for action in ("accept", "complete"):
        assert pair.move("third", first, action).status == 200
    pair.pump(ORDERS)
    assert told(ada) == [[FRAME]]


def test_an_agent_is_told_on_the_connection_that_it_used_last(pair: Cloud):
    agent = pair.register("ada", capabilities=[CAPABILITY])
    old, new = hinted.another(pair, agent.keyed), hinted.another(pair, agent.keyed)
    key = {"agent_id": "ada", "entry": f"z#ws#{new.id}"}
    later = int(pair.read("AgentFeedTable", **key)["purge_at"]) + 1
    pair.change("AgentFeedTable", key, purge_at=later)
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(old, new) == [[], [FRAME]]
    new.end(is_told=False)
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(old) == [[FRAME]]


def test_a_candidate_that_took_no_frame_finds_the_hint_when_it_waits(pair: Cloud):
    ada = connected(pair, "ada")
    pair.sockets.lose_posts = lambda _: True
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert ada.closed is None
    assert hinted.wait(pair, "ada") == [{"capability": CAPABILITY}]


def test_an_agent_that_is_connected_and_waits_is_told_in_both_ways(pair: Cloud):
    ada = connected(pair, "ada")
    soon = clock.to_epoch(clock.now()) + 20
    pair.write("AgentFeedTable", {"agent_id": "ada", "entry": "w#1", "purge_at": soon})
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert told(ada) == [[FRAME]]
    assert hinted.wait(pair, "ada") == [{"capability": CAPABILITY}]


def test_at_most_sixteen_of_many_candidates_are_told_and_others_the_next_time(pair: Cloud):
    sockets = [connected(pair, f"worker-{number}") for number in range(24)]
    heard = set()
    for _ in range(8):
        pool_order(pair, "nova")
        pair.pump(ORDERS)
        found = [number for number, hints in enumerate(told(*sockets)) if hints]
        assert len(found) == units.CANDIDATES
        heard |= set(found)
    assert len(heard) > units.CANDIDATES


def test_the_next_hint_about_a_capability_comes_a_second_later(pair: Cloud, unhurried: list[float]):
    ada = connected(pair, "ada", capabilities=[CAPABILITY, "painting"])
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    pool_order(pair, "nova", to_capability="painting")
    pair.pump(ORDERS)
    assert unhurried == []
    pool_order(pair, "nova")
    pair.pump(ORDERS)
    assert (unhurried, len(*told(ada))) == ([1.0], 3)


def test_a_record_that_comes_late_is_told_to_nobody(pair: Cloud, monkeypatch):
    ada = connected(pair, "ada")
    pool_order(pair, "nova")
    (record,) = new_entries(pair)
    record["dynamodb"]["ApproximateCreationDateTime"] -= 61
    assert delivered(pair, record) == []
    assert told(ada) == [[]]
    record["dynamodb"]["ApproximateCreationDateTime"] += 61
    assert delivered(pair, record) == []
    assert told(ada) == [[FRAME]]


def test_a_record_that_cannot_be_read_is_told_to_nobody(pair: Cloud):
    ada = connected(pair, "ada")
    pool_order(pair, "nova")
    (record,) = new_entries(pair)
    del record["dynamodb"]["NewImage"]["client_id"]
    assert delivered(pair, record) == []
    assert told(ada) == [[]]


@pytest.mark.parametrize("operation", ["Query", "BatchGetItem", "PutItem"])
def test_tables_that_fail_lose_a_hint_and_nothing_else(pair: Cloud, operation: str):
    hinted.waiting(pair, "ada")
    order_id = pool_order(pair, "nova")
    pair.fail(operation, 99, {"Error": {"Code": "InternalServerError", "Message": ""}})
    pair.streams.step(ORDERS)
    assert "WorkOrdersPurgeFunction" not in [each.mapping.function for each in pair.streams.letters]
    assert pair.head(order_id)["status"] == "pending"


def test_without_time_candidates_are_not_told(pair: Cloud):
    ada = connected(pair, "ada")
    pool_order(pair, "nova")
    assert delivered(pair, *new_entries(pair), milliseconds=10_000) == []
    assert told(ada) == [[]]


@pytest.mark.parametrize(("candidates", "calls", "reads"), [(0, 2, 1), (3, 6, 7), (20, 19, 33)])
def test_what_it_costs_is_bounded(pair: Cloud, candidates: int, calls: int, reads: float):
    """Nobody, some candidates, and more than are told: with two pages of the audience at most."""
    for number in range(candidates):
        connected(pair, f"worker-{number}")
    pool_order(pair, "nova")
    with Meter(pair, [app("work_orders_purge").client]).reading() as cost:
        pair.pump(ORDERS)
    assert cost.write_units == 0
    assert calls - 1 <= cost.calls <= calls
    assert reads - 0.5 <= cost.read_units <= reads + 0.5
    told_to = min(candidates, units.CANDIDATES)
    most = reads * units.READ_UNIT + calls * units.CALL + told_to * units.PUSHED_FRAME
    assert most <= units.HINTS
