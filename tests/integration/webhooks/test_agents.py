"""Webhooks of agents that leave, and of agents that are suspended."""

import contextlib
import json

import pytest

from agent_messaging.storage.transactions import TransactionFailedError
from local.in_process.functions import app
from local.in_process.host import Agent
from tests.integration.cloud import Cloud
from tests.integration.webhooks.conftest import HeldQueue
from tests.integration.webhooks.endpoints import (
    HOOKS,
    URL,
    as_caller,
    change,
    create,
    created,
    listening,
    read,
    remove,
    rotate,
    send_test,
)


@pytest.fixture
def scout(cloud: Cloud) -> Agent:
    return cloud.register("scout")


def test_an_agent_that_leaves_takes_its_webhooks_and_listeners_along(cloud: Cloud, scout: Agent):
    for number in range(3):
        created(cloud, scout, f"{URL}/{number}")
    assert cloud.call("DELETE", "/agents/me", caller=scout.keyed).status == 200
    assert cloud.items("AgentWebhooksTable") == []
    assert listening(cloud, "scout") == {}


def test_no_webhook_is_created_by_a_request_that_began_before_the_agent_left(
    cloud: Cloud, scout: Agent, monkeypatch: pytest.MonkeyPatch
):
    endpoints = app("webhooks").endpoints
    write = endpoints.create

    def leave_first(*arguments: object) -> None:
        with contextlib.suppress(LookupError):
            monkeypatch.undo()
        assert cloud.call("DELETE", "/agents/me", caller=scout.keyed).status == 200
        with pytest.raises(TransactionFailedError):
            write(*arguments)
        write(*arguments)

    monkeypatch.setattr(endpoints, "create", leave_first)
    answer = create(cloud, scout)
    assert (answer.status, answer.json["code"]) == (401, "key_revoked")
    assert cloud.items("AgentWebhooksTable") == []
    assert listening(cloud, "scout") == {}


def test_two_requests_at_once_give_one_url_to_one_webhook(
    cloud: Cloud, scout: Agent, monkeypatch: pytest.MonkeyPatch
):
    """The second one writes into another slot, because the first one's slot was freed."""
    first = created(cloud, scout, f"{URL}/first")["webhook_id"]
    endpoints = app("webhooks").endpoints
    write = endpoints.create

    def race(*arguments: object) -> None:
        monkeypatch.undo()
        assert remove(cloud, scout, first).status == 204
        created(cloud, scout)
        write(*arguments)

    monkeypatch.setattr(endpoints, "create", race)
    answer = create(cloud, scout)
    assert (answer.status, answer.json["code"]) == (409, "webhook_exists")
    assert len(cloud.items("AgentWebhooksTable")) == 1


def test_a_suspended_agent_reads_its_webhooks_and_changes_nothing(
    cloud: Cloud, scout: Agent, queue: HeldQueue
):
    """They stay active: what it may read may also be sent to it."""
    hook = created(cloud, scout)["webhook_id"]
    cloud.change("AgentsTable", {"agent_id": "scout"}, status="suspended")
    before = cloud.digest()
    retry = cloud.post(f"{HOOKS}/{hook}/deliveries/dlv_{'0' * 26}/retry", **as_caller(scout))
    refused = [
        create(cloud, scout, f"{URL}/2"),
        change(cloud, scout, hook, description="new"),
        remove(cloud, scout, hook),
        rotate(cloud, scout, hook),
        send_test(cloud, scout, hook),
        retry,
    ]
    for answer in refused:
        assert (answer.status, answer.json["code"]) == (403, "agent_suspended"), answer.text
    assert cloud.digest() == before
    assert read(cloud, scout, hook).json["status"] == "active"
    assert cloud.get(f"{HOOKS}/{hook}/deliveries", **as_caller(scout)).status == 200
    assert listening(cloud, "scout") == {1: hook}
    assert json.dumps(queue.jobs) == "[]"
