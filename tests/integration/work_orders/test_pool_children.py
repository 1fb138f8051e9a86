"""An order for candidates that is a part of another, that waits for others, or that lapses."""

import pytest

from agent_messaging.work_orders.model import NOBODY
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.calls.operations import TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.work_orders import trees
from tests.integration.work_orders.orders import notices
from tests.integration.work_orders.pools import (
    award,
    bid,
    bid_id,
    claim,
    created,
    join,
    listing,
    pool_order,
    refused,
)
from tests.integration.work_orders.test_pool_races import lapse
from tests.integration.work_orders.trees import accepted, child, marks, statuses

LATER = "2099-01-01T00:00:00Z"
NOT_READY = (409, "not_ready")


@pytest.fixture
def pool(pair: Cloud) -> Cloud:
    join(pair, "ada", "ben")
    return pair


@pytest.fixture
def parent(pool: Cloud) -> str:
    """An order that Boots has accepted."""
    return accepted(pool, budget_usd=10, deadline_at=LATER)


def part(cloud: Cloud, parent: str, client: str = "boots", **order: object) -> str:
    """A child of `parent` for candidates: its id."""
    return pool_order(cloud, client, parent_id=parent, **order)


def test_a_part_for_candidates_is_narrowed_like_any_other(pool: Cloud, parent: str):
    order_id = part(pool, parent, budget_usd=4)
    order = pool.order("boots", order_id)
    assert (order["parent_id"], order["deadline_at"]) == (parent, "2099-01-01T00:00:00.000Z")
    assert order["worker"] is None
    answer = created(pool, "boots", parent_id=parent, budget_usd=7)
    assert refused(answer) == (409, "budget_exceeded")
    answer = created(pool, "nova", parent_id=parent)
    assert refused(answer) == (403, "wrong_role")
    (shown,) = pool.get("/messaging/work-orders", {"agent_id": "ada", "role": "candidate"}).json[
        "work_orders"
    ]
    assert (shown["work_order_id"], shown["parent_id"]) == (order_id, parent)
    assert claim(pool, "ada", order_id).status == 200


def test_bids_end_before_the_deadline_of_the_parent(pool: Cloud, parent: str):
    answer = created(pool, "boots", parent_id=parent, bids_by=LATER)
    (fault,) = answer.json["errors"]
    assert (answer.status, fault["pointer"]) == (422, "#/bids_by")
    assert "before 2099-01-01T00:00:00" in fault["fix"]


def test_nobody_can_take_an_order_that_is_not_ready(pool: Cloud, parent: str):
    first = child(pool, parent)
    last, auction = (
        part(pool, parent, depends_on=[first], **more)
        for more in ({}, {"bids_by": "2098-01-01T00:00:00Z"})
    )
    assert listing(pool, "ada") == []
    answer = claim(pool, "ada", last)
    assert refused(answer) == refused(bid(pool, "ada", auction)) == NOT_READY
    assert answer.json["waits_for"] == [first]
    assert "work_order.ready" not in answer.json["fix"]

    pool.move("third", first, "accept")
    pool.move("third", first, "complete")
    assert listing(pool, "ada") == [last, auction]
    assert marks(pool) == []
    assert [each["subject"] for each in notices(pool, "boots")].count("Work order ready") == 0
    assert claim(pool, "ada", last).status == 200
    assert award(pool, auction, bid_id(pool, "ada", auction), "boots").status == 200


