"""The directory's filters: a capability, words of name and id, and who is online; all together."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.paging import Listing
from tests.integration.agents.listed import listed
from tests.integration.cloud import Cloud


@pytest.fixture
def staffed(cloud: Cloud) -> Cloud:
    """Five agents; two of them can estimate, and one of these is online."""
    cloud.register("nova-agent-id", name="Nova", capabilities=["scouting"])
    cloud.register("boots-agent-id", name="Boots", capabilities=["cost-estimation", "research"])
    cloud.register("estimator-2", name="Nova's Éstimator", capabilities=["cost-estimation"])
    cloud.register("supernova", name="Big Bang")
    cloud.register("agt.x", name="見積もり Straße")
    for agent_id in ("boots-agent-id", "supernova"):
        cloud.post("/messaging/heartbeat", {"agent_id": agent_id})
    return cloud


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("nova", ["estimator-2", "nova-agent-id"]),
        ("NOV", ["estimator-2", "nova-agent-id"]),
        ("n", ["estimator-2", "nova-agent-id"]),
        ("nova-a", ["nova-agent-id"]),
        ("nova-agent-id", ["nova-agent-id"]),
        ("agent", ["boots-agent-id", "nova-agent-id"]),
        ("agent nova", ["nova-agent-id"]),
        ("nova agent zzz", []),
        ("és", ["estimator-2"]),
        ("e\u0301stimator", ["estimator-2"]),
        ("STRASSE", ["agt.x"]),
        ("見積", ["agt.x"]),
        ("s", ["agt.x", "estimator-2", "supernova"]),
        ("2", ["estimator-2"]),
        ("nova's", ["estimator-2"]),
        ("bang!", ["supernova"]),
        ("super nova", []),
        ("novae", []),
        ("x" * 100, []),
    ],
)
def test_q_finds_agents_by_how_their_words_begin(staffed: Cloud, q: str, expected: list[str]):
    for limit in (1, 50):
        assert sorted(listed(staffed, "supernova", q=q, limit=limit)) == expected


def test_a_word_is_listed_in_its_order_and_an_agent_once(cloud: Cloud):
    cloud.register("x", name="nb na nc")
    cloud.register("nab", name="na n")
    cloud.register("y", name="nb")
    for limit in (1, 2, 3, 50):
        assert listed(cloud, "x", q="n", limit=limit) == ["x", "nab", "y"]


def test_a_capability_is_matched_whole(staffed: Cloud):
    for limit in (1, 50):
        found = listed(staffed, "supernova", capability="cost-estimation", limit=limit)
        assert found == ["boots-agent-id", "estimator-2"]
    assert listed(staffed, "supernova", capability="cost") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"capability": "cost-estimation", "q": "nova"}, ["estimator-2"]),
        ({"capability": "cost-estimation", "q": "nova b"}, []),
        ({"capability": "cost-estimation", "online": "true"}, ["boots-agent-id"]),
        ({"capability": "cost-estimation", "online": "false"}, ["estimator-2"]),
        ({"q": "agent", "online": "true"}, ["boots-agent-id"]),
        ({"q": "agent", "online": "false"}, ["nova-agent-id"]),
        ({"capability": "research", "q": "boo", "online": "true"}, ["boots-agent-id"]),
        ({"capability": "research", "q": "boo", "online": "false"}, []),
    ],
)
def test_filters_go_together(staffed: Cloud, query: dict, expected: list[str]):
    for limit in (1, 50):
        assert listed(staffed, "supernova", **query, limit=limit) == expected


def test_a_card_of_a_search_is_the_agents_own(staffed: Cloud):
    answer = staffed.get("/agents", {"agent_id": "supernova", "q": "boots"})
    card = staffed.get("/agents/boots-agent-id", {"agent_id": "supernova"}).json
    assert answer.json == {"agents": [card], "next_cursor": None}


@pytest.mark.parametrize("q", ["", " ", "%09", "...", "%23%21", "x" * 101, "%00", "%ff"])
def test_q_holds_something_to_look_for_and_not_too_much(pair: Cloud, q: str):
    answer = pair.get("/agents", f"agent_id=nova&q={q}")
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["?q"]


@pytest.mark.parametrize("capability", ["", "a b", "-a", "x" * 65, "caf%C3%A9", "a%23b"])
def test_a_capability_that_nobody_can_have_is_422(pair: Cloud, capability: str):
    answer = pair.get("/agents", f"agent_id=nova&capability={capability}")
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["?capability"]


def test_a_cursor_belongs_to_all_filters_and_its_caller(staffed: Cloud):
    query = {"agent_id": "supernova", "q": "agent", "capability": "research", "limit": 1}
    for agent_id in ("a1", "a2", "a3"):
        staffed.register(agent_id, name="Agent", capabilities=["research"])
    cursor = staffed.get("/agents", query).json["next_cursor"]
    assert staffed.get("/agents", {**query, "cursor": cursor}).status == 200
    others = (
        {"agent_id": "a1"},
        {"q": "agen"},
        {"q": None},
        {"capability": "scouting"},
        {"capability": None},
        {"online": "true"},
    )
    for other in others:
        changed = {name: value for name, value in {**query, **other}.items() if value is not None}
        answer = staffed.get("/agents", {**changed, "cursor": cursor})
        assert (answer.status, answer.json["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    "position",
    ["", "nova", "boots#x", "nova#x#y", "nova\ud800#x", "nova\U0010ffff#x", "nova\x00#x"],
)
def test_a_cursor_leads_nowhere_but_into_its_list(pair: Cloud, position: str):
    """Anybody can make one; a place outside would be a fault of ours, or somebody else's list."""
    query = {"agent_id": "nova", "q": "nov"}
    listing = Listing("nova", "agents", (None, "nov", None), ".*")
    assert pair.get("/agents", {**query, "cursor": listing.cursor("nov#a", None)}).status == 200
    answer = pair.get("/agents", {**query, "cursor": listing.cursor(position, None)})
    assert (answer.status, answer.json["code"]) == (400, "bad_cursor")


def test_a_closed_agent_shows_nobody_whether_it_is_there(cloud: Cloud):
    now = clock.now()
    for agent_id, policy in (("open", "open"), ("shut", "closed"), ("asked", "approved")):
        cloud.register(agent_id, name="Agent", contact_policy=policy, capabilities=["research"])
        cloud.lease(agent_id, now + timedelta(seconds=90), now)
        body = {"status_message": "Here"}
        assert cloud.call("PUT", "/messaging/presence", {"agent_id": agent_id}, body).status == 200
    cloud.register("gone", contact_policy="closed", capabilities=["research"])
    for filters in ({}, {"q": "agent"}, {"capability": "research"}):
        assert "shut" in listed(cloud, "open", **filters)
        assert sorted(listed(cloud, "open", online="true", **filters)) == ["asked", "open"]
        assert listed(cloud, "open", online="false", **filters) == []
    hidden = {"is_online": None, "last_seen_at": None, "status_message": None}
    for agent_id in ("shut", "gone"):
        card = cloud.get(f"/agents/{agent_id}", {"agent_id": "open"}).json
        assert {name: card[name] for name in hidden} == hidden
        cards = cloud.get("/agents", {"agent_id": "open"}).json["agents"]
        assert card in cards
    own = cloud.profile("shut")
    assert (own["is_online"], own["status_message"]) == (True, "Here")
    assert own["last_seen_at"] is not None
