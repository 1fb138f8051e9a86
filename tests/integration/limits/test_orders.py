"""Bids and questions count like messages. A claim and an award count too, and are never refused."""

from collections.abc import Callable

import pytest

from agent_messaging.messaging.quota import Quota
from local.in_process.host import Agent
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import refusal, write
from tests.integration.limits.test_sending import counted
from tests.integration.work_orders.pools import CAPABILITY, award, bid_id, pool_order

pytestmark = pytest.mark.usefixtures("within_a_minute")


@pytest.fixture
def ada(cloud: Cloud, nova: Agent) -> Agent:
    """A candidate with a key, which writes to clients in open mode."""
    return cloud.register("ada", capabilities=[CAPABILITY])


def act(cloud: Cloud, agent: Agent, order_id: str, verb: str, **body) -> Answer:
    path = f"/messaging/work-order/{order_id}/{verb}"
    return cloud.post(path, body=body, caller=agent.keyed)


def bidding(cloud: Cloud, ada: Agent) -> Callable[[], Answer]:
    order_id = pool_order(cloud, "boots", bids_by="2099-01-01T00:00:00Z")
    return lambda: act(cloud, ada, order_id, "bid")


def asking(cloud: Cloud, ada: Agent) -> Callable[[], Answer]:
    order_id = cloud.offer("boots", "ada")
    act(cloud, ada, order_id, "respond", action="accept")

    def ask() -> Answer:
        cloud.move("boots", order_id, "answer", answer="Yes.")
        return act(cloud, ada, order_id, "ask", question="This one?")

    return ask


@pytest.mark.parametrize("made", [bidding, asking])
def test_a_bid_and_a_question_count_towards_both_limits(
    cloud: Cloud, ada: Agent, small: Quota, made
):
    again = made(cloud, ada)
    for _ in range(3):
        assert again().status == 200
    answer = again()
    assert refusal(answer) == (429, "rate_limited")
    assert answer.headers["RateLimit-Policy"] == '"pair";q=3;w=60'
    assert refusal(write(cloud, ada, "boots")) == (429, "rate_limited")
    assert [write(cloud, ada, "third").status for _ in range(2)] == [200, 200]
    assert write(cloud, ada, "fourth").headers["RateLimit-Policy"] == '"sender";q=5;w=60'


@pytest.mark.parametrize("made", [bidding, asking])
def test_a_refused_bid_or_question_changes_nothing(cloud: Cloud, ada: Agent, small: Quota, made):
    again = made(cloud, ada)
    for _ in range(3):
        write(cloud, ada, "boots")
    before = cloud.digest()
    assert refusal(again()) == (429, "rate_limited")
    assert cloud.digest() == before


def test_a_bid_that_cannot_be_is_not_counted(cloud: Cloud, ada: Agent, small: Quota):
    order_id = pool_order(cloud, "boots", bids_by="2099-01-01T00:00:00Z", budget_usd=10)
    before = counted(cloud)
    assert act(cloud, ada, order_id, "bid", price_usd=11).status == 422
    assert counted(cloud) == before


def test_a_claim_is_never_refused(cloud: Cloud, ada: Agent, small: Quota):
    order_id = pool_order(cloud, "boots")
    for recipient in ("boots", "boots", "boots", "third", "third"):
        write(cloud, ada, recipient)
    assert act(cloud, ada, order_id, "claim").status == 200


def test_an_award_is_never_refused_and_counts(cloud: Cloud, nova: Agent, ada: Agent, small: Quota):
    order_id = pool_order(cloud, "nova", bids_by="2099-01-01T00:00:00Z")
    chosen = bid_id(cloud, "ada", order_id)
    assert award(cloud, order_id, chosen).status == 200
    for _ in range(2):
        assert write(cloud, nova, "ada").status == 200
    assert refusal(write(cloud, nova, "ada")) == (429, "rate_limited")