def unsettled(pool: Cloud, parent: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A part whose dependency was completed by a function that died before it settled the part."""
    first = child(pool, parent)
    last = part(pool, parent, depends_on=[first])
    pool.move("third", first, "accept")
    with monkeypatch.context() as dead:
        dead.setattr("agent_messaging.work_orders.settling.Settling.follow", lambda *_: None)
        pool.move("third", first, "complete")
    return last


def test_whoever_claims_first_makes_an_order_ready(
    pool: Cloud, parent: str, monkeypatch: pytest.MonkeyPatch
):
    """The function that ended the last dependency has died before it settled the dependents."""
    last = unsettled(pool, parent, monkeypatch)
    assert listing(pool, "ada") == []
    assert claim(pool, "ada", last).status == 200


def test_an_order_that_ends_while_it_becomes_ready_is_not_listed(
    pool: Cloud, parent: str, monkeypatch: pytest.MonkeyPatch
):
    """The function that completed the last dependency has died. The sweep does its work."""
    last = unsettled(pool, parent, monkeypatch)
    with overtaken("work_orders", TRANSACT, pool.swept):
        assert pool.move("boots", last, "cancel").status == 200
    assert statuses(pool, last) == ["cancelled"]
    assert "pool_for" not in pool.head(last)
    assert listing(pool, "ada") == []


def test_parts_for_candidates_end_with_their_parent(pool: Cloud, parent: str):
    pending, taken = part(pool, parent), part(pool, parent)
    waiting = part(pool, parent, depends_on=[pending])
    assert claim(pool, "ada", taken).status == 200
    assert pool.move("nova", parent, "cancel").status == 200
    assert statuses(pool, pending, taken, waiting) == ["cancelled"] * 3
    assert pool.profile("ada")["current_active_jobs"] == 0
    assert listing(pool, "ben") == []
    assert {pool.order("boots", each)["reason_code"] for each in (pending, taken)} == {
        "parent_cancelled"
    }


@pytest.mark.parametrize("is_found", [True, False], ids=["a read", "the sweep"])
def test_the_parts_of_a_worker_that_lapses_are_cancelled(pool: Cloud, *, is_found: bool):
    """The next worker splits the order in its own way."""
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    own = part(pool, order_id, "ada")
    lapse(pool, order_id, is_found=is_found)
    if not is_found:
        assert pool.swept()["lapsed"] == 1
    pool.swept()
    assert statuses(pool, order_id, own) == ["pending", "cancelled"]
    assert pool.order("ada", own)["reason_code"] == "parent_cancelled"
    assert claim(pool, "ben", order_id).status == 200
    assert pool.order("ben", part(pool, order_id, "ben"))["status"] == "pending"


@pytest.mark.parametrize("is_found", [True, False], ids=["stored", "at this moment"])
def test_a_worker_that_lapsed_creates_no_part_and_is_told_why(pool: Cloud, *, is_found: bool):
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    lapse(pool, order_id, is_found=is_found)
    assert refused(created(pool, "ada", parent_id=order_id)) == (409, "excluded")
    assert refused(created(pool, "ben", parent_id=order_id)) == (404, "work_order_not_found")


def test_a_worker_whose_order_lapses_at_this_moment_is_told_that_it_lost_it(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    lapse(pool, order_id, is_found=False)
    assert refused(pool.move("ada", order_id, "complete")) == (409, "excluded")


def test_a_refusal_names_no_worker_where_there_is_none(pool: Cloud):
    order_id = pool_order(pool, "nova")
    answer = pool.move("nova", order_id, "complete")
    assert refused(answer) == (403, "wrong_role")
    assert answer.json["fix"].startswith("It has no worker yet. ")
    answer = created(pool, "nova", parent_id=order_id)
    assert refused(answer) == (403, "wrong_role")
    assert "wait until it has a worker" in answer.json["fix"]
    assert NOBODY.id not in answer.text


def test_the_parts_of_the_next_worker_go_on(pool: Cloud):
    """It has the order before the sweep cancels what the worker before it has left."""
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    before = part(pool, order_id, "ada")
    lapse(pool, order_id)
    claim(pool, "ben", order_id)
    after = part(pool, order_id, "ben")
    pool.swept()
    assert statuses(pool, order_id, before, after) == ["accepted", "cancelled", "pending"]
    assert marks(pool) == []


def test_an_order_that_lapses_during_the_sweep_of_its_last_lapse_is_swept_again(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60)
    claim(pool, "ada", order_id)
    part(pool, order_id, "ada")
    lapse(pool, order_id)

    def lapse_again() -> str:
        claim(pool, "ben", order_id)
        created = part(pool, order_id, "ben")
        lapse(pool, order_id)
        return created

    with overtaken("work_orders_sweep", "DeleteItem", lapse_again) as later:
        pool.swept()
    assert marks(pool) == [order_id]
    pool.swept()
    assert (statuses(pool, *later), marks(pool)) == (["cancelled"], [])


@pytest.mark.parametrize("is_found", [True, False], ids=["a read", "the sweep"])
@pytest.mark.parametrize("bids_by", [None, LATER], ids=["pool", "bids"])
def test_both_finders_of_a_lapse_reopen_an_order(
    pool: Cloud, bids_by: str | None, *, is_found: bool
):
    order_id = pool_order(pool, "nova", lease_seconds=60, max_lapses=2, bids_by=bids_by)
    for agent_id, status in (("ada", "pending"), ("ben", "failed")):
        if bids_by is None:
            assert claim(pool, agent_id, order_id).status == 200
        else:
            assert award(pool, order_id, bid_id(pool, agent_id, order_id)).status == 200
        assert pool.move(agent_id, order_id, "progress").status == 200
        lapse(pool, order_id, is_found=is_found)
        assert is_found or pool.swept()["lapsed"] == 1
        assert statuses(pool, order_id) == [status]
        assert pool.profile(agent_id)["current_active_jobs"] == 0
        assert refused(pool.move(agent_id, order_id, "progress"))[0] == 409
    order = pool.order("nova", order_id)
    assert (order["lapses"], order["reason_code"]) == (2, "lapsed")


def test_a_worker_is_not_told_to_cancel_the_parts_of_an_earlier_one(
    pool: Cloud, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("agent_messaging.work_orders.settling.Settling.follow", lambda *_: None)
    order_id = pool_order(pool, "nova", lease_seconds=60)
    assert claim(pool, "ada", order_id).status == 200
    old = part(pool, order_id, "ada")
    lapse(pool, order_id, is_found=True)
    assert claim(pool, "ben", order_id).status == 200
    problem = trees.refused(pool.move("ben", order_id, "complete"), 409, "open_children")
    assert problem["open_children"] == [old]
    assert "earlier worker" in problem["fix"]
    own = part(pool, order_id, "ben")
    problem = trees.refused(pool.move("ben", order_id, "complete"), 409, "open_children")
    assert f"/{own}/cancel" in problem["fix"]


def test_an_agent_that_leaves_settles_its_orders_of_all_kinds(pool: Cloud, parent: str):
    pool.register("zoe")
    named, pooled = pool.offer("zoe", "third"), pool_order(pool, "zoe")
    auction = pool_order(pool, "zoe", bids_by=LATER)
    taken = pool_order(pool, "zoe")
    assert claim(pool, "ada", taken).status == 200
    own = part(pool, taken, "ada")
    answer = pool.call("DELETE", "/agents/me", {"agent_id": "zoe"})
    assert answer.status == 200, answer.text
    pool.swept()
    assert statuses(pool, named, pooled, auction, taken, own) == ["cancelled"] * 5
    assert pool.profile("ada")["current_active_jobs"] == 0
    assert listing(pool, "ben") == []
