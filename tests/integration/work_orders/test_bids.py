"""Candidates bid on an order, unseen by each other, and its client awards it to one of them."""

import pytest

from agent_messaging.work_orders.awarding import Awarding, Winner
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import FUTURE, notices
from tests.integration.work_orders.pools import (
    CAPABILITY,
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
    withdraw,
)
from tests.integration.work_orders.test_pool_races import lapse


@pytest.fixture
def auction(pair: Cloud) -> Cloud:
    """Nova, who offers orders, and two candidates that bid."""
    join(pair, "ada", "ben")
    return pair


def offer(cloud: Cloud, **order) -> str:
    return pool_order(cloud, "nova", bids_by="2099-01-01T00:00:00Z", **order)


def read(cloud: Cloud, agent_id: str, order_id: str) -> Answer:
    return cloud.get(f"/messaging/work-order/{order_id}/bids", {"agent_id": agent_id})


def test_an_order_is_bid_on_awarded_and_completed(auction: Cloud):
    order_id = offer(auction, budget_usd=100)
    first = bid_id(auction, "ada", order_id, price_usd=90, note="Soon")
    second = bid_id(auction, "ben", order_id, price_usd=80, estimated_completion=FUTURE)
    found = read(auction, "nova", order_id).json
    assert [(each["bid_id"], each["price_usd"], each["note"]) for each in found["bids"]] == [
        (first, 90, "Soon"),
        (second, 80, None),
    ]
    answer = award(auction, order_id, second)
    assert answer.status == 200, answer.text
    assert answer.json["worker"] == {"id": "ben", "name": "Ben"}
    assert (answer.json["status"], answer.json["price_usd"]) == ("accepted", 80)
    order = auction.order("ben", order_id)
    assert order["estimated_completion"] == FUTURE.replace("Z", ".000Z")
    assert auction.move("ben", order_id, "complete").status == 200
    assert auction.profile("ben")["completed_jobs"] == 1


def test_a_bid_an_award_and_a_loss_are_told(auction: Cloud):
    order_id = offer(auction)
    lost, won = (bid_id(auction, each, order_id) for each in ("ada", "ben"))
    assert events(auction, "nova") == [("work_order.bid", lost), ("work_order.bid", won)]
    award(auction, order_id, won)
    assert events(auction, "ada") == [("work_order.not_awarded", lost)]
    assert events(auction, "ben") == [("work_order.awarded", None)]
    (note,) = notices(auction, "ben")
    order = auction.order("nova", order_id)
    assert note["subject"] == "Work order awarded"
    assert f"/{order_id}/complete" in note["body"]
    assert (note["message_id"], note["thread_id"]) == (order["message_id"], order["thread_id"])


def test_bids_are_sealed(auction: Cloud):
    order_id = offer(auction)
    own = bid_id(auction, "ada", order_id)
    bid_id(auction, "ben", order_id)
    assert [each["bid_id"] for each in read(auction, "ada", order_id).json["bids"]] == [own]
    join(auction, "eve")
    for stranger in ("third", "eve"):
        assert refused(read(auction, stranger, order_id)) == (404, "work_order_not_found")


def test_another_bid_replaces_the_first(auction: Cloud):
    order_id = offer(auction)
    first = bid_id(auction, "ada", order_id, price_usd=5, note="Soon", estimated_completion=FUTURE)
    second = bid_id(auction, "ada", order_id, price_usd=4)
    (shown,) = read(auction, "nova", order_id).json["bids"]
    assert (shown["bid_id"], shown["note"], shown["estimated_completion"]) == (second, None, None)
    third = bid_id(auction, "ada", order_id)
    for earlier in (first, second):
        answer = award(auction, order_id, earlier)
        assert refused(answer) == (409, "bid_replaced")
        assert f"/{order_id}/bids" in answer.json["fix"]
    assert award(auction, order_id, third).status == 200


def test_a_bid_on_another_order_is_not_found(auction: Cloud):
    order_id, other = offer(auction), offer(auction)
    bid_id(auction, "ada", order_id)
    chosen = bid_id(auction, "ada", other)
    assert refused(award(auction, order_id, chosen)) == (404, "bid_not_found")


