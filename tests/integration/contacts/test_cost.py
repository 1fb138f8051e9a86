"""What contact control and limits cost a message: the calls, and the units of a message of 1 KB."""

import pytest

from agent_messaging.storage.table import encode
from local.in_process.host import Agent
from local.in_process.units import kilobytes, size_of
from tests.integration.calls.operations import BATCH, GET, PUT, QUERY, TRANSACT, UPDATE, operations
from tests.integration.cloud import Cloud
from tests.integration.contacts.capacity import read_units, write_units
from tests.integration.contacts.mailboxes import (
    as_caller,
    decide,
    offer,
    ping,
    set_policy,
    write,
)

KILOBYTE = "x" * 700  # with its ids, names and times a message of 1 KB
DELETE = "DeleteItem"


@pytest.fixture
def nova(cloud: Cloud) -> Agent:
    return cloud.register("nova")


@pytest.fixture
def boots(cloud: Cloud) -> Agent:
    return cloud.register("boots")


def calls_of(cloud: Cloud, word, *arguments, status: int = 200) -> list[str]:
    cloud.cost()
    answer = word(cloud, *arguments)
    assert answer.status == status, answer.text
    return operations(cloud)


@pytest.mark.parametrize("word", [write, ping])
def test_a_word_to_somebody_costs_its_read_its_limit_and_its_write(
    cloud: Cloud, nova: Agent, boots: Agent, word
):
    assert calls_of(cloud, word, nova, "boots") == [BATCH, UPDATE, PUT, PUT]  # a new contact
    assert calls_of(cloud, word, nova, "boots") == [BATCH, UPDATE, PUT]
    assert calls_of(cloud, word, boots, "nova") == [BATCH, UPDATE, PUT, PUT]
    for policy in ("approved", "closed"):
        set_policy(cloud, "nova", policy)
        assert calls_of(cloud, word, boots, "nova") == [BATCH, UPDATE, PUT]
    assert calls_of(cloud, word, nova, "nova") == [BATCH, UPDATE, PUT]


@pytest.mark.parametrize("word", [write, ping])
def test_a_refusal_costs_a_second_look(cloud: Cloud, nova: Agent, boots: Agent, word):
    set_policy(cloud, "boots", "approved")
    # A second update counts the requests that the recipient holds.
    assert calls_of(cloud, word, nova, "boots") == [BATCH, UPDATE, UPDATE, PUT, TRANSACT]
    assert calls_of(cloud, word, nova, "boots", status=429) == [BATCH, GET, UPDATE]
    decide(cloud, boots, "nova", "blocked")
    assert calls_of(cloud, word, nova, "boots", status=403) == [BATCH, GET]
    assert calls_of(cloud, offer, nova, "boots", status=403) == [BATCH, GET]


def test_a_work_order_costs_one_transaction_more_than_its_contact(
    cloud: Cloud, nova: Agent, boots: Agent
):
    assert calls_of(cloud, offer, nova, "boots") == [BATCH, UPDATE, PUT, TRANSACT]
    assert calls_of(cloud, offer, nova, "boots") == [BATCH, UPDATE, TRANSACT]


def test_accepting_an_order_reads_what_the_two_are_to_each_other_and_writes_at_once(
    cloud: Cloud, nova: Agent, boots: Agent
):
    def accept(cloud: Cloud, work_order_id: str):
        path = f"/messaging/work-order/{work_order_id}/respond"
        return cloud.post(path, body={"action": "accept"}, caller=boots.keyed)

    first, second = (offer(cloud, nova, "boots").json["work_order_id"] for _ in range(2))
    for work_order_id, written in ((first, 4), (second, 3)):  # a new contact, an old one
        cloud.cost()
        assert accept(cloud, work_order_id).status == 200
        calls = cloud.cost()
        assert [call.operation for call in calls] == [BATCH, BATCH, TRANSACT]
        assert sum(map(read_units, calls[:2])) == 3
        assert len(calls[2].request["TransactItems"]) == written


