"""Every call to AWS has limits of time that fit into its function's own, and every wait an end."""

import socket
import threading
import time
from types import SimpleNamespace

import boto3
import botocore.client
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from agent_messaging.storage import connection
from agent_messaging.storage import table as dynamodb
from tests.faults.injection.faults import Injector, hurry_boto3
from tests.faults.injection.instance import TEMPLATE, Instance
from tests.faults.injection.script import Script
from tests.faults.injection.world import new_world
from tests.scale import IS_FULL

WITHOUT_CALLS = ("DocsFunction",)
DEFAULT_SECONDS = 60  # boto3's, for a client that nobody told


def answer_secret(**_):
    return SimpleNamespace(status_code=200), {"SecretString": "the registration key"}


@pytest.fixture
def made(monkeypatch):
    """Every client that is made meanwhile."""
    clients = []
    create = botocore.client.ClientCreator.create_client

    def create_client(self, *given, **named):
        client = create(self, *given, **named)
        client.meta.events.register("before-call.secrets-manager", answer_secret)
        clients.append(client)
        return client

    monkeypatch.setattr(botocore.client.ClientCreator, "create_client", create_client)
    return clients


@pytest.mark.parametrize("name", TEMPLATE.functions)
def test_the_longest_call_of_a_function_ends_within_its_own_time(engine, name, made, figure):
    instance = Instance(engine.url, {}, Injector(lambda _: None))
    module = instance.app(name)
    if name == "AgentsFunction":
        guard = type(module.may_register)("key", "the secret's name")
        guard({"x-registration-key": "the registration key"})
    timeout = TEMPLATE.functions[name].timeout
    services = sorted(client.meta.service_model.service_name for client in made)
    longest = max((connection.longest_call(client) for client in made), default=0)
    figure(name, f"{longest} s at the worst ({', '.join(services) or 'no calls'}), has {timeout} s")
    assert bool(made) == (name not in WITHOUT_CALLS)
    assert longest < timeout
    for client in made:
        config = client.meta.config
        assert config.connect_timeout < DEFAULT_SECONDS > config.read_timeout
        assert config.retries["total_max_attempts"] > 1


def hastened(config):
    """With a fifth of its limits, but in a long run."""
    part = 1 if IS_FULL else 5
    limits = {name: getattr(config, name) / part for name in ("connect_timeout", "read_timeout")}
    return config.merge(Config(**limits))


def test_an_engine_that_never_answers_is_given_up_in_time(figure):
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        given = {"any function": connection.CONFIG, "authorizer": connection.HURRIED_CONFIG}
        configs = {name: hastened(config) for name, config in given.items()}
        took = {}

        def ask(name):
            client = boto3.client("dynamodb", config=configs[name], endpoint_url=url)
            began = time.monotonic()
            with pytest.raises((ReadTimeoutError, ConnectTimeoutError)):
                client.get_item(TableName="table", Key={"id": {"S": "x"}})
            took[name] = time.monotonic() - began, connection.longest_call(client)

        threads = [threading.Thread(target=ask, args=(name,)) for name in configs]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert took.keys() == configs.keys()
    for name, (seconds, most) in took.items():
        figure(name, f"gave up after {seconds:.1f} s of {most} s")
        assert seconds <= most


class Unprocessed(Script):
    """No batch read ever brings its first keys."""

    def __call__(self, operation):
        super().__call__(operation)
        return "unprocessed" if operation == "BatchGetItem" else None


def test_what_stays_unprocessed_is_asked_for_a_bounded_number_of_times_with_jitter(
    engine, monkeypatch, figure
):
    hurry_boto3(monkeypatch.setattr)
    world = new_world(engine, "unprocessed")
    world.register("nova")
    world.register("boots")
    script, pauses = Unprocessed(), []
    instance = Instance(engine.url, world.tables, Injector(script))
    monkeypatch.setattr(dynamodb, "time", SimpleNamespace(sleep=pauses.append))
    query, body = {"from_agent_id": "nova"}, {"to_agent_id": "boots", "body": "An answer?"}
    answer = instance.call("POST", "/messaging/send", query, body, api_key=world.keys["nova"])
    assert (answer.status, answer.json["code"]) == (503, "contention")
    assert script.operations.count("BatchGetItem") == dynamodb.ATTEMPTS == len(pauses)
    bounds = [dynamodb.FIRST_WAIT_SECONDS * 2**attempt for attempt in range(dynamodb.ATTEMPTS)]
    assert all(0 <= pause <= bound for pause, bound in zip(pauses, bounds, strict=True))
    assert len({pause / bound for pause, bound in zip(pauses, bounds, strict=True)}) > 1
    figure("asked", f"{len(pauses)} times, at most {sum(bounds):.2f} s of pauses")