def test_a_withdrawn_bid_is_not_awarded(auction: Cloud):
    order_id = offer(auction)
    own = bid_id(auction, "ada", order_id)
    assert withdraw(auction, "ada", order_id).status == 204
    assert withdraw(auction, "ada", order_id).status == 204
    assert read(auction, "nova", order_id).json["bids"] == []
    assert refused(award(auction, order_id, own)) == (404, "bid_not_found")


def close(cloud: Cloud, order_id: str) -> None:
    """Put the end of the time for bids into the past."""
    key = {"work_order_id": order_id, "part": "head"}
    display = cloud.read("WorkOrdersTable", **key)["display"]
    display["bids_by"] = "2020-01-01T00:00:00.000Z"
    cloud.change("WorkOrdersTable", key, display=display)


def test_bids_end_in_time_and_an_award_is_still_possible(auction: Cloud):
    order_id = offer(auction)
    own = bid_id(auction, "ada", order_id)
    close(auction, order_id)
    assert refused(bid(auction, "ben", order_id)) == (409, "bidding_closed")
    assert listing(auction, "ben") == []
    assert award(auction, order_id, own).status == 200


def test_a_bid_can_be_withdrawn_as_long_as_the_order_is_pending(auction: Cloud):
    """Its client may award a lapsed order days after the last bid."""
    order_id = offer(auction, lease_seconds=60)
    won, lost = bid_id(auction, "ada", order_id), bid_id(auction, "ben", order_id)
    close(auction, order_id)
    assert award(auction, order_id, won).status == 200
    assert refused(withdraw(auction, "ben", order_id)) == (409, "illegal_transition")
    lapse(auction, order_id)
    assert withdraw(auction, "ben", order_id).status == 204
    assert refused(award(auction, order_id, lost)) == (404, "bid_not_found")


def test_an_order_for_bids_without_a_deadline_expires_a_week_after_them(auction: Cloud):
    order = auction.order("nova", offer(auction))
    assert (order["bids_by"], order["deadline_at"]) == (
        "2099-01-01T00:00:00.000Z",
        "2099-01-08T00:00:00.000Z",
    )
    assert order["offer"] == "bids"


def test_each_kind_of_order_has_its_own_call(auction: Cloud):
    for_bids, pool = offer(auction), pool_order(auction, "nova")
    named = auction.offer("nova", "ada")
    own = bid_id(auction, "ada", for_bids)
    assert refused(claim(auction, "ada", for_bids)) == (409, "wrong_offer")
    for order_id in (pool, named):
        assert refused(bid(auction, "ada", order_id)) == (409, "wrong_offer")
        assert refused(award(auction, order_id, own)) == (409, "wrong_offer")
    fix = auction.move("ada", for_bids, "accept").json["fix"]
    assert f"/{for_bids}/bid" in fix


def test_only_the_client_awards(auction: Cloud):
    order_id = offer(auction)
    own = bid_id(auction, "ada", order_id)
    for other in ("ada", "ben"):
        assert refused(award(auction, order_id, own, other)) == (403, "wrong_role")
    assert refused(award(auction, order_id, own, "third")) == (404, "work_order_not_found")
    award(auction, order_id, own)
    assert refused(award(auction, order_id, own, "ada")) == (403, "wrong_role")
    assert refused(bid(auction, "nova", order_id)) == (403, "wrong_role")


def test_an_order_is_awarded_once(auction: Cloud):
    order_id = offer(auction)
    own, other = (bid_id(auction, each, order_id) for each in ("ada", "ben"))
    assert award(auction, order_id, own).status == 200
    for chosen in (own, other):
        assert refused(award(auction, order_id, chosen)) == (409, "illegal_transition")
    assert refused(bid(auction, "ben", order_id)) == (409, "illegal_transition")
    assert auction.profile("ben")["current_active_jobs"] == 0


def test_an_award_to_somebody_who_left_is_refused(auction: Cloud):
    order_id = offer(auction)
    own = bid_id(auction, "ada", order_id)
    auction.call("DELETE", "/agents/me", {"agent_id": "ada"})
    assert refused(award(auction, order_id, own)) == (409, "worker_unavailable")
    assert auction.order("nova", order_id)["status"] == "pending"


