"""Sixteen clients call every route while a stack is updated, and while an update is rolled back.

One story: release one is deployed; under load, two is deployed, and three fails when all of it is
in place. Each answer says which release of the code, which release of the layer and which version
of the function it comes from. In the end the stack is deleted.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass

import pytest

from local.template import load
from tests.e2e.client import Stack, eventually
from tests.scale import Figure
from tests.stack import releases
from tests.stack.deployment import DeployFailedError, Deployment, deploy
from tests.stack.emulator import Account
from tests.stack.scenes import SCENES
from tests.stack.traffic import Answer, Client

CLIENTS = 16
SETTLED_SECONDS = 120
ROUTES = {route.key for route in load().routes if not route.is_catch_all}


@dataclass(frozen=True)
class Story:
    """What happened: the deploys by their release, each from a second to a second."""

    deployment: Deployment
    clients: list[Client]
    deploys: dict[str, tuple[float, float]]
    status: str

    @property
    def answers(self) -> list[Answer]:
        """All answers, in the order of their calls."""
        found = [answer for client in self.clients for answer in client.answers]
        return sorted(found, key=lambda each: each.began)

    def during(self, release: str) -> list[Answer]:
        """The answers to calls that began during a deploy."""
        first, last = self.deploys[release]
        return [each for each in self.answers if first <= each.began <= last]


@pytest.fixture(scope="module")
def story(account: Account) -> Story:
    built = {name: releases.write(name) for name in ("one", "two", "three")}
    deployment, _ = deploy(account, "staging", built=built["one"], edit=releases.say_release)
    stop = threading.Event()
    key = deployment.registration_key
    stack = Stack(deployment.api_url, is_open_mode=False, registration_key=key)
    clients = [Client(stack, SCENES, number, stop) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    deploys: dict[str, tuple[float, float]] = {}
    try:
        called_everything(clients, "one")
        began = time.monotonic()
        deploy(account, "staging", built=built["two"], edit=releases.say_release)
        called_everything(clients, "two")
        deploys["two"] = began, time.monotonic()
        began = time.monotonic()
        with pytest.raises(DeployFailedError):
            deploy(account, "staging", built=built["three"], edit=releases.fail_when_all_is_new)
        status = deployment.state["StackStatus"]
        deploys["three"] = began, time.monotonic()
    finally:
        stop.set()
        for client in clients:
            client.join()
    return Story(deployment, clients, deploys, status)


def called_everything(clients: list[Client], release: str) -> None:
    """Return once every route was answered by a release."""

    def answered() -> bool:
        routes = {a.route for each in clients for a in list(each.answers) if a.code == release}
        return routes == ROUTES

    eventually(answered, patience=SETTLED_SECONDS)


def test_every_route_was_called_during_each_deploy(story: Story):
    assert {each.route for each in story.during("two")} == ROUTES
    assert {each.route for each in story.during("three")} == ROUTES
    assert story.status == "UPDATE_ROLLBACK_COMPLETE"


def test_no_answer_is_bad(story: Story, figure: Figure):
    bad = Counter((a.route, a.status, a.text) for a in story.answers if not a.is_good)
    figure("answers", len(story.answers))
    figure("bad answers", bad.total())
    assert bad == Counter()


def test_no_code_ran_on_the_layer_of_another_release(story: Story, figure: Figure):
    mixed = [each for each in story.answers if each.is_mixed]
    figure("code layer version", dict(Counter(each.served_by for each in story.answers)))
    assert mixed == []


def test_each_deploy_moved_the_calls_and_the_one_that_failed_moved_them_back(story: Story):
    assert [each.served_by for each in story.answers[:1]] == ["one one 1"]
    assert {each.served_by for each in story.during("two")} == {"one one 1", "two two 2"}
    assert {each.code for each in story.during("three")} == {"two", "three"}
    client = story.clients[0]
    client.answers.clear()
    client.call(None, "GET /health")
    assert [each.served_by for each in client.answers] == ["two two 2"]


def test_nothing_that_was_acknowledged_is_lost(story: Story, figure: Figure):
    figure("acknowledged", sum(len(each.messages) + len(each.orders) for each in story.clients))
    assert [lost for each in story.clients for lost in each.lost()] == []


def test_no_event_was_given_up(story: Story):
    queue = story.deployment.physical("DeadLettersQueue")
    found = story.deployment.account.client("sqs").get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert found["Attributes"]["ApproximateNumberOfMessages"] == "0"


def test_a_deleted_stack_leaves_nothing_behind(story: Story, account: Account):
    dynamodb, table = account.client("dynamodb"), story.deployment.physical("AgentsTable")

    cloudformation = account.client("cloudformation")
    cloudformation.delete_stack(StackName=story.deployment.name)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=story.deployment.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.describe_table(TableName=table)
