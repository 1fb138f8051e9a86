from datetime import UTC, datetime

import pytest

from agent_messaging import clock
from agent_messaging.auth import Caller
from agent_messaging.docs import story
from agent_messaging.fields import Party
from agent_messaging.messaging.model import MessageType, compose
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action
from tests.integration.cloud import Cloud, app

NOVA, BOOTS = Party(**story.NOVA), Party(**story.BOOTS)

# The orders that the event files name beside the story's own, which is pending.
ACCEPTED_ID = "wo_01jd5m5y1x2w3v4t5s6r7q8p9n"
OVERDUE_ID = "wo_01jd5m7c1d2e3f4g5h6j7k8m9n"


@pytest.fixture
def told(cloud: Cloud) -> Cloud:
    """Nova and Boots as the event files know them: with keys, messages and orders."""
    for party in (NOVA, BOOTS):
        register(cloud, party)
    cloud.post("/messaging/heartbeat", {"agent_id": BOOTS.id})
    write_messages()
    for work_order_id in (story.ORDER_ID, ACCEPTED_ID, OVERDUE_ID):
        write_order(work_order_id)
    app("work_orders").desk.move(Caller(BOOTS.id), ACCEPTED_ID, Action.ACCEPT, clock.now(), {})
    cloud.overdue(OVERDUE_ID)
    return cloud


def register(cloud: Cloud, party: Party) -> None:
    """The agent, with a live key of the id that the events' authorizer vouches for."""
    cloud.register(party.id, name=party.name)
    agent = cloud.read("AgentsTable", agent_id=party.id)
    (key,) = agent["keys"].values()
    keys = {story.KEY_ID: {**key, "key_id": story.KEY_ID}}
    cloud.change("AgentsTable", {"agent_id": party.id}, keys=keys)


def write_messages() -> None:
    messages = app("messaging").messages
    sent_at = datetime(2026, 11, 23, tzinfo=UTC)
    thread = {"thread_id": story.THREAD_ID, "body": "Want to collaborate?"}
    kind = MessageType.CONTACT_REQUEST
    messages.put(compose(kind, NOVA, BOOTS, sent_at, message_id=story.MESSAGE_ID, **thread))
    messages.put(compose(kind, BOOTS, NOVA, sent_at, message_id=story.REPLY_ID, **thread))


def write_order(work_order_id: str) -> None:
    order = WorkOrder(
        work_order_id=work_order_id,
        client=NOVA,
        worker=BOOTS,
        title="Cost Estimates for 50 Products",
        description="Need detailed cost breakdowns",
        deadline_at=story.DEADLINE_AT,
        message_id=story.MESSAGE_ID.replace("msg_01jd5m3", f"msg_{work_order_id[3:10]}"),
        thread_id=story.THREAD_ID,
        created_at=clock.now(),
    )
    app("work_orders").desk.create(order)