def test_an_award_to_somebody_who_is_full_is_refused(auction: Cloud):
    join(auction, "eve", max_concurrent_jobs=1)
    order_id = offer(auction)
    own = bid_id(auction, "eve", order_id)
    assert claim(auction, "eve", pool_order(auction, "nova")).status == 200
    assert refused(award(auction, order_id, own)) == (409, "at_capacity")
    assert auction.profile("eve")["current_active_jobs"] == 1


def test_a_replica_that_still_counts_an_ended_job_refuses_no_award(
    auction: Cloud, monkeypatch: pytest.MonkeyPatch
):
    load = Awarding._load

    def lag(self, order, bid, now, *, is_sure: bool) -> Winner:
        winner = load(self, order, bid, now, is_sure=is_sure)
        return winner if is_sure else winner._replace(item={**winner.item, "active_jobs": 10**6})

    monkeypatch.setattr(Awarding, "_load", lag)
    order_id = offer(auction)
    assert award(auction, order_id, bid_id(auction, "ada", order_id)).status == 200


@pytest.mark.parametrize(("owner", "other"), [("nova", "ada"), ("ada", "nova")])
def test_an_award_to_a_blocked_agent_is_refused(auction: Cloud, owner: str, other: str):
    order_id = offer(auction)
    own = bid_id(auction, "ada", order_id)
    block(auction, owner, other)
    assert refused(award(auction, order_id, own)) == (409, "worker_unavailable")


@pytest.mark.parametrize("change", [{"capabilities": ["other"]}, {"accepts_work_orders": False}])
def test_an_award_to_somebody_who_cannot_do_it_any_more_is_refused(auction: Cloud, change: dict):
    order_id = offer(auction)
    own = bid_id(auction, "ada", order_id)
    is_profile = "capabilities" in change
    method, path = ("PATCH", "/agents/me") if is_profile else ("PUT", "/messaging/presence")
    assert auction.call(method, path, {"agent_id": "ada"}, change).status == 200
    assert refused(award(auction, order_id, own)) == (409, "worker_unavailable")


def test_a_price_stays_within_the_budget(auction: Cloud):
    order_id = offer(auction, budget_usd=10)
    answer = bid(auction, "ada", order_id, price_usd=10.01)
    assert refused(answer) == (422, "invalid")
    assert answer.json["errors"][0]["pointer"] == "#/price_usd"
    assert bid(auction, "ada", order_id, price_usd=10).status == 200


def test_an_order_takes_a_bounded_number_of_bids(auction: Cloud, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("agent_messaging.work_orders.bids.MOST_BIDS", 1)
    order_id = offer(auction)
    bid_id(auction, "ada", order_id)
    answer = bid(auction, "ben", order_id)
    assert refused(answer) == (409, "bidding_closed")
    assert f"capability={CAPABILITY}" in answer.json["fix"]
    assert bid(auction, "ada", order_id).status == 200


def test_a_repeated_bid_and_award_with_a_key_are_answered_again(auction: Cloud):
    order_id = offer(auction)
    path = f"/messaging/work-order/{order_id}"
    bids = [auction.post(f"{path}/bid", {"agent_id": "ada"}, {}, key="k").json for _ in range(2)]
    assert bids[0] == bids[1]
    assert events(auction, "nova") == [("work_order.bid", bids[0]["bid_id"])]
    body = {"bid_id": bids[0]["bid_id"]}
    awards = [auction.post(f"{path}/award", {"agent_id": "nova"}, body, key="k") for _ in range(2)]
    assert awards[0].json == awards[1].json
    assert auction.profile("ada")["current_active_jobs"] == 1


def test_an_award_makes_the_client_a_contact_of_the_winner(auction: Cloud):
    order_id = offer(auction)
    award(auction, order_id, bid_id(auction, "ada", order_id))
    contacts = auction.get("/messaging/contacts", {"agent_id": "ada"}).json["contacts"]
    assert [each["contact"]["id"] for each in contacts] == ["nova"]
