"""Registering where it takes a key: who has none gets no further, and the key goes nowhere."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.handlers
import pytest

from local.in_process.functions import fresh
from local.in_process.requests import Answer
from tests.integration.authorisation.gateway import Gateway, outcome
from tests.integration.authorisation.identities import IDENTITIES, attempt
from tests.integration.authorisation.world import World
from tests.logs import JOURNAL

SECRET = "Kq7mB2xT9vLr4ZpW8nYc3HdJ6sFg1QaE5uXiOoPw"
ANOTHER = SECRET[::-1]
REFUSED = (401, "registration_key_required")
SECRET_ID = "RegistrationKeySecret"


class Desk:
    """The registration of a stack in mode `key`, and how often it asked for the secret."""

    def __init__(self, world: World, reads: list[Any], clock: SimpleNamespace) -> None:
        self.world, self.reads, self.clock = world, reads, clock
        self.vault = boto3.client("secretsmanager")
        self.vault.create_secret(Name=SECRET_ID, SecretString=SECRET)
        self.function = fresh("agents", REGISTRATION_MODE="key")
        self.gateway = Gateway(world.cloud, {"agents": self.function})

    def register(self, key: str | None = None, query: str = "", **options: Any) -> Answer:
        if key is not None:
            options["x_registration_key"] = key
        options = {"body": {"agent_id": "newcomer", "name": "Newcomer"}, **options}
        return self.gateway.call("POST", "/agents/register", query, **options)


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    reads: list[Any] = []
    handlers = botocore.handlers.BUILTIN_HANDLERS
    counter = ("before-call.secrets-manager.GetSecretValue", lambda **_: reads.append(1))
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", [*handlers, counter])
    start = datetime.now()  # noqa: DTZ005 - as Powertools asks for it
    clock = SimpleNamespace(later=timedelta())
    clock.now = lambda: start + clock.later
    monkeypatch.setattr("aws_lambda_powertools.utilities.parameters.base.datetime", clock)
    desk = Desk(world, reads, clock)
    yield desk
    desk.vault.delete_secret(SecretId=SECRET_ID, ForceDeleteWithoutRecovery=True)


def test_who_has_the_key_registers_and_nobody_else(desk: Desk):
    before = desk.world.digest()
    for wrong in (None, "", " ", "x", ANOTHER, SECRET[:-1], SECRET + "x", SECRET.lower(), "\u00e9"):
        assert outcome(desk.register(wrong)) == REFUSED
    for elsewhere in ("authorization", "x_api_key", "cookie"):
        assert outcome(desk.register(**{elsewhere: SECRET})) == REFUSED
    assert desk.world.digest() == before
    answer = desk.register(SECRET)
    assert answer.status == 201
    key = answer.json["api_key"]
    assert desk.gateway.call("POST", "/messaging/heartbeat", key=key).status == 200


@pytest.mark.parametrize("identity", IDENTITIES)
def test_no_key_of_an_agent_stands_in_for_it(desk: Desk, identity: str):
    before = desk.world.digest()
    answer = attempt(desk.world, "POST /agents/register", identity, desk.gateway)
    assert outcome(answer) == REFUSED
    assert desk.world.digest() == before


def test_without_the_key_nothing_else_of_the_request_is_looked_at(desk: Desk):
    bodies: list[Any] = [{"name": 5}, {}, {"agent_id": "nova", "name": "Taken"}]
    for body in bodies:
        assert outcome(desk.register(body=body)) == REFUSED
        assert outcome(desk.register(ANOTHER, body=body)) == REFUSED
    assert outcome(desk.register(body=None, raw=b"{not json")) == REFUSED
    assert outcome(desk.register(query="x=1&x=2")) == REFUSED
    statuses = [desk.register(SECRET, body=body).status for body in bodies]
    assert statuses == [422, 422, 409]


def test_the_refusal_says_what_to_do(desk: Desk):
    answer = desk.register()
    assert answer.json["fix"] == (
        "Ask the operator for the key, and send it in the header `X-Registration-Key`."
    )


def test_the_secret_is_read_once_in_a_minute_and_only_for_who_sends_a_key(desk: Desk):
    desk.register()
    assert len(desk.reads) == 0
    for seconds, times in ((0, 1), (1, 1), (59, 1), (61, 2), (120, 2), (122, 3)):
        desk.clock.later = timedelta(seconds=seconds)
        assert outcome(desk.register(ANOTHER)) == REFUSED
        assert len(desk.reads) == times


def test_a_new_secret_holds_within_a_minute(desk: Desk):
    assert desk.register(SECRET).status == 201
    desk.vault.put_secret_value(SecretId=SECRET_ID, SecretString=ANOTHER)
    assert outcome(desk.register(ANOTHER)) == REFUSED
    desk.clock.later = timedelta(seconds=61)
    assert outcome(desk.register(SECRET)) == REFUSED
    assert desk.register(ANOTHER, body={"name": "Next"}).status == 201


def test_a_secret_that_cannot_be_read_opens_nothing(desk: Desk):
    desk.vault.put_secret_value(SecretId=SECRET_ID, SecretBinary=SECRET.encode())
    before = desk.world.digest()
    assert outcome(desk.register(SECRET)) == (500, "internal")
    desk.vault.delete_secret(SecretId=SECRET_ID, ForceDeleteWithoutRecovery=True)
    desk.clock.later = timedelta(seconds=61)
    for sent in (SECRET, "None", "null"):
        assert outcome(desk.register(sent)) == (500, "internal")
    assert outcome(desk.register()) == REFUSED
    assert desk.world.digest() == before


@pytest.mark.parametrize("mode", ["", "Open", "KEY", "opne", "none", "open "])
def test_a_mode_that_is_none_does_not_start(mode: str):
    with pytest.raises(ValueError, match="REGISTRATION_MODE"):
        fresh("agents", REGISTRATION_MODE=mode)


def test_the_registration_key_is_in_no_table_and_in_no_log(desk: Desk):
    desk.register(SECRET)
    desk.register(SECRET, body={"agent_id": "newcomer", "name": "Taken"})
    desk.register(SECRET, body={"name": 5})
    desk.register(ANOTHER)
    assert len(JOURNAL.lines) >= 3
    everywhere = repr(desk.world.cloud.snapshot()) + "\n".join(JOURNAL.lines)
    assert SECRET not in everywhere
    assert ANOTHER not in everywhere
