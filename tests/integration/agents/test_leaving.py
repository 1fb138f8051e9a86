"""Leaving for good: nothing of the agent can be found or used, and its id stays its own."""

from tests.integration.agents.listed import stored_keys
from tests.integration.cloud import Cloud


def test_leaving_takes_the_agent_its_keys_its_listing_and_its_lease(pair: Cloud):
    pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    answer = pair.call("DELETE", "/agents/me", {"agent_id": "boots"})
    assert (answer.status, answer.json) == (200, {"success": True, "agent_id": "boots"})
    assert {item["agent_id"] for item in pair.items("AgentKeysTable")} == {"nova", "third"}
    assert stored_keys(pair) == {
        ("all", "nova"),
        ("all", "third"),
        ("word#n", "nova#nova"),
        ("word#t", "third#third"),
    }
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
