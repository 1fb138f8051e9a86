"""An order for candidates whose lease ends goes to another worker, until it lapsed too often."""

import pytest

from tests.integration.cloud import Cloud
from tests.integration.work_orders.moments import LEASE, Watch
from tests.integration.work_orders.orders import notices
from tests.integration.work_orders.pools import (
    award,
    bid_id,
    claim,
    events,
    join,
    listing,
    pool_order,
    refused,
)
from tests.integration.work_orders.test_pool_races import lapse


@pytest.fixture
def pool(pair: Cloud) -> Cloud:
    join(pair, "ada", "ben")
    return pair


def test_an_order_that_lapses_is_offered_to_the_others(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    lapse(pool, order_id)
    order = pool.order("nova", order_id)
    names = ("status", "worker", "message_id", "thread_id", "accepted_at", "lapses", "is_final")
    assert [order[name] for name in names] == ["pending", None, None, None, None, 1, False]
    assert pool.profile("ada")["current_active_jobs"] == 0
    assert (listing(pool, "ada"), listing(pool, "ben")) == ([], [order_id])
    assert refused(claim(pool, "ada", order_id)) == (409, "excluded")
    assert claim(pool, "ben", order_id).status == 200
    assert pool.move("ben", order_id, "complete").status == 200


def test_a_lapse_is_told_to_the_client_and_to_the_worker(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    lapse(pool, order_id)
    for agent_id in ("nova", "ada"):
        note = notices(pool, agent_id)[0]
        assert note["subject"] == "Work order lapsed"
        assert note["from_agent"]["id"] == "system"
        assert events(pool, agent_id)[-1][0] == "work_order.lapsed"


def test_an_order_with_bids_is_awarded_again_after_a_lapse(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60, bids_by="2099-01-01T00:00:00Z")
    other = bid_id(pool, "ben", order_id)
    take(pool, "ada", order_id)
    lapse(pool, order_id)
    bodies = [notices(pool, agent_id)[0]["body"] for agent_id in ("nova", "ada")]
    assert f"POST /api/v1/messaging/work-order/{order_id}/award" in bodies[0]
    assert bodies[1].endswith("Its client can award it to another bid.")
    assert award(pool, order_id, other).status == 200


def test_the_worker_before_changes_nothing_any_more(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    lapse(pool, order_id)
    for action in ("complete", "fail"):
        assert refused(pool.move("ada", order_id, action)) == (409, "excluded")


def test_the_sweep_finds_a_lapse(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    lapse(pool, order_id, is_found=False)
    pool.sweep()
    assert listing(pool, "ben") == [order_id]


def test_after_its_last_lapse_an_order_fails(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60, max_lapses=2)
    for agent_id in ("ada", "ben"):
        assert claim(pool, agent_id, order_id).status == 200
        lapse(pool, order_id)
    order = pool.order("nova", order_id)
    assert (order["status"], order["reason_code"], order["lapses"]) == ("failed", "lapsed", 2)
    assert order["worker"]["id"] == "ben"
    assert [entry["actor"]["id"] for entry in order["history"]] == [
        "nova",
        "ada",
        "system",
        "ben",
        "system",
    ]


@pytest.mark.parametrize("is_found", [True, False], ids=["a read", "the sweep"])
def test_an_order_that_lapses_past_its_deadline_expires(
    pool: Cloud, watch: Watch, *, is_found: bool
):
    watch.at(0)
    order_id = pool_order(pool, "nova", lease_seconds=LEASE, deadline_at=watch.text(60))
    assert claim(pool, "ada", order_id).status == 200
    lapsed_at = watch.at(LEASE)
    if is_found:
        assert pool.order("nova", order_id)["status"] == "expired"
    else:
        assert pool.swept()["lapsed"] == 1
    order = pool.order("nova", order_id)
    assert [order[name] for name in ("status", "reopened_at", "expired_at", "worker")] == [
        "expired",
        lapsed_at,
        lapsed_at,
        None,
    ]
    actions = [entry["action"] for entry in order["history"]]
    assert actions == ["create", "claim", "reopen", "expire"]
    for agent_id in ("nova", "ada"):
        notes = [each for each in notices(pool, agent_id) if each["subject"] == "Work order lapsed"]
        assert notes[0]["body"].endswith("Its deadline has passed, so it expires.")
    assert refused(claim(pool, "ben", order_id)) == (409, "illegal_transition")


@pytest.mark.parametrize("bids_by", [None, "2099-01-01T00:00:00Z"], ids=["pool", "bids"])
def test_candidates_see_nothing_of_the_worker_before_them(pool: Cloud, bids_by: str | None):
    """Its price stands in the history as a hash, and a rival could try all prices."""
    order_id = pool_order(pool, "nova", lease_seconds=60, bids_by=bids_by)
    offered = pool.order("ben", order_id)
    take(pool, "ada", order_id)
    pool.move("ada", order_id, "progress", percent=40, note="Half", partial_result={"a": 1})
    pool.move("ada", order_id, "ask", question="Where?")
    pool.move("nova", order_id, "answer", answer="There.")
    lapse(pool, order_id)
    seen = pool.order("ben", order_id)
    changed = {name for name, value in seen.items() if value != offered[name]}
    assert changed == {"lapses", "reopened_at", "generation", "updated_at"}
    assert (seen["history"], seen["questions"], seen["progress"]) == (None, None, None)

    take(pool, "ben", order_id)
    order = pool.order("ben", order_id)
    assert order["progress"]["partial_result"] == {"a": 1}
    assert order["questions"][0]["answer"] == "There."
    assert order["history"] == pool.order("nova", order_id)["history"]


def take(cloud: Cloud, agent_id: str, order_id: str) -> None:
    """The agent becomes the worker, by a claim or by the award of its bid."""
    if cloud.order("nova", order_id)["offer"] == "pool":
        assert claim(cloud, agent_id, order_id).status == 200
    else:
        chosen = bid_id(cloud, agent_id, order_id, price_usd=7)
        assert award(cloud, order_id, chosen).status == 200
