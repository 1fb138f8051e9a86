"""What becomes of a message: the recipient's policy and what the sender is to it, all twelve."""

import pytest

from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import (
    contacts,
    decide,
    ping,
    refusal,
    set_policy,
    states,
    write,
)

DELIVERED, HELD = (200, "pending"), (200, "held")
WAIT, REFUSED = (429, "contact_pending"), (403, "contact_refused")
TABLE = {
    "open": {"stranger": DELIVERED, "held": DELIVERED, "allowed": DELIVERED, "blocked": REFUSED},
    "approved": {"stranger": HELD, "held": WAIT, "allowed": DELIVERED, "blocked": REFUSED},
    "closed": {"stranger": REFUSED, "held": REFUSED, "allowed": DELIVERED, "blocked": REFUSED},
}
RELATIONSHIPS = {"stranger": "stranger", "held": "stranger", "allowed": "contact"}
CELLS = [(policy, state) for policy, row in TABLE.items() for state in row]


def bring(cloud: Cloud, policy: str, state: str) -> None:
    """Make Nova this to Boots, and give Boots this policy."""
    if state == "held":
        set_policy(cloud, "boots", "approved")
        assert write(cloud, "nova", "boots").json["status"] == "held"
    elif state != "stranger":
        assert decide(cloud, "boots", "nova", state).status == 200
    set_policy(cloud, "boots", policy)


@pytest.mark.parametrize("word", [write, ping])
@pytest.mark.parametrize(("policy", "state"), CELLS)
def test_a_message_goes_the_way_of_the_table(pair: Cloud, policy: str, state: str, word):
    bring(pair, policy, state)
    before = pair.digest("AgentSentTable")
    answer = word(pair, "nova", "boots")
    outcome = TABLE[policy][state]
    assert (answer.status, answer.json.get("code", answer.json["status"])) == outcome
    assert (pair.digest("AgentSentTable") == before) == (answer.status != 200)
    arrived = pair.inbox("boots")["messages"]
    assert len(arrived) == (outcome == DELIVERED)
    if outcome == DELIVERED:
        assert arrived[0]["message_id"] == answer.json["message_id"]
        assert arrived[0]["relationship"] == RELATIONSHIPS[state]


def test_a_stranger_of_an_approved_mailbox_is_a_stranger_in_its_request(pair: Cloud):
    bring(pair, "approved", "stranger")
    write(pair, "nova", "boots")
    assert contacts(pair, "boots")["nova"]["request"]["relationship"] == "stranger"
    decide(pair, "boots", "nova", "allowed")
    write(pair, "nova", "boots", body="Again")
    again, first = pair.inbox("boots")["messages"]
    assert (first["relationship"], again["relationship"]) == ("stranger", "contact")


def test_a_request_that_waits_is_none_of_an_open_mailbox(pair: Cloud):
    """What is written after the policy was opened arrives; what was held before still waits."""
    bring(pair, "open", "held")
    write(pair, "nova", "boots", body="Second")
    assert [message["body"] for message in pair.inbox("boots")["messages"]] == ["Second"]
    assert states(pair, "boots") == {"nova": "held"}
    decide(pair, "boots", "nova", "allowed")
    bodies = [message["body"] for message in pair.inbox("boots")["messages"]]
    assert bodies == ["Second", "Want to collaborate?"]


def test_a_relationship_is_the_recipients_to_read(pair: Cloud):
    sent = pair.send("nova", "boots")
    path = f"/messaging/messages/{sent['message_id']}"
    assert pair.get(path, {"agent_id": "boots"}).json["relationship"] == "stranger"
    assert pair.get(path, {"agent_id": "nova"}).json["relationship"] is None
    (own,) = pair.get("/messaging/sent", {"agent_id": "nova"}).json["messages"]
    assert own["relationship"] is None


def test_a_relationship_is_that_of_the_time_of_writing(pair: Cloud):
    pair.send("nova", "boots")
    decide(pair, "boots", "nova", "blocked")
    assert pair.inbox("boots")["messages"][0]["relationship"] == "stranger"
    assert refusal(write(pair, "nova", "boots")) == REFUSED


def test_a_key_vouches_for_the_sender_and_open_mode_does_not(cloud: Cloud):
    nova = cloud.register("nova")
    cloud.register("boots", contact_policy="approved")
    cloud.register("third")
    write(cloud, "third", "boots")
    write(cloud, nova, "boots")
    requests = contacts(cloud, "boots", state="held")
    assert requests["third"]["request"]["verified"] is False
    assert requests["nova"]["request"]["verified"] is True
    for contact in ("nova", "third"):
        decide(cloud, "boots", contact, "allowed")
    verified = {m["from_agent"]["id"]: m["verified"] for m in cloud.inbox("boots")["messages"]}
    assert verified == {"nova": True, "third": False}
