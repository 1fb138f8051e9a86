from datetime import UTC, datetime

import pytest

from agent_messaging import clock
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents.model import Agent
from agent_messaging.agents.requester import BY_OPERATOR, Requester
from agent_messaging.auth import Caller
from agent_messaging.fields import Party
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import MessageStatus, MessageType, Relationship, compose
from agent_messaging.storage import transactions
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action
from agent_messaging.work_orders.transitions import TransitionRequest
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tools.openapi import example_data, example_messages

NOVA, BOOTS, SCOUT = (
    Party(**example_data.NOVA),
    Party(**example_data.BOOTS),
    Party(**example_data.SCOUT),
)

# The orders that the event files name beside the story's own, which is pending.
ACCEPTED_ID = "wo_01jd5m5y1x2w3v4t5s6r7q8p9n"
OVERDUE_ID = "wo_01jd5m7c1d2e3f4g5h6j7k8m9n"


@pytest.fixture
def told(cloud: Cloud) -> Cloud:
    """The story's agents as the event files know them: with keys, messages, orders, a request."""
    for party in (NOVA, BOOTS, SCOUT):
        register(party)
    cloud.post("/messaging/heartbeat", {"agent_id": BOOTS.id})
    write_messages()
    write_request()
    for work_order_id in (example_data.ORDER_ID, ACCEPTED_ID, OVERDUE_ID):
        write_order(work_order_id)
    accept = TransitionRequest(Caller(BOOTS.id), Action.ACCEPT, clock.now(), {})
    app("work_orders").transitions.apply(ACCEPTED_ID, accept, unkeyed())
    cloud.overdue(OVERDUE_ID)
    return cloud


@pytest.fixture
def key_of_nova(told: Cloud) -> tuple[str, str]:
    """One more key of Nova's, which opens something, and its id."""
    answer = told.post("/agents/me/keys", {"agent_id": NOVA.id}, {"label": "for the authorizer"})
    return answer.json["api_key"], answer.json["key_id"]


def register(party: Party) -> None:
    """The agent, with a live key of the id that the events' authorizer vouches for, and another."""
    agents, now = app("agents"), clock.now()
    first, second = (
        api_keys.issue(now)[1].model_copy(update={"key_id": key_id})
        for key_id in (example_data.KEY_ID, example_data.NEW_KEY_ID)
    )
    agent = Agent(agent_id=party.id, name=party.name, created_at=now, keys={first.key_id: first})
    agents.registration.write(agent, first)
    agents.key_service.keyring.add(Requester(lambda: agent, BY_OPERATOR), second, now)


def write_messages() -> None:
    messages = app("messaging").messages
    sent_at = datetime(2026, 11, 23, tzinfo=UTC)
    kind = MessageType.CONTACT_REQUEST
    more = {
        "thread_id": example_data.THREAD_ID,
        "body": "Want to collaborate?",
        "is_verified": True,
    }
    messages.put(compose(kind, NOVA, BOOTS, sent_at, message_id=example_data.MESSAGE_ID, **more))
    messages.put(compose(kind, BOOTS, NOVA, sent_at, message_id=example_data.REPLY_ID, **more))
    for sender, recipient, message_id in (
        (NOVA, BOOTS, example_data.MESSAGE_ID),
        (BOOTS, NOVA, example_data.REPLY_ID),
    ):
        app("messaging").sent_log.record(Caller(sender.id), recipient.id, message_id)


def write_request() -> None:
    """What Scout asks and Boots has not answered."""
    now = clock.now()
    message = compose(
        MessageType.CONTACT_REQUEST,
        SCOUT,
        BOOTS,
        now,
        relationship=Relationship.STRANGER,
        is_verified=True,
        message_id=example_data.REQUEST_ID,
        thread_id=example_data.REQUEST_THREAD_ID,
        body=example_messages.REQUEST["body"],
    )
    held = message.model_copy(update={"status": MessageStatus.HELD})
    transactions.transact(
        app("contacts").client, [app("contacts").contacts.transact_hold(held, now)]
    )


def write_order(work_order_id: str) -> None:
    order = WorkOrder.create(
        work_order_id=work_order_id,
        client=NOVA,
        worker=BOOTS,
        title="Cost Estimates for 50 Products",
        description="Need detailed cost breakdowns",
        deadline_at=example_data.DEADLINE_AT,
        message_id=example_data.MESSAGE_ID.replace("msg_01jd5m3", f"msg_{work_order_id[3:10]}"),
        thread_id=example_data.THREAD_ID,
        is_verified=True,
        created_at=clock.now(),
    )
    app("work_orders").offering.put(order, unkeyed())


def unkeyed() -> IdempotentRequest:
    """A request without an Idempotency-Key."""
    return IdempotentRequest(app("work_orders").idempotency_store, clock.now())
