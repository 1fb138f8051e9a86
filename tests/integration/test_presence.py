from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging import clock
from agent_messaging.feed.position import START
from agent_messaging.presence import table
from agent_messaging.presence.table import SHARDS, PresenceTable
from agent_messaging.settings import SettingError
from local.in_process.functions import app, fresh
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append, text
from tests.integration.messaging.messages import stored_message


def presence(cloud: Cloud, agent_id: str = "boots"):
    answer = cloud.get(f"/messaging/presence/{agent_id}")
    assert answer.status == 200
    return answer.json


def update(cloud: Cloud, **body):
    answer = cloud.call("PUT", "/messaging/presence", {"agent_id": "boots"}, body)
    assert answer.status == 200, answer.text
    return answer.json


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_a_day_that_cannot_be_noted_keeps_nobody_from_being_online(pair: Cloud, code: str):
    pair.fail("UpdateItem", 1, {"Error": {"Code": code, "Message": "not now"}})
    assert pair.post("/messaging/heartbeat", {"agent_id": "boots"}).status == 200
    assert presence(pair)["is_online"] is True
    assert "last_seen_on" not in pair.read("AgentsTable", agent_id="boots")

    assert pair.post("/messaging/heartbeat", {"agent_id": "boots"}).status == 200
    assert pair.read("AgentsTable", agent_id="boots")["last_seen_on"] == str(clock.now().date())


def test_a_heartbeat_renews_the_lease_and_tells_what_waits(pair: Cloud):
    pair.send("nova", "boots")
    pair.offer("nova", "boots")
    answer = pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    beat, expiry = answer.json["last_heartbeat_at"], answer.json["expires_at"]
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "agent_id": "boots",
        "is_online": True,
        "last_heartbeat_at": beat,
        "expires_at": expiry,
        "next_heartbeat_in": 30,
        "pending_messages": 2,
        "pending_work_orders": 1,
        "input_required_work_orders": 0,
        "feed_position": START.to_text("boots"),
    }
    lease = datetime.fromisoformat(expiry) - datetime.fromisoformat(beat)
    assert lease == timedelta(seconds=90)
    (item,) = pair.items("AgentPresenceTable")
    assert item["purge_at"] == int((datetime.fromisoformat(expiry) + timedelta(days=1)).timestamp())


def test_a_heartbeat_tells_the_newest_position_of_the_feed(pair: Cloud):
    events = append(pair, times=3)
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    assert beat["feed_position"] == text(events[-1])


def test_what_is_done_does_not_wait(pair: Cloud):
    order = pair.offer("nova", "boots")
    pair.move("boots", order, "accept")
    for message in pair.inbox("boots")["messages"]:
        pair.post(f"/messaging/mark-read/{message['message_id']}", {"agent_id": "boots"})
    pair.offer("nova", "boots")
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    assert (beat["pending_messages"], beat["pending_work_orders"]) == (1, 1)


def test_the_counts_of_a_heartbeat_stop_at_a_hundred(pair: Cloud):
    pending = {"status": "pending", "pending_for": "boots", "read_at": None}
    pair.write(
        "AgentMessagesTable", *(stored_message("boots", "nova", n, **pending) for n in range(101))
    )
    pair.write(
        "WorkOrdersTable",
        *(
            {
                "work_order_id": f"wo_{n:03d}",
                "part": "head",
                "open_worker_id": "boots",
                "status": "pending" if n < 101 else "accepted",
            }
            for n in range(106)
        ),
    )
    pair.change("AgentsTable", {"agent_id": "boots"}, active_jobs=5)
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    assert (beat["pending_messages"], beat["pending_work_orders"]) == (100, 100)
    for n in (3, 4):
        key = {"work_order_id": f"wo_{n:03d}", "part": "head"}
        pair.change("WorkOrdersTable", key, status="rejected", open_worker_id=None)
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    assert beat["pending_work_orders"] == 99


def test_an_update_answers_the_availability_and_counts_as_a_heartbeat(pair: Cloud):
    answer = update(
        pair,
        status_message="Available for cost estimation work",
        accepts_work_orders=True,
        max_concurrent_jobs=10,
    )
    assert answer == {
        "success": True,
        "agent_id": "boots",
        "is_online": True,
        "last_seen_at": answer["last_seen_at"],
        "status_message": "Available for cost estimation work",
        "accepts_work_orders": True,
        "max_concurrent_jobs": 10,
        "current_active_jobs": 0,
        "content_flags": [],
    }
    assert presence(pair) == {
        "agent_id": "boots",
        "agent_name": "Boots",
        "is_online": True,
        "last_seen_at": answer["last_seen_at"],
        "status_message": "Available for cost estimation work",
        "accepts_work_orders": True,
        "max_concurrent_jobs": 10,
        "current_active_jobs": 0,
        "content_flags": [],
    }


def test_what_an_update_leaves_out_keeps_its_value(pair: Cloud):
    update(pair, status_message="Busy", accepts_work_orders=False, max_concurrent_jobs=1)

    def values(answer):
        return tuple(
            answer[name]
            for name in ("status_message", "accepts_work_orders", "max_concurrent_jobs")
        )

    assert values(update(pair)) == ("Busy", False, 1)
    assert values(update(pair, max_concurrent_jobs=100)) == ("Busy", False, 100)
    assert values(update(pair, accepts_work_orders=True)) == ("Busy", True, 100)
    assert values(update(pair, status_message="")) == ("", True, 100)
    assert values(update(pair, status_message=None)) == (None, True, 100)
    assert values(presence(pair)) == (None, True, 100)


