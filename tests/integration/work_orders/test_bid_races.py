"""Bids that are stored, withdrawn and awarded while something else happens to their order."""

import pytest

from tests.integration.authorisation.overtaken import overtaken
from tests.integration.calls.operations import TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.work_orders.pools import (
    award,
    bid,
    bid_id,
    join,
    pool_order,
    refused,
    withdraw,
)
from tests.integration.work_orders.test_pool_races import lapse

BIDS_BY = "2099-01-01T00:00:00Z"


@pytest.fixture
def auction(pair: Cloud) -> str:
    """An order of Nova's on which Ada and Ben can bid."""
    join(pair, "ada", "ben")
    return pool_order(pair, "nova", bids_by=BIDS_BY, lease_seconds=60)


def bids_of(cloud: Cloud, order_id: str) -> list[str]:
    """The bids that the client sees."""
    path = f"/messaging/work-order/{order_id}/bids"
    found = cloud.get(path, {"agent_id": "nova"}).json["bids"]
    return [each["bid_id"] for each in found]


def test_a_bid_with_a_key_on_an_order_that_is_awarded_meanwhile_is_not_stored(
    pair: Cloud, auction: str
):
    won = bid_id(pair, "ada", auction)
    path = f"/messaging/work-order/{auction}/bid"
    with overtaken("work_orders", TRANSACT, lambda: award(pair, auction, won).status) as other:
        answer = pair.post(path, {"agent_id": "ben"}, {}, key="k")
    assert (other, refused(answer)) == ([200], (409, "illegal_transition"))
    assert bids_of(pair, auction) == [won]


def test_a_withdrawal_leaves_a_bid_that_came_after_it_was_read(pair: Cloud, auction: str):
    bid_id(pair, "ada", auction)
    with overtaken("work_orders", "DeleteItem", lambda: bid_id(pair, "ada", auction)) as later:
        assert withdraw(pair, "ada", auction).status == 204
    assert bids_of(pair, auction) == later


def test_a_worker_whose_lease_ended_gets_no_second_award(pair: Cloud, auction: str):
    first, second = (bid_id(pair, each, auction) for each in ("ada", "ben"))
    assert award(pair, auction, first).status == 200
    lapse(pair, auction)
    assert refused(award(pair, auction, first)) == (409, "worker_unavailable")
    assert refused(bid(pair, "ada", auction)) == (409, "excluded")
    assert award(pair, auction, second).status == 200
