"""An agent with a closed mailbox shows its presence to its contacts and to itself."""

import re

import pytest

from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import decide, ping, refusal, set_policy, write

PATH = "/messaging/presence/boots"
REQUIRED = (403, "contact_required")
CALLER = re.compile(r"\?agent_id=\w+")  # a fix names calls with their caller


@pytest.fixture
def closed(pair: Cloud) -> Cloud:
    """Boots is online, and its mailbox is closed."""
    body = {"status_message": "At work"}
    assert pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, body).status == 200
    set_policy(pair, "boots", "closed")
    return pair


def test_a_closed_agent_is_seen_by_itself_and_its_contacts(closed: Cloud):
    decide(closed, "boots", "nova", "allowed")
    by_itself = closed.get(PATH, {"agent_id": "boots"})
    by_contact = closed.get(PATH, {"agent_id": "nova"})
    assert by_itself.json == by_contact.json
    assert by_contact.json["is_online"] is True
    assert by_contact.json["status_message"] == "At work"


def test_a_closed_agent_is_seen_by_nobody_else(closed: Cloud):
    decide(closed, "boots", "third", "blocked")
    decide(closed, "nova", "boots", "allowed")
    seen = [closed.get(PATH, query) for query in ({"agent_id": "nova"}, {"agent_id": "third"}, {})]
    assert [refusal(answer) for answer in seen] == [REQUIRED] * 3
    assert len({CALLER.sub("", answer.but_for()) for answer in seen}) == 1
    assert "At work" not in seen[0].text


def test_who_still_waits_for_an_answer_sees_no_closed_agent(closed: Cloud):
    set_policy(closed, "boots", "approved")
    write(closed, "nova", "boots")
    assert closed.get(PATH, {"agent_id": "nova"}).status == 200
    set_policy(closed, "boots", "closed")
    assert refusal(closed.get(PATH, {"agent_id": "nova"})) == REQUIRED


@pytest.mark.parametrize("policy", ["open", "approved"])
def test_other_agents_are_seen_by_everybody(closed: Cloud, policy: str):
    set_policy(closed, "boots", policy)
    decide(closed, "boots", "third", "blocked")
    for query in ({"agent_id": "nova"}, {"agent_id": "third"}, {}):
        assert closed.get(PATH, query).json["is_online"] is True


def test_a_key_is_a_contact_as_its_agent_is(cloud: Cloud):
    nova, boots = cloud.register("nova"), cloud.register("boots", contact_policy="closed")
    assert refusal(cloud.get(PATH, caller=nova.keyed)) == REQUIRED
    assert cloud.get(PATH, caller=boots.keyed).status == 200
    decide(cloud, boots, "nova", "allowed")
    assert cloud.get(PATH, caller=nova.keyed).status == 200


def test_a_contact_pings_a_closed_agent_and_sees_it(closed: Cloud):
    decide(closed, "boots", "nova", "allowed")
    answer = ping(closed, "nova", "boots").json
    assert answer["status"] == "pending"
    assert answer["target_agent"]["is_online"] is True
    assert answer["target_agent"]["status_message"] == "At work"


def test_an_absent_agent_is_404_and_not_closed(closed: Cloud):
    answer = closed.get("/messaging/presence/ghost", {"agent_id": "nova"})
    assert refusal(answer) == (404, "agent_not_found")
