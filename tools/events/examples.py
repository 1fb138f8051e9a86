"""Write the agents, keys, messages, orders, contacts and webhooks that the files in events/ name.

The ids are those of the examples in /openapi.json. The domain's own code writes the items, so they
are those that requests would have made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from agent_messaging import clock
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents.model import Agent
from agent_messaging.agents.requester import BY_OPERATOR, Requester
from agent_messaging.auth import Caller
from agent_messaging.feed.model import EventType, NewEvent, Source, data_text
from agent_messaging.fields import Party
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import MessageStatus, MessageType, Relationship, compose
from agent_messaging.storage.transactions import transact
from agent_messaging.webhooks import secrets
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.model import SLOTS, Endpoint
from agent_messaging.work_orders.bid import Bid
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action
from agent_messaging.work_orders.transitions import TransitionRequest
from tools.openapi import example_data, example_messages

NOVA, BOOTS, SCOUT = (
    Party(**example_data.NOVA),
    Party(**example_data.BOOTS),
    Party(**example_data.SCOUT),
)

# The orders that event files name beside the order of the other examples, which is pending.
ACCEPTED_ID = "wo_01jd5m5y1x2w3v4t5s6r7q8p9n"
ASKED_ID = "wo_01jd5m6b1c2d3e4f5g6h7j8k9m"
OVERDUE_ID = "wo_01jd5m7c1d2e3f4g5h6j7k8m9n"
# An order that Boots can claim, and one on which it has bid.
POOLED_ID = "wo_01jd5m8d2e3f4g5h6j7k8m9n0p"
AUCTIONED_ID = "wo_01jd5m9e3f4g5h6j7k8m9n0p1q"
BID_ID = "bid_01jd5m4t8n7p6q5r4s3t2v1w0z"
CAPABILITY = "cost-estimation"

App = Callable[[str], ModuleType]
"""Returns the `app.py` of a function folder, loaded over the tables that are written."""


def write(app: App) -> dict[str, str]:
    """Write everything into empty tables. Return a key of each agent by its id."""
    keys = {party.id: register(app, party) for party in (NOVA, BOOTS, SCOUT)}
    app("presence").service.heartbeat(Caller(BOOTS.id), clock.now())
    write_messages(app)
    write_event(app)
    write_request(app)
    write_webhook(app)
    deadline = clock.from_text(example_data.DEADLINE_AT)
    for work_order_id in (example_data.ORDER_ID, ACCEPTED_ID, ASKED_ID):
        write_order(app, work_order_id, deadline)
    write_order(app, OVERDUE_ID, clock.now() - timedelta(seconds=1))
    write_pool(app, deadline)
    for work_order_id in (ACCEPTED_ID, ASKED_ID):
        move_order(app, work_order_id, Action.ACCEPT)
    question = {"question": "In which currency?", "question_id": example_data.QUESTION_ID}
    move_order(app, ASKED_ID, Action.ASK, question)
    return keys


def register(app: App, party: Party) -> str:
    """Register an agent with two keys that have the key ids of the events. Return the first key.

    An event contains what the authorizer answered for the first key. So the functions accept it
    while the agent has a live key of this id.
    """
    agents, now = app("agents"), clock.now()
    (api_key, first), (_, second) = api_keys.issue(now), api_keys.issue(now)
    first = first.model_copy(update={"key_id": example_data.KEY_ID})
    second = second.model_copy(update={"key_id": example_data.NEW_KEY_ID})
    agent = Agent(
        agent_id=party.id,
        name=party.name,
        capabilities=[CAPABILITY] if party is BOOTS else [],
        created_at=now,
        keys={first.key_id: first},
    )
    agents.registration.write(agent, first)
    agents.key_service.keyring.add(Requester(lambda: agent, BY_OPERATOR), second, now)
    return api_key


def write_messages(app: App) -> None:
    """Write a message from Nova to Boots and the reply, with the entries of both sent lists."""
    module, sent_at = app("messaging"), clock.now() - timedelta(minutes=1)
    for sender, recipient, message_id in (
        (NOVA, BOOTS, example_data.MESSAGE_ID),
        (BOOTS, NOVA, example_data.REPLY_ID),
    ):
        message = compose(
            MessageType.CONTACT_REQUEST,
            sender,
            recipient,
            sent_at,
            message_id=message_id,
            thread_id=example_data.THREAD_ID,
            body="Want to collaborate?",
            is_verified=True,
        )
        module.messages.put(message)
        module.sent_log.record(Caller(sender.id), recipient.id, message_id)


def write_event(app: App) -> None:
    """Write the event of Nova's message as the first in Boots' feed."""
    shown, now = example_messages.EVENT, clock.now()
    event = NewEvent(
        agent_id=BOOTS.id,
        event_id=shown["event_id"],
        type=shown["type"],
        occurred_at=now,
        data=data_text(shown["data"]),
        message_id=example_data.MESSAGE_ID,
        receipt_for=NOVA.id,
    )
    app("feed").feed.append(BOOTS.id, [(event, Source(stream="messages", number=1))], now)


def write_request(app: App) -> None:
    """Write a contact request from Scout, which Boots has not answered."""
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
    transact(app("contacts").client, [app("contacts").contacts.transact_hold(held, now)])


def write_webhook(app: App) -> None:
    """Write a webhook of Nova with one delivery, which has failed once."""
    module, now = app("webhooks"), clock.now()
    endpoint = Endpoint(
        agent_id=NOVA.id,
        slot=SLOTS[0],
        webhook_id=example_data.WEBHOOK_ID,
        url="https://hooks.example.com/first",
        created_at=now,
        secrets=[secrets.new(now)],
    )
    may_act = module.agents.transact_check_active(Caller(NOVA.id))
    module.endpoints.create(endpoint, [], may_act)
    job = Job(
        webhook_id=endpoint.webhook_id,
        event_id=example_data.EVENT_ID,
        agent_id=NOVA.id,
        slot=endpoint.slot,
        event="{}",
        type=EventType.MESSAGE_RECEIVED,
    )
    module.deliveries.deliveries.create_due(job, now, now)


def write_order(app: App, work_order_id: str, deadline_at: datetime) -> None:
    """Write a pending order from Nova to Boots."""
    order = WorkOrder.create(
        work_order_id=work_order_id,
        client=NOVA,
        worker=BOOTS,
        title="Cost Estimates for 50 Products",
        description="Need detailed cost breakdowns",
        deadline_at=deadline_at,
        message_id=example_data.MESSAGE_ID.replace("msg_01jd5m3", f"msg_{work_order_id[3:10]}"),
        thread_id=example_data.THREAD_ID,
        is_verified=True,
        created_at=clock.now(),
    )
    app("work_orders").offering.put(order, _without_key(app))


def move_order(
    app: App, work_order_id: str, action: Action, changes: Mapping[str, Any] | None = None
) -> None:
    """Let Boots do something with an order."""
    wanted = TransitionRequest(Caller(BOOTS.id), action, clock.now(), changes or {})
    app("work_orders").transitions.apply(work_order_id, wanted, _without_key(app))


def write_pool(app: App, deadline_at: datetime) -> None:
    """Write two orders from Nova to every agent with Boots' capability, one with a bid of Boots."""
    module, now = app("work_orders"), clock.now()
    for work_order_id, bids_by in ((POOLED_ID, None), (AUCTIONED_ID, deadline_at)):
        order = WorkOrder.create(
            work_order_id=work_order_id,
            client=NOVA,
            capability=CAPABILITY,
            bids_by=bids_by,
            title="Cost Estimates for 50 Products",
            description="Need detailed cost breakdowns",
            deadline_at=deadline_at + timedelta(days=1),
            is_verified=True,
            created_at=now,
        )
        _without_key(app).write(module.orders.transact_put_all(order), order)
    bid = Bid(bid_id=BID_ID, bidder=BOOTS, created_at=now, is_verified=True)
    module.bids_table.put(order, bid)


def _without_key(app: App) -> IdempotentRequest:
    """Return a request without an Idempotency-Key."""
    return IdempotentRequest(app("work_orders").idempotency_store, clock.now())