def test_the_contact_and_what_it_asked_are_in_the_transaction_of_the_accept(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    set_policy(pair, "boots", "approved")
    write(pair, "nova", "boots")
    pair.cost()
    assert pair.move("boots", order_id, "accept").status == 200
    (transaction,) = (call for call in pair.cost() if call.operation == TRANSACT)
    tables = [
        next(iter(entry.values()))["TableName"] for entry in transaction.request["TransactItems"]
    ]
    assert sorted(tables) == [
        "AgentMessagesTable",
        "AgentMessagesTable",
        "AgentsTable",
        "ContactsTable",
        "WorkOrdersTable",
    ]


def test_an_owner_pays_one_write_for_a_decision(cloud: Cloud, nova: Agent, boots: Agent):
    set_policy(cloud, "boots", "approved")
    assert calls_of(cloud, decide, boots, "nova", "allowed") == [BATCH, UPDATE]
    # A block looks whether the agent has orders that wait.
    assert calls_of(cloud, decide, boots, "nova", "blocked") == [BATCH, UPDATE, QUERY]
    # A transaction, so that DynamoDB knows it again when boto3 repeats it.
    assert calls_of(cloud, decide, boots, "nova", "stranger") == [GET, TRANSACT]
    write(cloud, nova, "boots")
    assert calls_of(cloud, decide, boots, "nova", "allowed") == [BATCH, TRANSACT]
    cloud.cost()
    for path in ("/messaging/contacts", "/messaging/contacts/nova"):
        assert cloud.get(path, **as_caller(boots)).status == 200
    assert operations(cloud) == [QUERY, GET]


def test_agents_are_read_consistently_and_contacts_only_before_a_refusal(
    cloud: Cloud, nova: Agent, boots: Agent
):
    for policy in ("open", "approved", "closed"):
        set_policy(cloud, "boots", policy)
        for word in (write, ping, offer):
            cloud.cost()
            word(cloud, nova, "boots")
            batch, *others = cloud.cost()
            flags = {
                table: asked["ConsistentRead"]
                for table, asked in batch.request["RequestItems"].items()
            }
            is_ping = word is ping
            assert flags == {
                "AgentsTable": True,
                "ContactsTable": False,
                **({"AgentPresenceTable": False} if is_ping else {}),
            }
            looks = [call for call in others if call.operation == GET]
            assert all(call.request["ConsistentRead"] for call in looks)
            assert len(looks) == (policy == "closed") or policy == "approved"


def test_a_message_of_a_kilobyte_to_a_contact_costs_three_write_and_three_read_units(
    cloud: Cloud, nova: Agent, boots: Agent
):
    write(cloud, nova, "boots")
    cloud.cost()
    assert write(cloud, nova, "boots", body=KILOBYTE).status == 200
    batch, limit, put = cloud.cost()
    assert 900 < size_of(put.request["Item"]) <= 1024
    # The message and its entry in the pending inbox; the sent log.
    assert (write_units(cloud, put), write_units(cloud, limit)) == (2, 1)
    # Two agents, read consistently; what each is to the other, read at half the price.
    assert read_units(batch) == 3


def test_a_reply_costs_one_write_unit_more_for_its_thread(cloud: Cloud, nova: Agent, boots: Agent):
    first = write(cloud, nova, "boots").json
    write(cloud, boots, "nova", reply_to_id=first["message_id"])
    cloud.cost()
    answer = write(cloud, boots, "nova", reply_to_id=first["message_id"], body="x" * 600)
    assert answer.status == 200
    _, log, put = cloud.cost()
    assert (write_units(cloud, put), write_units(cloud, log)) == (3, 1)


def test_a_first_message_costs_one_write_unit_more_and_a_held_one_five(
    cloud: Cloud, nova: Agent, boots: Agent
):
    cloud.register("third", contact_policy="approved")
    cloud.cost()
    assert write(cloud, nova, "boots", body=KILOBYTE).json["status"] == "pending"
    assert write(cloud, nova, "third", body=KILOBYTE).json["status"] == "held"
    calls = cloud.cost()
    writes = [call for call in calls if call.operation in (PUT, UPDATE)]
    # The last is the long part of the held message, so that its other items fit a kilobyte.
    assert [write_units(cloud, call) for call in writes] == [1, 1, 2, 1, 1, 1, 1]
    # A transaction, in which each unit costs two: the contact, the receipt, the owner's event.
    (held,) = (call.request["TransactItems"] for call in calls if call.operation == TRANSACT)
    assert [kilobytes(entry["Put"]["Item"]) for entry in held] == [1, 1, 1]


def test_a_refusal_costs_nothing_but_reads(cloud: Cloud, nova: Agent, boots: Agent):
    set_policy(cloud, "boots", "closed")
    cloud.cost()
    write(cloud, nova, "boots", body=KILOBYTE)
    assert [read_units(call) for call in cloud.cost()] == [3, 1]


def test_an_agent_with_all_it_can_have_still_costs_one_unit_to_read(cloud: Cloud):
    """Five keys with their labels, a description, eight capabilities: one block of 4 KB."""
    full = cloud.register(
        "a" * 64,
        name="n" * 100,
        description="d" * 500,
        capabilities=[f"{number}{'c' * 63}" for number in range(8)],
    )
    body = {"status_message": "s" * 500}
    assert cloud.call("PUT", "/messaging/presence", body=body, caller=full.keyed).status == 200
    for _ in range(4):
        answer = cloud.post("/agents/me/keys", body={"label": "l" * 100}, caller=full.keyed)
        assert answer.status == 201, answer.text
    item = encode(cloud.read("AgentsTable", agent_id="a" * 64))
    assert size_of(item) <= 4096
