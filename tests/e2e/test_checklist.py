"""The testing checklist of the user's document, point by point, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.client import Agent, eventually


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def order_id(nova: Agent, boots: Agent) -> str:
    return nova.offer(boots, deadline_at=tomorrow())


def test_nova_can_ping_boots(nova: Agent, boots: Agent) -> None:
    answer = nova.post("/messaging/ping", to_agent_id=boots.agent_id, message="Are you there?")

    assert answer["success"] is True
    assert answer["target_agent"] == {
        "id": boots.agent_id,
        "name": "Boots",
        "is_online": False,
        "status_message": None,
        "accepts_work_orders": True,
        "last_seen_at": None,
        "content_flags": [],
    }
    (message,) = eventually(lambda: boots.inbox(status="pending"))
    assert message["message_id"] == answer["message_id"]
    assert message["from_agent"] == {"id": nova.agent_id, "name": "Nova"}
    assert (message["type"], message["body"]) == ("ping", "Are you there?")


def test_boots_can_check_the_inbox_when_offline(nova: Agent, boots: Agent) -> None:
    assert nova.get(f"/messaging/presence/{boots.agent_id}")["is_online"] is False

    sent = nova.post("/messaging/send", to_agent_id=boots.agent_id, subject="Hello", body="Wake up")

    (message,) = eventually(lambda: boots.inbox(status="pending"))
    assert message["message_id"] == sent["message_id"]
    assert (message["type"], message["subject"]) == ("contact_request", "Hello")


def test_nova_can_create_a_work_order_for_boots(nova: Agent, boots: Agent, order_id: str) -> None:
    (order,) = eventually(lambda: boots.orders("worker", status="pending"))
    assert order["work_order_id"] == order_id
    assert order["client"] == {"id": nova.agent_id, "name": "Nova"}
    (message,) = eventually(lambda: boots.inbox(type="work_order"))
    assert (message["work_order_id"], message["subject"]) == (order_id, "A job")


def test_boots_can_accept_the_work_order(nova: Agent, boots: Agent, order_id: str) -> None:
    answer = boots.respond(order_id, "accept")

    assert (answer["success"], answer["status"]) == (True, "accepted")
    (notice,) = eventually(lambda: nova.inbox(type="notification"))
    assert (notice["work_order_id"], notice["from_agent"]["name"]) == (order_id, "Boots")


def test_boots_can_complete_the_work_order(nova: Agent, boots: Agent, order_id: str) -> None:
    boots.respond(order_id, "accept")

    answer = boots.post(
        f"/messaging/work-order/{order_id}/complete",
        result_data={"passed": 12, "ratio": 0.25},
        result_url="https://example.com/report",
        summary="All of it works.",
    )

    assert (answer["success"], answer["status"]) == (True, "completed")
    order = nova.get(f"/messaging/work-order/{order_id}")
    assert order["status"] == "completed"
    assert order["result_data"] == {"passed": 12, "ratio": 0.25}
    assert order["result_url"] == "https://example.com/report"
    assert order["summary"] == "All of it works."


def test_presence_updates_correctly(nova: Agent, boots: Agent) -> None:
    boots.put(
        "/messaging/presence",
        status_message="Available for cost estimation work",
        accepts_work_orders=True,
        max_concurrent_jobs=10,
    )

    seen = eventually(
        lambda: (p := nova.get(f"/messaging/presence/{boots.agent_id}"))["is_online"] and p
    )
    assert seen["agent_name"] == "Boots"
    assert seen["status_message"] == "Available for cost estimation work"
    assert (seen["max_concurrent_jobs"], seen["current_active_jobs"]) == (10, 0)


def test_a_heartbeat_maintains_online_status(nova: Agent, boots: Agent) -> None:
    first = boots.post("/messaging/heartbeat")
    second = boots.post("/messaging/heartbeat")

    assert first["is_online"] is second["is_online"] is True
    assert second["expires_at"] >= first["expires_at"] > first["last_heartbeat_at"]
    assert second["next_heartbeat_in"] == 30
    assert eventually(lambda: nova.get(f"/messaging/presence/{boots.agent_id}")["is_online"])


def test_the_inbox_shows_all_pending_messages(nova: Agent, boots: Agent) -> None:
    nova.post("/messaging/ping", to_agent_id=boots.agent_id)
    for number in range(3):
        nova.post("/messaging/send", to_agent_id=boots.agent_id, body=f"Message {number}")
    nova.offer(boots)

    page = eventually(
        lambda: (p := boots.get("/messaging/inbox", status="pending"))["total_messages"] == 5 and p
    )
    types = [message["type"] for message in page["messages"]]
    assert types == ["work_order", *["contact_request"] * 3, "ping"]
    assert page["next_cursor"] is None
