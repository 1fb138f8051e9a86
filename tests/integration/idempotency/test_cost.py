"""What a key costs, from the sizes of items of about 1 KB: the budgets of the design."""

import pytest

from agent_messaging.storage.table import encode
from local.in_process.host import Agent
from local.in_process.units import kilobytes, size_of
from tests.integration.calls.operations import GET, TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.contacts.capacity import read_units, write_units
from tests.integration.idempotency.requests import REQUESTS
from tests.scale import Figure

KILOBYTE = "x" * 700


@pytest.fixture
def agents(cloud: Cloud) -> dict[str, Agent]:
    found = {name: cloud.register(name) for name in ("nova", "boots")}
    body = {"to_agent_id": "boots", "body": "x"}
    assert cloud.post("/messaging/send", body=body, caller=found["nova"].keyed).status == 200
    return found


def transaction_units(cloud: Cloud, call) -> int:
    """A transaction pays twice for each item, once for each entry of an index that changes."""
    units = 0
    for entry in call.request["TransactItems"]:
        ((kind, write),) = entry.items()
        if kind == "Put":
            base = kilobytes(write["Item"])
            single = type(call)("PutItem", write)
            units += 2 * base + (write_units(cloud, single) - base)
        else:
            key = {name: next(iter(value.values())) for name, value in write["Key"].items()}
            units += 2 * kilobytes(encode(cloud.read(write["TableName"], **key)))
            # These orders have no deadline, so `worker_open` and `client_open` alone lose an entry.
            units += write["UpdateExpression"].partition(" REMOVE ")[2].count("open_")
    return units


def test_a_message_with_a_key_costs_six_write_and_three_read_units(
    cloud: Cloud, agents: dict[str, Agent], figure: Figure
):
    cloud.cost()
    body = {"to_agent_id": "boots", "body": KILOBYTE}
    answer = cloud.post("/messaging/send", body=body, caller=agents["nova"].keyed, key="k")
    assert answer.status == 200
    batch, limit, transaction = cloud.cost()
    message, record = (entry["Put"]["Item"] for entry in transaction.request["TransactItems"])
    assert 900 < size_of(message) <= 1024
    assert kilobytes(record) == 1
    written = write_units(cloud, limit) + transaction_units(cloud, transaction)
    figure("send with a key, write units", written)
    assert (written, read_units(batch)) == (6, 3)


@pytest.mark.parametrize(
    ("name", "budget"), [("create", 12), ("accept", 12), ("complete", 13), ("cancel", 13)]
)
def test_an_order_with_a_key_stays_in_its_budget(
    cloud: Cloud, agents: dict[str, Agent], name: str, budget: int, figure: Figure
):
    request = REQUESTS[name](cloud)
    caller = agents[request.agent_id].keyed
    if name in ("complete", "cancel"):  # whoever accepted has made the other a contact
        assert (
            cloud.post(
                "/messaging/send",
                body={"to_agent_id": "nova", "body": "x"},
                caller=agents["boots"].keyed,
            ).status
            == 200
        )
    cloud.cost()
    answer = cloud.post(request.path, body=request.body, caller=caller, key="k")
    assert answer.status == 200, answer.text
    calls = cloud.cost()
    (transaction,) = (call for call in calls if call.operation == TRANSACT)
    singles = [call for call in calls if call.operation in ("PutItem", "UpdateItem")]
    written = transaction_units(cloud, transaction) + sum(write_units(cloud, s) for s in singles)
    reads = sum(read_units(call) for call in calls if call.operation in (GET, "BatchGetItem"))
    figure(f"{name} with a key, write and read units", (written, reads))
    assert written <= budget
    assert reads <= 4
