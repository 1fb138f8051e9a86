import re
from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging import clock
from agent_messaging.agents import keys
from tests.integration.cloud import Cloud

STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"


def test_registering_answers_the_agent_and_its_only_key(cloud: Cloud):
    answer = cloud.post(
        "/agents/register",
        body={
            "agent_id": "cost-estimator",
            "name": "Cost Estimation Agent",
            "description": "Landed cost and margin",
            "capabilities": ["cost-estimation", "research"],
        },
    )
    api_key, key_id = answer.json["api_key"], answer.json["key_id"]
    assert answer.status == 201
    assert answer.json == {
        "success": True,
        "agent_id": "cost-estimator",
        "name": "Cost Estimation Agent",
        "api_key": api_key,
        "key_id": key_id,
    }
    assert re.fullmatch(r"am_live_[0-9A-Za-z]{46}", api_key)
    assert re.fullmatch(r"key_[0-9a-z]{26}", key_id)


def test_a_key_is_stored_as_its_hash_alone(cloud: Cloud):
    api_key = cloud.post("/agents/register", body={"name": "Nova", "agent_id": "nova"}).json[
        "api_key"
    ]
    assert cloud.read("AgentKeysTable", key_hash=keys.key_hash(api_key))["agent_id"] == "nova"
    everything = [
        cloud.items(table) for table in ("AgentsTable", "AgentKeysTable", "AgentDirectoryTable")
    ]
    assert api_key not in repr(everything)
    assert api_key[8:48] not in repr(everything)


def test_an_agent_without_an_id_is_given_one(cloud: Cloud):
    one, other = (cloud.post("/agents/register", body={"name": "Same"}).json for _ in range(2))
    assert re.fullmatch(r"agt_[0-9a-z]{26}", one["agent_id"])
    assert one["agent_id"] != other["agent_id"]


def test_an_id_is_taken_once(cloud: Cloud):
    cloud.register("nova")
    before = cloud.digest()
    answer = cloud.post("/agents/register", body={"agent_id": "nova", "name": "Another"})
    assert (answer.status, answer.json["code"]) == (409, "agent_id_taken")
    assert cloud.digest() == before


def test_of_many_registrations_of_one_id_one_wins(cloud: Cloud):
    # One after the other through the same condition; tests/e2e races real processes.
    answers = [
        cloud.post("/agents/register", body={"agent_id": "nova", "name": f"Nova {n}"})
        for n in range(10)
    ]
    assert sorted(answer.status for answer in answers) == [201] + [409] * 9
    assert cloud.profile("nova")["name"] == "Nova 0"
    assert len(cloud.items("AgentKeysTable")) == 1
    assert len(cloud.items("AgentDirectoryTable")) == 1


@pytest.mark.parametrize("word", ["me", "register", "system"])
def test_words_of_the_api_cannot_be_ids(cloud: Cloud, word: str):
    answer = cloud.post("/agents/register", body={"agent_id": word, "name": "x"})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "#/agent_id"


@pytest.mark.parametrize("value", [[], {}, 5, True, ["me"], {"me": 1}])
def test_an_id_of_another_type_is_refused(cloud: Cloud, value: object):
    answer = cloud.post("/agents/register", body={"agent_id": value, "name": "x"})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"].startswith("#/agent_id")


def test_registration_is_open_in_the_local_runner_alone(cloud: Cloud):
    for caller in (None, {"agent_id": "nova", "key_id": "key_x", "epoch": 1}):
        answer = cloud.post("/agents/register", body={"name": "x"}, caller=caller)
        assert (answer.status, answer.json["code"]) == (401, "unauthorized")


def test_an_agent_reads_itself(cloud: Cloud):
    cloud.register("nova", name="Nova", description="Scout", capabilities=["scouting"])
    profile = cloud.profile("nova")
    assert re.fullmatch(STAMP, profile["created_at"])
    assert profile == {
        "agent_id": "nova",
        "name": "Nova",
        "description": "Scout",
        "capabilities": ["scouting"],
        "is_online": False,
        "last_seen_at": None,
        "status_message": None,
        "accepts_work_orders": True,
        "max_concurrent_jobs": 5,
        "current_active_jobs": 0,
        "completed_jobs": 0,
        "created_at": profile["created_at"],
    }


def test_others_see_a_card_without_what_is_its_own(pair: Cloud):
    answer = pair.get("/agents/boots", {"agent_id": "nova"})
    assert answer.status == 200
    assert answer.json == {
        "agent_id": "boots",
        "name": "Boots",
        "description": None,
        "capabilities": [],
        "is_online": False,
        "last_seen_at": None,
        "status_message": None,
        "accepts_work_orders": True,
    }


def test_an_unknown_agent_is_404(pair: Cloud):
    answer = pair.get("/agents/ghost", {"agent_id": "nova"})
    assert (answer.status, answer.json["code"]) == (404, "agent_not_found")


def test_a_change_keeps_what_is_left_out(pair: Cloud):
    def change(**body):
        answer = pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, body)
        assert answer.status == 200
        return [answer.json[name] for name in ("name", "description", "capabilities")]

    assert change(description="Scout", capabilities=["a", "b"]) == ["Nova", "Scout", ["a", "b"]]
    assert change(name="Nova Eagle") == ["Nova Eagle", "Scout", ["a", "b"]]
    assert change(description=None) == ["Nova Eagle", None, ["a", "b"]]
    assert change(capabilities=[]) == ["Nova Eagle", None, []]
    assert change() == ["Nova Eagle", None, []]
    assert pair.profile("nova")["name"] == "Nova Eagle"


