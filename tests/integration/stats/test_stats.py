"""GET /messaging/stats: the caller's own counts, and the platform's latest snapshot."""

import json

import pytest

from agent_messaging import clock
from agent_messaging.agents.model import Agent
from agent_messaging.fields import Party
from agent_messaging.messaging.model import MessageType, compose
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.stats import rollup
from agent_messaging.stats.counting import count
from agent_messaging.storage.table import Table
from tests.unit.stats.records import NOW, agent

NOVA = Party(id="nova-agent-id", name="Nova")
BOOTS = Party(id="boots-agent-id", name="Boots")


@pytest.fixture
def get(load_function, event, context, client):
    function = load_function("StatsFunction")

    def call(agent_id=NOVA.id):
        request = event("stats/read_stats.json")
        request["requestContext"]["authorizer"]["lambda"]["agent_id"] = agent_id
        request["rawQueryString"] = f"agent_id={agent_id}"
        answer = function.handler(request, context)
        return answer["statusCode"], json.loads(answer["body"])

    return call


@pytest.fixture
def nova(client):
    nova = Agent(agent_id=NOVA.id, name="Nova", created_at=NOW, active_jobs=2, completed_jobs=7)
    Table(client, "AgentsTable").put(nova.model_dump(mode="json", exclude_none=True))


def test_before_the_first_roll_up_the_platform_is_zeros(get, nova):
    assert get() == (
        200,
        {
            "agent_id": "nova-agent-id",
            "unread_messages": 0,
            "pending_work_orders": 0,
            "active_work_orders": 2,
            "completed_work_orders": 7,
            "platform": {
                "agents_registered": 0,
                "agents_online": 0,
                "messages_total": 0,
                "messages_by_type": {
                    "ping": 0,
                    "contact_request": 0,
                    "chat_message": 0,
                    "work_order": 0,
                    "notification": 0,
                },
                "messages_last_24h": 0,
                "messages_last_24h_by_type": {
                    "ping": 0,
                    "contact_request": 0,
                    "chat_message": 0,
                    "work_order": 0,
                    "notification": 0,
                },
                "work_orders_total": 0,
                "work_orders_by_status": {
                    "pending": 0,
                    "accepted": 0,
                    "input_required": 0,
                    "rejected": 0,
                    "cancelled": 0,
                    "expired": 0,
                    "completed": 0,
                    "failed": 0,
                },
                "completion_rate": 0.0,
                "median_seconds_to_accept": None,
                "median_seconds_to_complete": None,
            },
            "computed_at": None,
        },
    )


def test_the_newest_snapshot_is_shown_with_its_minute(get, nova, stats):
    count(stats, [agent(1), agent(2)], NOW)
    for time in ("2026-11-23T01:14:00Z", "2026-11-23T01:15:00Z", "2026-11-23T01:13:00Z"):
        window = clock.from_text(time)
        stats.put_snapshot(rollup.roll_up(stats.sums(rollup.first_window(window)), 1, window))

    status, answer = get()

    assert status == 200
    assert answer["computed_at"] == "2026-11-23T01:15:00.000Z"
    assert answer["platform"]["agents_registered"] == 2
    assert answer["platform"]["agents_online"] == 1


def test_unread_messages_are_the_callers_own(get, nova, client):
    messages = MessagesTable(client, "AgentMessagesTable")
    for recipient in (NOVA, NOVA, BOOTS):
        messages.put(compose(MessageType.PING, BOOTS, recipient, NOW, is_verified=True))

    assert get()[1]["unread_messages"] == 2


def open_order(work_order_id, status):
    """What the index of a worker's open orders needs of one."""
    key = {"work_order_id": work_order_id, "part": "head"}
    return {**key, "open_worker_id": NOVA.id, "status": status, "client_id": BOOTS.id}


def test_what_waits_is_counted_to_a_hundred(get, nova, client):
    messages = MessagesTable(client, "AgentMessagesTable")
    orders = Table(client, "WorkOrdersTable")
    for number in range(101):
        messages.put(compose(MessageType.PING, BOOTS, NOVA, NOW, is_verified=True))
        for name in ("", "more_"):
            orders.put(open_order(f"wo_{name}{number:03}", "pending"))

    answer = get()[1]

    assert (answer["unread_messages"], answer["pending_work_orders"]) == (100, 100)


def test_pending_and_active_orders_are_told_apart(get, nova, client):
    table = Table(client, "WorkOrdersTable")
    for index in range(5):
        table.put(open_order(f"wo_{index}", "pending" if index < 3 else "accepted"))

    answer = get()[1]

    assert (answer["pending_work_orders"], answer["active_work_orders"]) == (3, 2)


def test_an_agent_that_is_gone_has_no_statistics(get):
    status, answer = get("ghost")

    assert (status, answer["code"]) == (404, "agent_not_found")
