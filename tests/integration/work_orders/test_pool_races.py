"""What happens between the read and the write of a claim, a bid or an award: the write decides."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.work_orders.item import due_shard
from local.in_process.functions import app
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.calls.operations import TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.work_orders.pools import (
    award,
    bid,
    bid_id,
    block,
    claim,
    events,
    join,
    listing,
    pool_order,
    refused,
    take_capability,
    withdraw,
)

BIDS_BY = "2099-01-01T00:00:00Z"


@pytest.fixture
def pool(pair: Cloud) -> Cloud:
    join(pair, "ada", "ben", max_concurrent_jobs=1)
    return pair


def test_a_claim_that_comes_second_is_refused(pool: Cloud):
    order_id = pool_order(pool, "nova")
    with overtaken("work_orders", TRANSACT, lambda: claim(pool, "ben", order_id).status) as other:
        answer = claim(pool, "ada", order_id)
    assert (other, refused(answer)) == ([200], (409, "illegal_transition"))
    assert pool.profile("ada")["current_active_jobs"] == 0
    assert pool.order("nova", order_id)["worker"]["id"] == "ben"


def test_a_claim_of_an_agent_that_becomes_full_is_refused(pool: Cloud):
    first, second = pool_order(pool, "nova"), pool_order(pool, "nova")
    with overtaken("work_orders", TRANSACT, lambda: claim(pool, "ada", first).status) as other:
        answer = claim(pool, "ada", second)
    assert (other, refused(answer)) == ([200], (409, "at_capacity"))
    assert listing(pool, "ben") == [second]


def test_a_claim_of_an_agent_that_loses_the_capability_is_refused(pool: Cloud):
    order_id = pool_order(pool, "nova")
    with overtaken("work_orders", TRANSACT, lambda: take_capability(pool, "ada")):
        answer = claim(pool, "ada", order_id)
    assert refused(answer) == (404, "work_order_not_found")


def test_a_claim_of_an_agent_that_takes_no_orders_any_more_is_refused(pool: Cloud):
    order_id = pool_order(pool, "nova")
    body = {"accepts_work_orders": False}
    stop = lambda: pool.call("PUT", "/messaging/presence", {"agent_id": "ada"}, body)  # noqa: E731
    with overtaken("work_orders", TRANSACT, stop):
        answer = claim(pool, "ada", order_id)
    assert refused(answer) == (409, "worker_unavailable")


def test_a_claim_of_an_order_that_is_cancelled_is_refused(pool: Cloud):
    order_id = pool_order(pool, "nova")
    with overtaken("work_orders", TRANSACT, lambda: pool.move("nova", order_id, "cancel").status):
        answer = claim(pool, "ada", order_id)
    assert refused(answer) == (409, "illegal_transition")
    assert answer.json["current_status"] == "cancelled"


def test_a_cancellation_of_an_order_that_is_claimed_ends_the_job(pool: Cloud):
    order_id = pool_order(pool, "nova")
    with overtaken("work_orders", TRANSACT, lambda: claim(pool, "ada", order_id).status) as other:
        assert pool.move("nova", order_id, "cancel").status == 200
    assert other == [200]
    assert pool.order("ada", order_id)["status"] == "cancelled"
    assert pool.profile("ada")["current_active_jobs"] == 0


def lapse(cloud: Cloud, order_id: str, *, is_found: bool = True) -> None:
    """Let the lease of an accepted order end a second ago; whoever reads the order stores that."""
    text = clock.to_text(clock.now() - timedelta(seconds=1))
    cloud.change(
        "WorkOrdersTable",
        {"work_order_id": order_id, "part": "head"},
        lease_expires_at=text,
        due_shard=due_shard(order_id),
        due_at=f"{text}#{order_id}",
    )
    if is_found:
        cloud.order("nova", order_id)


def take_over(cloud: Cloud, order_id: str) -> Callable[[], int]:
    """The order lapses, and Ben claims it."""

    def happen() -> int:
        lapse(cloud, order_id)
        return claim(cloud, "ben", order_id).status

    return happen


@pytest.mark.parametrize("earlier", [(), ("zoe",)], ids=["first round", "second round"])
@pytest.mark.parametrize("action", ["complete", "fail", "progress", "ask"])
def test_a_worker_changes_no_order_that_another_one_has_taken_over(
    pool: Cloud, action: str, earlier: tuple[str, ...]
):
    """It is not enough that the first worker has another job, and so a job to end."""
    join(pool, "eve", *earlier)
    order_id, other_id = (pool_order(pool, "nova", lease_seconds=60) for _ in range(2))
    for agent_id in earlier:
        claim(pool, agent_id, order_id)
        lapse(pool, order_id)
    claim(pool, "eve", order_id)
    claim(pool, "eve", other_id)
    body = {"question": "How?"} if action == "ask" else {}
    with overtaken("work_orders", TRANSACT, take_over(pool, order_id)) as other:
        answer = pool.move("eve", order_id, action, **body)
    assert (other, refused(answer)) == ([200], (409, "excluded"))
    order = pool.order("ben", order_id)
    assert (order["status"], order["worker"]["id"]) == ("accepted", "ben")
    assert (order["progress"], order["questions"]) == (None, [])
    jobs = [pool.profile(each)["current_active_jobs"] for each in ("eve", "ben")]
    assert jobs == [1, 1]


def test_a_claim_of_an_order_that_lapsed_at_this_moment_is_of_the_next_round(pool: Cloud):
    order_id = pool_order(pool, "nova", lease_seconds=60)

    def once_around() -> int:
        status = claim(pool, "ben", order_id).status
        lapse(pool, order_id)
        return status

    with overtaken("work_orders", TRANSACT, once_around) as other:
        answer = claim(pool, "ada", order_id)
    assert (other, answer.status) == ([200], 200)
    order = pool.order("ada", order_id)
    assert (order["worker"]["id"], order["lapses"]) == ("ada", 1)


def auction(cloud: Cloud) -> str:
    return pool_order(cloud, "nova", bids_by=BIDS_BY)


def test_of_two_awards_one_wins(pool: Cloud):
    order_id = auction(pool)
    one, other = (bid_id(pool, each, order_id) for each in ("ada", "ben"))
    with overtaken("work_orders", TRANSACT, lambda: award(pool, order_id, other).status) as first:
        answer = award(pool, order_id, one)
    assert (first, refused(answer)) == ([200], (409, "illegal_transition"))
    assert pool.profile("ada")["current_active_jobs"] == 0


def test_a_bid_that_is_replaced_is_not_awarded(pool: Cloud):
    order_id = auction(pool)
    one = bid_id(pool, "ada", order_id, price_usd=5)
    with overtaken(
        "work_orders", TRANSACT, lambda: bid(pool, "ada", order_id, price_usd=9).status
    ) as later:
        answer = award(pool, order_id, one)
    assert (later, refused(answer)) == ([200], (409, "bid_replaced"))
    assert pool.order("nova", order_id)["status"] == "pending"


def test_a_bid_that_is_withdrawn_is_not_awarded(pool: Cloud):
    order_id = auction(pool)
    one = bid_id(pool, "ada", order_id)
    with overtaken("work_orders", TRANSACT, lambda: withdraw(pool, "ada", order_id).status):
        answer = award(pool, order_id, one)
    assert refused(answer) == (404, "bid_not_found")


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (lambda cloud: claim(cloud, "ada", pool_order(cloud, "nova")), "at_capacity"),
        (lambda cloud: take_capability(cloud, "ada"), "worker_unavailable"),
        (lambda _: app("agents").agents.set_status("ada", "suspended"), "worker_unavailable"),
        (
            lambda cloud: cloud.call("DELETE", "/agents/me", {"agent_id": "ada"}),
            "worker_unavailable",
        ),
    ],
)
def test_a_bidder_that_cannot_do_it_any_more_gets_no_award(pool: Cloud, happens, code: str):
    order_id = auction(pool)
    one = bid_id(pool, "ada", order_id)
    with overtaken("work_orders", TRANSACT, lambda: happens(pool)):
        answer = award(pool, order_id, one)
    assert refused(answer) == (409, code)
    assert pool.order("nova", order_id)["status"] == "pending"


def test_a_bid_on_an_order_that_is_awarded_meanwhile_is_not_stored(pool: Cloud):
    order_id = auction(pool)
    one = bid_id(pool, "ada", order_id)
    with overtaken("work_orders", "UpdateItem", lambda: award(pool, order_id, one).status):
        answer = bid(pool, "ben", order_id)
    assert refused(answer) == (409, "illegal_transition")
    path = f"/messaging/work-order/{order_id}/bids"
    assert pool.get(path, {"agent_id": "ben"}).status == 404


def test_a_bid_that_arrives_during_the_award_is_told_that_it_lost(pool: Cloud):
    order_id = auction(pool)
    one = bid_id(pool, "ada", order_id)
    with overtaken("work_orders", TRANSACT, lambda: bid(pool, "ben", order_id).status) as other:
        assert award(pool, order_id, one).status == 200
    assert other == [200]
    assert [kind for kind, _ in events(pool, "ben")] == ["work_order.not_awarded"]


def test_a_bid_by_a_clock_that_is_behind_is_a_bid_like_any_other(
    pool: Cloud, monkeypatch: pytest.MonkeyPatch
):
    end = clock.now() + timedelta(hours=1)
    order_id = pool_order(pool, "nova", bids_by=clock.to_text(end))
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: end + timedelta(seconds=1))
        assert refused(bid(pool, "ben", order_id)) == (409, "bidding_closed")
        later.setattr(clock, "now", lambda: end - timedelta(seconds=1))
        late = bid_id(pool, "ben", order_id)
        later.setattr(clock, "now", lambda: end + timedelta(seconds=2))
        assert award(pool, order_id, late).status == 200


def test_a_block_ends_what_a_candidate_could_do(pool: Cloud):
    order_id = auction(pool)
    one = bid_id(pool, "ada", order_id)
    block(pool, "nova", "ada")
    assert refused(bid(pool, "ada", order_id)) == (404, "work_order_not_found")
    assert refused(award(pool, order_id, one)) == (409, "worker_unavailable")


def reads_contacts_consistently(cloud: Cloud) -> bool:
    """Whether all reads of contacts since `cost` was called last were consistent."""
    asked = [
        call.request["RequestItems"]["ContactsTable"]["ConsistentRead"]
        for call in cloud.cost()
        if "ContactsTable" in call.request.get("RequestItems", {})
    ]
    assert asked
    return all(asked)


def test_a_claim_and_an_award_see_every_block_from_before_the_call(pool: Cloud):
    """A replica may not have the block yet."""
    first, second = pool_order(pool, "nova"), auction(pool)
    chosen = bid_id(pool, "ben", second)
    pool.cost()
    assert claim(pool, "ada", first).status == 200
    assert reads_contacts_consistently(pool)
    assert award(pool, second, chosen).status == 200
    assert reads_contacts_consistently(pool)