@pytest.mark.parametrize(
    "body",
    [
        {"name": None},
        {"name": ""},
        {"name": " \t"},
        {"name": "x" * 501},
        {"description": "x" * 501},
        {"capabilities": None},
        {"capabilities": ["a"] * 9},
        {"capabilities": ["Big"]},
        {"capabilities": "a"},
        {"capabilities": {"a": 1}},
        {"agent_id": "other"},
        {"max_concurrent_jobs": 3},
    ],
)
def test_a_wrong_change_changes_nothing(pair: Cloud, body: dict):
    before = pair.digest()
    answer = pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, body)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"].startswith("#/" + next(iter(body)))
    assert pair.digest() == before


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


@pytest.mark.parametrize("online", ["1", "True", "", "yes"])
def test_online_is_true_or_false(pair: Cloud, online: str):
    answer = pair.get("/agents", {"agent_id": "nova", "online": online})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "?online"


def test_a_directory_cursor_belongs_to_its_filter_and_its_caller(pair: Cloud):
    cursor = pair.get("/agents", {"agent_id": "nova", "limit": 1}).json["next_cursor"]
    for query in ({"agent_id": "boots"}, {"agent_id": "nova", "online": "false"}):
        answer = pair.get("/agents", {**query, "cursor": cursor})
        assert (answer.status, answer.json["code"]) == (400, "bad_cursor")


def test_leaving_takes_the_agent_its_keys_its_listing_and_its_lease(pair: Cloud):
    pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    answer = pair.call("DELETE", "/agents/me", {"agent_id": "boots"})
    assert (answer.status, answer.json) == (200, {"success": True, "agent_id": "boots"})
    assert {item["agent_id"] for item in pair.items("AgentKeysTable")} == {"nova", "third"}
    assert {item["agent_id"] for item in pair.items("AgentDirectoryTable")} == {"nova", "third"}
    assert pair.items("AgentPresenceTable") == []
    assert pair.get("/agents/boots", {"agent_id": "nova"}).status == 404
    assert pair.get("/messaging/presence/boots").status == 404
    listed = pair.get("/agents", {"agent_id": "nova"}).json["agents"]
    assert [card["agent_id"] for card in listed] == ["nova", "third"]


def test_an_id_is_never_given_again(pair: Cloud):
    pair.call("DELETE", "/agents/me", {"agent_id": "boots"})
    answer = pair.post("/agents/register", body={"agent_id": "boots", "name": "Thief"})
    assert answer.status == 409


def test_who_left_is_unknown_in_every_call(pair: Cloud):
    pair.call("DELETE", "/agents/me", {"agent_id": "boots"})
    to_boots = {"to_agent_id": "boots", "body": "x", "title": "x", "description": "x"}
    ping, send, order = (
        ("to_agent_id",),
        ("to_agent_id", "body"),
        ("to_agent_id", "title", "description"),
    )
    for path, names in (("ping", ping), ("send", send), ("work-order", order)):
        body = {name: to_boots[name] for name in names}
        answer = pair.post(f"/messaging/{path}", {"from_agent_id": "nova"}, body)
        assert (answer.status, answer.json["code"]) == (404, "agent_not_found")
    assert pair.get("/messaging/inbox", {"agent_id": "boots"}).status == 404
    assert pair.call("DELETE", "/agents/me", {"agent_id": "boots"}).status == 404


def test_who_has_accepted_work_cannot_leave(pair: Cloud):
    order = pair.offer("nova", "boots")
    pair.move("boots", order, "accept")
    before = pair.digest()
    answer = pair.call("DELETE", "/agents/me", {"agent_id": "boots"})
    assert (answer.status, answer.json["code"]) == (409, "agent_busy")
    assert pair.digest() == before
    pair.move("boots", order, "fail")
    assert pair.call("DELETE", "/agents/me", {"agent_id": "boots"}).status == 200


def test_a_key_ends_with_its_agent_and_with_its_epoch(cloud: Cloud):
    boots, nova = cloud.register("boots"), cloud.register("nova")
    stale = {**nova.keyed, "epoch": 2}
    another = {**nova.keyed, "key_id": "key_01m830ztk8hqmnnzmzdykrdxts"}
    for caller in (stale, another):
        answer = cloud.post("/messaging/heartbeat", caller=caller)
        assert (answer.status, answer.json["code"]) == (401, "key_revoked")
    cloud.call("DELETE", "/agents/me", caller=boots.keyed)
    answer = cloud.post("/messaging/heartbeat", caller=boots.keyed)
    assert (answer.status, answer.json["code"]) == (401, "key_revoked")


def test_a_key_ends_at_the_moment_it_expires(cloud: Cloud):
    nova = cloud.register("nova")
    item = cloud.read("AgentsTable", agent_id="nova")

    def expiring(moment: datetime) -> int:
        kept = {**item["keys"][nova.keyed["key_id"]], "expires_at": clock.to_text(moment)}
        cloud.change("AgentsTable", {"agent_id": "nova"}, keys={nova.keyed["key_id"]: kept})
        return cloud.post("/messaging/heartbeat", caller=nova.keyed).status

    assert expiring(datetime.now(UTC) + timedelta(minutes=1)) == 200
    assert expiring(datetime.now(UTC) - timedelta(milliseconds=1)) == 401
