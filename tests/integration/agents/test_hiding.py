"""An agent that closes, or opens again, does so in the list of who is online as well."""

import base64

from tests.integration.cloud import Cloud


def set_policy(cloud: Cloud, agent_id: str, policy: str) -> None:
    body = {"contact_policy": policy}
    assert cloud.call("PATCH", "/agents/me", {"agent_id": agent_id}, body).status == 200


def online(cloud: Cloud) -> tuple[list[str], str]:
    page = cloud.get("/agents", {"agent_id": "nova", "online": "true", "limit": 1}).json
    cursor = page["next_cursor"] or ""
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return [card["agent_id"] for card in page["agents"]], raw.decode("latin-1")


def test_it_is_hidden_and_shown_at_once(pair: Cloud):
    assert pair.post("/messaging/heartbeat", {"agent_id": "boots"}).status == 200
    assert online(pair)[0] == ["boots"]
    set_policy(pair, "boots", "closed")
    agents, cursor = online(pair)
    assert agents == []
    assert "boots" not in cursor
    set_policy(pair, "boots", "approved")
    assert online(pair)[0] == ["boots"]


def test_one_that_was_never_online_gets_no_lease_by_it(pair: Cloud):
    for policy in ("closed", "open"):
        set_policy(pair, "boots", policy)
        assert pair.items("AgentPresenceTable") == []
