"""Who writes to an agent makes it a contact of its own, and so does who accepts its work order."""

import pytest

from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import (
    contacts,
    decide,
    offer,
    ping,
    set_policy,
    states,
    write,
)

POLICIES = ("open", "approved", "closed")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("word", [write, ping, offer])
def test_an_answer_gets_through_whatever_the_mailbox_of_who_asked(pair: Cloud, policy: str, word):
    set_policy(pair, "nova", policy)
    assert word(pair, "nova", "boots").status == 200
    assert states(pair, "nova") == {"boots": "allowed"}
    assert states(pair, "boots") == {}
    assert write(pair, "boots", "nova").json["status"] == "pending"
    (answer,) = pair.inbox("nova")["messages"]
    assert answer["relationship"] == "contact"


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("word", [write, ping])
def test_an_answer_gets_through_also_when_the_question_was_held(pair: Cloud, policy: str, word):
    set_policy(pair, "nova", policy)
    set_policy(pair, "boots", "approved")
    held = word(pair, "nova", "boots").json
    assert held["status"] == "held"
    assert states(pair, "nova") == {"boots": "allowed"}
    assert write(pair, "boots", "nova").json["status"] == "pending"
    assert states(pair, "boots") == {"nova": "allowed"}
    (question,) = pair.inbox("boots")["messages"]
    assert (question["message_id"], question["status"]) == (held["message_id"], "pending")


def test_two_strangers_who_ask_at_both_ends_have_answered_each_other(pair: Cloud):
    for agent_id in ("nova", "boots"):
        set_policy(pair, agent_id, "approved")
    assert write(pair, "nova", "boots", body="Question").json["status"] == "held"
    assert write(pair, "boots", "nova", body="Answer").json["status"] == "pending"
    for agent_id, body in (("boots", "Question"), ("nova", "Answer")):
        assert [message["body"] for message in pair.inbox(agent_id)["messages"]] == [body]
        (found,) = contacts(pair, agent_id).values()
        assert (found["state"], found["request"]) == ("allowed", None)


def test_a_refused_word_makes_no_contact(pair: Cloud):
    set_policy(pair, "boots", "closed")
    for word in (write, ping, offer):
        assert word(pair, "nova", "boots").status == 403
    assert pair.items("ContactsTable") == []


def test_who_offers_work_to_who_asked_lets_it_in(pair: Cloud):
    set_policy(pair, "boots", "approved")
    write(pair, "nova", "boots", body="Need work done?")
    assert offer(pair, "boots", "nova").status == 200
    assert states(pair, "boots") == {"nova": "allowed"}
    assert [message["body"] for message in pair.inbox("boots")["messages"]] == ["Need work done?"]


def test_who_accepts_a_strangers_order_makes_it_a_contact(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    assert pair.move("boots", order_id, "accept").status == 200
    assert states(pair, "boots") == {"nova": "allowed"}
    set_policy(pair, "boots", "closed")
    assert write(pair, "nova", "boots").json["status"] == "pending"
    assert pair.move("boots", pair.offer("nova", "boots"), "accept").status == 200


@pytest.mark.parametrize("action", ["reject", "cancel"])
def test_an_order_that_comes_to_nothing_makes_no_contact(pair: Cloud, action: str):
    order_id = pair.offer("nova", "boots")
    actor = "nova" if action == "cancel" else "boots"
    assert pair.move(actor, order_id, action).status == 200
    assert states(pair, "boots") == {}


def asked_after_offering(cloud: Cloud) -> tuple[str, str]:
    """Boots has closed its mailbox behind Nova's order, so that what Nova writes then is held."""
    order_id = cloud.offer("nova", "boots")
    set_policy(cloud, "boots", "approved")
    held = write(cloud, "nova", "boots", body="Have you seen it?").json
    assert held["status"] == "held"
    return order_id, held["message_id"]


def test_accepting_an_order_releases_what_its_client_asked_meanwhile(pair: Cloud):
    order_id, message_id = asked_after_offering(pair)
    assert pair.move("boots", order_id, "accept").status == 200
    assert states(pair, "boots") == {"nova": "allowed"}
    (message,) = pair.inbox("boots", type="contact_request")["messages"]
    assert (message["message_id"], message["status"]) == (message_id, "pending")


def test_rejecting_an_order_answers_no_request(pair: Cloud):
    order_id, _ = asked_after_offering(pair)
    assert pair.move("boots", order_id, "reject").status == 200
    assert states(pair, "boots") == {"nova": "held"}
    assert pair.inbox("boots", type="contact_request")["messages"] == []


def test_a_block_stays_whatever_its_owner_does_but_allow(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    decide(pair, "boots", "nova", "blocked")
    for word in (write, ping, offer):
        assert word(pair, "boots", "nova").status == 200
    assert pair.move("boots", order_id, "accept").status == 200
    assert states(pair, "boots") == {"nova": "blocked"}
    assert write(pair, "nova", "boots").status == 403


def test_an_entry_is_not_written_again_with_each_message(pair: Cloud):
    pair.send("nova", "boots")
    found = pair.read("ContactsTable", owner_id="nova", contact_id="boots")
    pair.call("PATCH", "/agents/me", {"agent_id": "boots"}, {"name": "Boots the Second"})
    pair.send("nova", "boots")
    assert pair.read("ContactsTable", owner_id="nova", contact_id="boots") == found


@pytest.mark.parametrize("policy", POLICIES)
def test_an_agent_leaves_itself_notes_whatever_its_policy(pair: Cloud, policy: str):
    set_policy(pair, "nova", policy)
    assert write(pair, "nova", "nova").json["status"] == "pending"
    assert ping(pair, "nova", "nova").json["status"] == "pending"
    note, _ = pair.inbox("nova")["messages"]
    assert note["relationship"] == "contact"
    assert pair.items("ContactsTable") == []
