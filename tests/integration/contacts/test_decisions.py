"""One of an agent's contacts: read, decided, taken away."""

import re

import pytest

from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import (
    contacts,
    decide,
    refusal,
    set_policy,
    states,
    write,
)
from tests.integration.messaging.messages import STAMP


def path(contact: str) -> str:
    return f"/messaging/contacts/{contact}"


def test_an_agent_is_allowed_before_it_ever_wrote(pair: Cloud):
    answer = decide(pair, "boots", "nova", "allowed")
    assert answer.status == 200
    made_at = answer.json["created_at"]
    assert re.fullmatch(STAMP, made_at)
    found = {
        "contact": {"id": "nova", "name": "Nova"},
        "state": "allowed",
        "created_at": made_at,
        "updated_at": made_at,
        "request": None,
        "content_flags": [],
    }
    assert answer.json == {**found, "success": True}
    assert pair.get(path("nova"), {"agent_id": "boots"}).json == found
    assert contacts(pair, "boots") == {"nova": found}


def test_a_decision_is_changed_and_keeps_its_beginning(pair: Cloud):
    first = decide(pair, "boots", "nova", "allowed").json
    for state in ("blocked", "allowed", "blocked", "blocked"):
        changed = decide(pair, "boots", "nova", state).json
        assert (changed["state"], changed["created_at"]) == (state, first["created_at"])
        assert changed["updated_at"] >= first["updated_at"]
        assert states(pair, "boots") == {"nova": state}


def test_a_decision_takes_the_name_of_its_time(pair: Cloud):
    decide(pair, "boots", "nova", "allowed")
    pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, {"name": "Nova Eagle"})
    assert contacts(pair, "boots")["nova"]["contact"]["name"] == "Nova"
    assert decide(pair, "boots", "nova", "blocked").json["contact"]["name"] == "Nova Eagle"


def test_a_contact_is_made_a_stranger_again(pair: Cloud):
    set_policy(pair, "boots", "closed")
    decide(pair, "boots", "nova", "allowed")
    assert write(pair, "nova", "boots").status == 200
    answer = decide(pair, "boots", "nova", "stranger")
    assert (answer.status, answer.json) == (200, {"success": True, "contact_id": "nova"})
    assert refusal(write(pair, "nova", "boots")) == (403, "contact_refused")
    assert contacts(pair, "boots") == {}


def test_a_stranger_is_404(pair: Cloud):
    decide(pair, "third", "nova", "allowed")
    before = pair.digest()
    for contact in ("nova", "ghost", "boots"):
        for method in ("GET", "DELETE"):
            answer = pair.call(method, path(contact), {"agent_id": "boots"})
            assert refusal(answer) == (404, "contact_not_found")
            assert contact in answer.json["detail"]
    assert pair.digest() == before


def test_nobody_decides_about_an_agent_that_is_not_there(pair: Cloud):
    pair.call("DELETE", "/agents/me", {"agent_id": "third"})
    before = pair.digest()
    for contact in ("ghost", "third"):
        for state in ("allowed", "blocked"):
            assert refusal(decide(pair, "boots", contact, state)) == (404, "agent_not_found")
    assert pair.digest() == before


def test_the_request_of_an_agent_that_left_can_be_forgotten(pair: Cloud):
    set_policy(pair, "boots", "approved")
    write(pair, "third", "boots")
    pair.call("DELETE", "/agents/me", {"agent_id": "third"})
    assert states(pair, "boots") == {"third": "held"}
    assert decide(pair, "boots", "third", "stranger").status == 200
    assert pair.items("AgentMessagesTable") == []
    assert refusal(decide(pair, "boots", "third", "allowed")) == (404, "agent_not_found")


@pytest.mark.parametrize(("state", "delivered"), [("allowed", 1), ("blocked", 0)])
def test_the_request_of_an_agent_that_left_is_answered_as_any(pair: Cloud, state, delivered):
    set_policy(pair, "boots", "approved")
    write(pair, "third", "boots")
    pair.call("DELETE", "/agents/me", {"agent_id": "third"})
    assert decide(pair, "boots", "third", state).json["contact"] == {"id": "third", "name": "Third"}
    assert states(pair, "boots") == {"third": state}
    assert pair.inbox("boots")["total_messages"] == delivered


@pytest.mark.parametrize("state", ["allowed", "blocked"])
def test_nobody_is_a_contact_of_itself(pair: Cloud, state: str):
    before = pair.digest()
    answer = decide(pair, "boots", "boots", state)
    assert refusal(answer) == (422, "invalid")
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["{contact_id}"]
    assert pair.digest() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/state"),
        ({"state": "held"}, "#/state"),
        ({"state": "friend"}, "#/state"),
        ({"state": None}, "#/state"),
        ({"state": True}, "#/state"),
        ({"state": ["allowed"]}, "#/state"),
        ({"state": "allowed", "request": {}}, "#/request"),
    ],
)
def test_a_decision_is_one_of_two(pair: Cloud, body: dict, pointer: str):
    before = pair.digest()
    answer = pair.call("PUT", path("nova"), {"agent_id": "boots"}, body)
    assert refusal(answer) == (422, "invalid")
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
    assert pair.digest() == before


def test_an_entry_is_its_owners_alone(pair: Cloud):
    decide(pair, "boots", "nova", "blocked")
    assert contacts(pair, "nova") == contacts(pair, "third") == {}
    assert pair.get(path("boots"), {"agent_id": "nova"}).status == 404
    decide(pair, "nova", "boots", "allowed")
    assert states(pair, "boots") == {"nova": "blocked"}


def test_a_suspended_agent_reads_its_contacts_and_changes_none(pair: Cloud):
    decide(pair, "boots", "nova", "allowed")
    pair.change("AgentsTable", {"agent_id": "boots"}, status="suspended")
    before = pair.digest()
    for state in ("allowed", "blocked", "stranger"):
        answer = decide(pair, "boots", "nova", state)
        assert refusal(answer) == (403, "agent_suspended")
    assert pair.digest() == before
    assert states(pair, "boots") == {"nova": "allowed"}
    assert pair.get(path("nova"), {"agent_id": "boots"}).status == 200


def test_a_key_that_was_revoked_decides_nothing(cloud: Cloud):
    boots = cloud.register("boots")
    cloud.register("nova")
    cloud.change("AgentsTable", {"agent_id": "boots"}, epoch=2)
    before = cloud.digest()
    for state in ("allowed", "blocked", "stranger"):
        assert refusal(decide(cloud, boots, "nova", state)) == (401, "key_revoked")
    assert cloud.digest() == before
