"""As many strangers as a day takes at one mailbox that asks first, and some of them insist."""

from agent_messaging.agents.model import ContactPolicy, Key
from agent_messaging.limits import HELD_PER_DAY
from local.in_process.host import Agent
from tests.integration.agents.listed import agent
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import contacts, decide, ping, refusal, write
from tests.integration.messaging.messages import NOW
from tests.scale import scaled

NUMBER = scaled(HELD_PER_DAY)
CHOSEN = f"stranger-{NUMBER // 2:04}"  # whom Boots lets in


def crowd(cloud: Cloud) -> list[Agent]:
    """Strangers with a key each, as their registration would have left them."""
    strangers = []
    for number in range(NUMBER):
        agent_id, key_id = f"stranger-{number:04}", f"key_{number:026}"
        key = Key(key_id=key_id, key_hash=f"{number:064}", created_at=NOW)
        item = agent(agent_id, keys={key_id: key}).model_dump(mode="json", exclude_none=True)
        keyed = {"agent_id": agent_id, "key_id": key_id, "epoch": 1}
        strangers.append((Agent(agent_id, agent_id, keyed), item))
    cloud.write("AgentsTable", *(item for _, item in strangers))
    return [stranger for stranger, _ in strangers]


def test_strangers_leave_a_request_each_and_nothing_else(cloud: Cloud):
    boots = cloud.register("boots", contact_policy=ContactPolicy.APPROVED)
    strangers = crowd(cloud)
    first_asked = {}
    for number, stranger in enumerate(strangers):
        word, other_word = (write, ping) if number % 2 else (ping, write)
        asked = word(cloud, stranger, "boots")
        assert (asked.status, asked.json["status"]) == (200, "held")
        first_asked[stranger.agent_id] = asked.json["message_id"]
        if number % 10 < 2:  # Fewer of them insist, for moto is slow.
            for insisting in (other_word, word):
                assert refusal(insisting(cloud, stranger, "boots")) == (429, "contact_pending")

    assert cloud.items("AgentMessagesTable") == []
    assert cloud.inbox("boots")["total_messages"] == 0
    items = [item for item in cloud.items("ContactsTable") if item["owner_id"] == "boots"]
    assert {item["contact_id"]: item["request_id"] for item in items} == first_asked
    assert sum(item["n"] for item in cloud.items("AgentSentTable")) == NUMBER + 2 * NUMBER // 5
    held = contacts(cloud, "boots", state="held", limit=100)
    assert {name: found["request"]["message_id"] for name, found in held.items()} == first_asked

    assert decide(cloud, boots, CHOSEN, "allowed").status == 200
    (message,) = cloud.inbox("boots")["messages"]
    assert message["message_id"] == first_asked[CHOSEN]
