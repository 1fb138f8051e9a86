"""A claim or an award begins a thread, which both agents can read at once."""

from collections.abc import Callable

import pytest

from tests.integration.cloud import Cloud
from tests.integration.work_orders.pools import award, bid_id, claim, join, pool_order


def claimed(cloud: Cloud) -> str:
    order_id = pool_order(cloud, "nova")
    assert claim(cloud, "ada", order_id).status == 200
    return order_id


def awarded(cloud: Cloud) -> str:
    order_id = pool_order(cloud, "nova", bids_by="2099-01-01T00:00:00Z")
    assert award(cloud, order_id, bid_id(cloud, "ada", order_id)).status == 200
    return order_id


both = pytest.mark.parametrize("take", [claimed, awarded])


@both
def test_both_agents_read_the_message_and_the_thread_of_an_order(
    pair: Cloud, take: Callable[[Cloud], str]
):
    join(pair, "ada")
    order = pair.order("nova", take(pair))
    for agent_id in ("nova", "ada"):
        query = {"agent_id": agent_id}
        message = pair.get(f"/messaging/messages/{order['message_id']}", query)
        assert (message.status, message.json["thread_id"]) == (200, order["thread_id"])
        thread = pair.get(f"/messaging/threads/{order['thread_id']}", query).json
        assert [each["message_id"] for each in thread["messages"]] == [order["message_id"]]
        assert thread["total_messages"] == 1
    for path in (f"messages/{order['message_id']}", f"threads/{order['thread_id']}"):
        assert pair.get(f"/messaging/{path}", {"agent_id": "boots"}).status == 404


@both
def test_the_list_of_sent_messages_shows_no_claim_and_no_award(
    pair: Cloud, take: Callable[[Cloud], str]
):
    join(pair, "ada")
    take(pair)
    for agent_id in ("nova", "ada"):
        sent = pair.get("/messaging/sent", {"agent_id": agent_id}).json
        assert (sent["messages"], sent["total_messages"]) == ([], 0)
