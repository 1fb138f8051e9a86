"""What the routes of webhooks cost: the calls to DynamoDB, and their write units."""

import pytest

from local.in_process.functions import clients
from local.in_process.host import Agent
from local.in_process.metering import Meter
from tests.integration.calls.operations import BATCH, GET, PUT, QUERY, TRANSACT, UPDATE, operations
from tests.integration.cloud import Cloud
from tests.integration.webhooks.conftest import HeldQueue
from tests.integration.webhooks.endpoints import (
    HOOKS,
    as_caller,
    change,
    create,
    created,
    read,
    remove,
    retry,
    rotate,
    send_test,
)


@pytest.fixture
def nova(cloud: Cloud) -> Agent:
    return cloud.register("nova")


def test_each_call_makes_as_few_calls_as_it_can(cloud: Cloud, nova: Agent, queue: HeldQueue):
    cloud.cost()
    hook = create(cloud, nova).json["webhook_id"]
    assert operations(cloud) == [BATCH, TRANSACT]
    for answer, made in (
        (lambda: read(cloud, nova, hook), [QUERY]),
        (lambda: cloud.get(HOOKS, **as_caller(nova)), [QUERY]),
        (lambda: change(cloud, nova, hook, description="new"), [BATCH, TRANSACT]),
        (lambda: change(cloud, nova, hook, description="new"), [BATCH]),
        (lambda: rotate(cloud, nova, hook), [BATCH, TRANSACT]),
        (lambda: send_test(cloud, nova, hook), [BATCH, UPDATE, PUT]),
        (lambda: cloud.get(f"{HOOKS}/{hook}/deliveries", **as_caller(nova)), [QUERY, QUERY]),
        (lambda: remove(cloud, nova, hook), [BATCH, TRANSACT]),
    ):
        assert answer().status < 300
        assert operations(cloud) == made


def test_a_retry_reads_the_delivery_and_writes_it(cloud: Cloud, nova: Agent, queue: HeldQueue):
    hook = created(cloud, nova)["webhook_id"]
    delivery = send_test(cloud, nova, hook).json["delivery_id"]
    cloud.cost()
    assert retry(cloud, nova, hook, delivery).status == 200
    assert operations(cloud) == [BATCH, GET, UPDATE, GET, PUT]


def test_the_units_of_writes(cloud: Cloud, nova: Agent, queue: HeldQueue):
    """An entry of a transaction costs twice. Creating checks the agent and the other two slots."""
    meter = Meter(cloud, clients())

    def units(call) -> float:
        with meter.reading() as cost:
            assert call().status < 300
        return cost.write_units

    assert units(lambda: create(cloud, nova)) == 10
    (hook,) = (each["webhook_id"] for each in cloud.items("AgentWebhooksTable"))
    assert units(lambda: change(cloud, nova, hook, description="new")) == 2
    assert units(lambda: change(cloud, nova, hook, event_types=["message.*"])) == 4
    assert units(lambda: change(cloud, nova, hook, url="https://b.example.com")) == 8
    assert units(lambda: rotate(cloud, nova, hook)) == 2
    assert units(lambda: send_test(cloud, nova, hook)) == 2
    assert units(lambda: remove(cloud, nova, hook)) == 4