@pytest.mark.parametrize(
    "body",
    [
        {"max_concurrent_jobs": 0},
        {"max_concurrent_jobs": 101},
        {"max_concurrent_jobs": "5.5"},
        {"max_concurrent_jobs": 5.5},
        {"max_concurrent_jobs": True},
        {"max_concurrent_jobs": None},
        {"accepts_work_orders": "yes"},
        {"accepts_work_orders": 1},
        {"accepts_work_orders": None},
        {"status_message": "x" * 501},
        {"status_message": 5},
        {"current_active_jobs": 0},
    ],
)
def test_a_wrong_update_changes_nothing(pair: Cloud, body: dict):
    before = pair.digest()
    answer = pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, body)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "#/" + next(iter(body))
    assert pair.digest() == before


def test_an_agent_is_online_until_its_lease_ends_whether_the_item_is_there_or_not(pair: Cloud):
    now = clock.now()
    pair.lease("boots", now + timedelta(seconds=60), now)
    assert presence(pair)["is_online"] is True
    pair.lease("boots", now - timedelta(milliseconds=1), now)
    assert presence(pair)["is_online"] is False
    assert presence(pair)["last_seen_at"] == clock.to_text(now)


def test_who_was_never_seen_is_offline(pair: Cloud):
    assert presence(pair)["is_online"] is False
    assert presence(pair)["last_seen_at"] is None


def test_availability_outlives_the_lease(pair: Cloud):
    update(pair, status_message="Here", max_concurrent_jobs=7)
    (item,) = pair.items("AgentPresenceTable")
    key = {"shard": {"N": str(item["shard"])}, "agent_id": {"S": "boots"}}
    pair.dynamodb.delete_item(TableName="AgentPresenceTable", Key=key)
    after = presence(pair)
    assert (after["is_online"], after["status_message"]) == (False, "Here")
    assert after["max_concurrent_jobs"] == 7


def test_without_a_lease_the_day_of_the_last_one_is_told(pair: Cloud):
    pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    (item,) = pair.items("AgentPresenceTable")
    key = {"shard": {"N": str(item["shard"])}, "agent_id": {"S": "boots"}}
    pair.dynamodb.delete_item(TableName="AgentPresenceTable", Key=key)
    assert presence(pair)["last_seen_at"] == f"{datetime.now(UTC):%Y-%m-%d}T00:00:00.000Z"


def test_going_offline_ends_the_lease_now(pair: Cloud):
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}).json["last_heartbeat_at"]
    answer = pair.call("DELETE", "/messaging/presence", {"agent_id": "boots"})
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "agent_id": "boots",
        "is_online": False,
        "last_seen_at": beat,
    }
    assert presence(pair)["is_online"] is False
    assert presence(pair)["last_seen_at"] == beat
    before = pair.digest()
    assert pair.call("DELETE", "/messaging/presence", {"agent_id": "boots"}).json == answer.json
    assert pair.digest() == before


def test_going_offline_unseen_is_no_error(pair: Cloud):
    answer = pair.call("DELETE", "/messaging/presence", {"agent_id": "boots"})
    assert (answer.status, answer.json["last_seen_at"]) == (200, None)
    assert pair.items("AgentPresenceTable") == []


def test_presence_needs_no_identity_parameter_and_takes_one(pair: Cloud):
    alone = pair.get("/messaging/presence/boots")
    named = pair.get("/messaging/presence/boots", {"agent_id": "nova"})
    assert alone.json == named.json
    assert pair.get("/messaging/presence/boots", {"agent_id": "ghost"}).status == 404
    assert pair.get("/messaging/presence/ghost").json["code"] == "agent_not_found"


def test_presence_is_spread_over_64_partitions(cloud: Cloud):
    now = clock.now()
    table = PresenceTable(app("presence").client, "AgentPresenceTable")
    for number in range(300):
        cloud.lease(f"agent-{number}", now + timedelta(milliseconds=number - 100), now)
    assert {int(item["shard"]) for item in cloud.items("AgentPresenceTable")} == set(range(SHARDS))
    cloud.cost()
    # Leases 101 to 299 end after `now`; 100 ends with it.
    assert table.count_online(now) == 199
    assert [call.operation for call in cloud.cost()] == ["Query"] * SHARDS


def test_going_offline_changes_the_end_of_the_lease_and_nothing_else(pair: Cloud):
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    gone = pair.call("DELETE", "/messaging/presence", {"agent_id": "boots"}).json
    again = pair.call("DELETE", "/messaging/presence", {"agent_id": "boots"}).json
    assert gone["last_seen_at"] == again["last_seen_at"] == beat["last_heartbeat_at"]
    assert pair.get("/messaging/presence/boots").json["is_online"] is False


def test_a_page_of_who_is_online_examines_a_bounded_part_of_a_partition(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(table, "EXAMINED", 2)
    ids = [f"agent-{number}" for number in range(400)]
    names = [agent_id for agent_id in ids if table.shard_of(agent_id) == 7][:6]
    for agent_id in names:
        pair.register(agent_id)
        pair.post("/messaging/heartbeat", {"agent_id": agent_id})
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(10):
        page = pair.get("/agents", {"agent_id": "nova", "online": "true", **cursor}).json
        seen += [agent["agent_id"] for agent in page["agents"]]
        if page["next_cursor"] is None:
            break
        assert len(page["agents"]) <= 2
        cursor = {"cursor": page["next_cursor"]}
    assert seen == sorted(names)


def test_a_heartbeat_longer_than_the_lease_fails_the_start():
    with pytest.raises(SettingError, match="HEARTBEAT_SECONDS is 120, and PRESENCE_LEASE_SECONDS"):
        fresh("presence", HEARTBEAT_SECONDS="120")
