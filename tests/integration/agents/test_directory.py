"""The directory: every agent once, by page, and those that are online."""

import base64
from datetime import timedelta

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud


def test_the_directory_lists_every_agent_once_in_the_order_of_the_ids(cloud: Cloud):
    names = [f"agent-{n:02d}" for n in range(23)]
    for name in reversed(names):
        cloud.register(name)
    for limit in (1, 7, 23, 100):
        pages = list(cloud.pages("/agents", {"agent_id": "agent-00", "limit": limit}))
        assert [card["agent_id"] for page in pages for card in page["agents"]] == names
        assert all(len(page["agents"]) <= limit for page in pages)


def test_the_directory_can_show_those_online_alone(cloud: Cloud):
    names = [f"agent-{n:02d}" for n in range(40)]
    now = clock.now()
    for number, name in enumerate(names):
        cloud.register(name)
        if number % 2:
            cloud.lease(name, now + timedelta(seconds=90), now)
        elif number % 4:
            cloud.lease(name, now - timedelta(seconds=1), now - timedelta(seconds=91))
    for limit in (1, 3, 100):
        for online, expected in (("true", names[1::2]), ("false", names[0::2])):
            query = {"agent_id": "agent-00", "limit": limit, "online": online}
            cards = [c for page in cloud.pages("/agents", query) for c in page["agents"]]
            assert sorted(card["agent_id"] for card in cards) == expected
            assert all(card["is_online"] is (online == "true") for card in cards)


def test_not_even_a_cursor_tells_that_a_closed_agent_is_online(cloud: Cloud):
    closed = {f"closed-{n:02d}" for n in range(12)}
    for name in (*closed, "seen-1", "seen-2"):
        policy = "closed" if name in closed else "open"
        cloud.register(name, contact_policy=policy)
        assert cloud.post("/messaging/heartbeat", {"agent_id": name}).status == 200
    pages = list(cloud.pages("/agents", {"agent_id": "seen-1", "online": "true", "limit": 1}))
    assert {c["agent_id"] for page in pages for c in page["agents"]} == {"seen-1", "seen-2"}
    for page in pages:
        cursor = page["next_cursor"] or ""
        assert b"closed" not in base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert cloud.get("/messaging/presence/closed-01", {"agent_id": "closed-01"}).json["is_online"]


@pytest.mark.parametrize("online", ["1", "on", "", "yes"])
def test_online_is_true_or_false(pair: Cloud, online: str):
    answer = pair.get("/agents", {"agent_id": "nova", "online": online})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "?online"


def test_a_directory_cursor_belongs_to_its_filter_and_its_caller(pair: Cloud):
    cursor = pair.get("/agents", {"agent_id": "nova", "limit": 1}).json["next_cursor"]
    for query in ({"agent_id": "boots"}, {"agent_id": "nova", "online": "false"}):
        answer = pair.get("/agents", {**query, "cursor": cursor})
        assert (answer.status, answer.json["code"]) == (400, "bad_cursor")
