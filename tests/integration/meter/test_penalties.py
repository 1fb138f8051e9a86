"""An agent that spends too much is refused: here, by the other instances, by the authorizer."""

import re
from datetime import timedelta
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents.access import parse
from agent_messaging.agents.requester import BY_OPERATOR, Requester
from agent_messaging.observability import metrics
from local.in_process.functions import app, fresh
from local.template import load
from tests.integration.authorisation.gateway import outcome
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.authorisation.rules import FORBIDDEN
from tests.integration.meter.conftest import QUOTA, START, Spender
from tests.integration.recorder import RECORDER
from tests.logs import JOURNAL
from tests.unit.template.test_roles import PENALTY_ALONE

THROTTLED = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}}
LIMITED = (429, "rate_limited")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent_messaging.storage.table.FIRST_WAIT_SECONDS", 0)


def instance(spender: Spender, group: str) -> ModuleType:
    """Another instance of a function, which the gateway asks from now on."""
    module = fresh(group)
    module.meter.quota = QUOTA
    spender.gateway._instead = {**spender.gateway._instead, group: module}
    return module


def test_who_spends_too_much_is_refused_until_the_next_minute_is_over(spender: Spender):
    *served, refusal = spender.trip()
    # Each request is 3.7 units.
    assert len(served) == 14
    assert outcome(refusal) == LIMITED
    assert refusal.headers["RateLimit-Policy"] == f'"units";q={QUOTA};w=60'
    assert refusal.headers["RateLimit"] == '"units";r=0;t=100'
    assert refusal.headers["Retry-After"] == "100"
    assert refusal.json["fix"].startswith("Stop calling for 100 seconds.")
    assert refusal.json["detail"].startswith("You spent more than 50 units in a minute.")
    assert spender.until() == START + timedelta(seconds=100)
    spender.gateway.forget()
    spender.pass_time(seconds=99.9)
    assert outcome(spender.call()) == FORBIDDEN
    spender.gateway.forget()
    spender.pass_time(seconds=0.1)
    assert spender.call().status == 200


def test_a_refusal_asks_nothing_of_the_tables(spender: Spender):
    spender.trip()
    RECORDER.calls.clear()
    for method, path in (("GET", "/messaging/inbox"), ("POST", "/messaging/ping")):
        assert outcome(spender.call(path, method, body={})) == LIMITED
    assert RECORDER.calls == []


def test_each_trip_is_refused_for_longer(spender: Spender):
    minutes = []
    for _ in range(5):
        spender.trip()
        left = spender.until() - spender.now
        minutes.append(round(left.total_seconds() / 60))
        assert spender.record["trips"] == len(minutes)
        spender.now = spender.until()
        spender.gateway.forget()
    assert minutes == [2, 11, 61, 361, 361]
    spender.pass_time(days=1)
    spender.gateway.forget()
    spender.trip()
    assert spender.record["trips"] == 1


def test_the_trip_is_logged_with_the_agent_and_counted_as_a_metric(spender: Spender, capsys):
    spender.trip()
    printed = capsys.readouterr().out + "\n".join(JOURNAL.lines)
    assert '"AgentsTripped":[1.0]' in printed
    line = [each for each in JOURNAL.lines if '"message":"tripped"' in each][-1]
    assert '"agent_id":"nova"' in line


def test_others_are_not_refused(spender: Spender):
    spender.trip()
    assert spender.call(key=spender.boots).status == 200


def test_the_authorizer_refuses_every_key_once_its_memory_is_over(spender: Spender):
    second = spender.call("/agents/me/keys", "POST", body={}).json["api_key"]
    spender.trip()
    assert outcome(spender.call()) == LIMITED  # the gateway remembers that the key is good
    spender.pass_time(seconds=60)
    for key in (spender.key, second):
        assert outcome(spender.call(key=key)) == FORBIDDEN
        assert spender.stored_key(key)["refused_until"] == clock.to_text(spender.until())
    spender.now = spender.until()
    spender.gateway.forget()
    for key in (spender.key, second):
        assert spender.call(key=key).status == 200


def test_another_instance_writes_nothing_and_learns_with_its_next_flush(spender: Spender):
    spender.trip()
    other = instance(spender, "messaging")
    before = spender.cloud.digest()
    # Its writes read the agent anyway, which says it.
    assert (
        outcome(spender.call("/messaging/ping", "POST", body={"to_agent_id": "boots"})) == LIMITED
    )
    assert spender.cloud.digest() == before
    for _ in range(12):
        assert spender.call().status == 200
    assert outcome(spender.call()) == LIMITED
    assert other.meter.penalty_of("nova", spender.now).until == spender.until()
    assert spender.record["trips"] == 1


def test_of_two_instances_that_find_the_trip_at_once_one_counts_it(
    spender: Spender, monkeypatch: pytest.MonkeyPatch
):
    counted: list[str] = []
    monkeypatch.setattr(metrics, "count", counted.append)
    other = instance(spender, "messaging")
    spender.gateway._instead = {}

    def flush_elsewhere() -> int:
        other.meter.spend("nova", 2_000, spender.now)
        return int(spender.record["trips"])

    for _ in range(13):
        assert spender.call().status == 200
    with _before_the_trip(app("messaging"), flush_elsewhere) as happened:
        assert spender.call().status == 200
    assert happened == [1]
    assert spender.record["trips"] == 1
    assert counted == ["AgentsTripped"]
    assert outcome(spender.call()) == LIMITED
    assert other.meter.penalty_of("nova", spender.now) is not None


class _before_the_trip:  # noqa: N801 - read as a sentence: with _before_the_trip(...)
    """Run `by` once, when the function has counted too much and not yet said so."""

    def __init__(self, module: ModuleType, by: Any) -> None:
        self.events, self.by, self.happened = module.client.meta.events, by, []

    def _interrupt(self, params: Any, **_: Any) -> None:
        if b"SET trips" in params["body"] and not self.happened:
            self.happened.append(None)
            self.happened[0] = self.by()

    def __enter__(self) -> list[Any]:
        self.events.register_first("before-call.dynamodb.UpdateItem", self._interrupt)
        return self.happened

    def __exit__(self, *_: object) -> None:
        self.events.unregister("before-call.dynamodb.UpdateItem", self._interrupt)


@pytest.fixture
def unaware(spender: Spender) -> Spender:
    """Nova is refused, and the agents function is an instance that has not heard of it."""
    spender.trip()
    instance(spender, "agents")
    return spender


@pytest.mark.parametrize("body", [{}, {"revoke_others": True}])
def test_no_new_key_escapes_a_penalty(unaware: Spender, body: dict):
    before = unaware.cloud.digest()
    assert outcome(unaware.call("/agents/me/keys", "POST", body=body)) == LIMITED
    assert unaware.cloud.digest() == before


@pytest.mark.parametrize("body", [{}, {"revoke_others": True}])
def test_no_key_that_is_made_in_the_moment_of_a_trip_escapes(spender: Spender, body: dict):
    """The penalty comes between reading the agent and writing the key."""
    with overtaken("agents", "TransactWriteItems", lambda: len(spender.trip())) as happened:
        answer = spender.call("/agents/me/keys", "POST", body=body)
    assert happened == [15]
    assert outcome(answer) == LIMITED
    keys = [item for item in spender.cloud.items("AgentKeysTable") if item["agent_id"] == "nova"]
    assert [item["refused_until"] for item in keys] == [clock.to_text(spender.until())]


def test_a_key_that_the_operator_makes_is_refused_until_the_penalty_ends(unaware: Spender):
    agents = app("agents")
    api_key, key = api_keys.issue(unaware.now)
    read = partial(unaware.cloud.read, "AgentsTable", agent_id="nova")
    agents.key_service.keyring.replace(Requester(lambda: parse(read()), BY_OPERATOR), key)
    assert outcome(unaware.call(key=api_key)) == FORBIDDEN
    unaware.now = unaware.until()
    unaware.gateway.forget()
    assert unaware.call(key=api_key).status == 200


def test_no_key_is_made_while_the_keys_are_told(spender: Spender):
    """The agent's item has the penalty, and its keys are about to be read."""

    def create() -> tuple[int, str]:
        return outcome(spender.call("/agents/me/keys", "POST", body={}))

    with overtaken("messaging", "GetItem", create) as happened:
        spender.trip()
    assert happened == [LIMITED]
    keys = [item for item in spender.cloud.items("AgentKeysTable") if item["agent_id"] == "nova"]
    assert all("refused_until" in item for item in keys)


@pytest.mark.parametrize("is_other", [True, False])
def test_a_penalty_that_the_keys_were_not_told_of_is_told_with_the_next_flush(
    spender: Spender, *, is_other: bool
):
    for _ in range(13):
        spender.call()
    # The count and the trip succeed; then the table of the agents answers nothing.
    name = "before-call.dynamodb.UpdateItem"
    events = app("messaging").client.meta.events

    def fail(params: Any, **_: Any) -> Any:
        if b'"AgentsTable"' in params["body"]:
            raise ConnectionResetError
        return None

    events.register_first(name, fail)
    try:
        assert spender.call().status == 200
    finally:
        events.unregister(name, fail)
    assert spender.record["trips"] == 1
    assert "refused_until" not in spender.stored_key()
    assert "marked_until" not in spender.record
    if is_other:
        instance(spender, "messaging")
    served = len(spender.trip()) - 1
    assert served <= 28
    assert spender.stored_key()["refused_until"] == clock.to_text(spender.until())
    assert spender.record["marked_until"] == clock.to_text(spender.until())
    assert spender.record["trips"] == 1


def test_neither_a_revoked_key_nor_an_agent_that_left_comes_back(spender: Spender):
    before = {item["key_hash"] for item in spender.cloud.items("AgentKeysTable")}
    with overtaken("messaging", "GetItem", lambda: _revoke_all(spender)):
        spender.trip()
    assert {item["key_hash"] for item in spender.cloud.items("AgentKeysTable")} < before
    spender.cloud.change("AgentsTable", {"agent_id": "boots"}, deleted_at="2026-11-30T12:00:00Z")
    item = spender.cloud.read("AgentsTable", agent_id="boots")
    app("messaging").meter.spend("boots", 5_000, spender.now)
    assert spender.cloud.read("AgentsTable", agent_id="boots") == item


def _revoke_all(spender: Spender) -> None:
    table = spender.cloud.dynamodb
    table.delete_item(
        TableName="AgentKeysTable", Key={"key_hash": {"S": spender.stored_key()["key_hash"]}}
    )


def test_the_meter_touches_only_what_its_rights_name(spender: Spender):
    spender.trip()
    updates = [call.request for call in RECORDER.calls if call.operation == "UpdateItem"]
    written = [
        request
        for request in updates
        if request["UpdateExpression"].startswith(("SET penalty", "SET refused_until"))
    ]
    assert {request["TableName"] for request in written} == set(PENALTY_ALONE)
    for request in written:
        expressions = f"{request['UpdateExpression']} {request['ConditionExpression']}"
        names = set(re.findall(r"(?<![:#\w])[a-z_]+\b(?!\()", expressions))
        assert {*request["Key"], *names} <= set(PENALTY_ALONE[request["TableName"]])
        assert "ExpressionAttributeNames" not in request
        assert "ReturnValues" not in request
        assert "ReturnValuesOnConditionCheckFailure" not in request


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/agents/me", ""),
        ("/messaging/contacts", ""),
        ("/messaging/feed", ""),
        ("/messaging/feed/wait", ""),
        ("/messaging/inbox", ""),
        ("/messaging/presence/boots", ""),
        ("/messaging/stats", ""),
        ("/messaging/webhooks", ""),
        ("/messaging/work-orders", "role=worker"),
    ],
)
def test_every_function_may_do_what_a_trip_takes(spender: Spender, path: str, query: str):
    assert outcome(spender.trip(path, query)[-1]) == LIMITED
    assert spender.record["marked_until"] == clock.to_text(spender.until())
    assert "refused_until" in spender.stored_key()


def test_the_function_of_transcripts_may_do_the_same(spender: Spender):
    body = {"to_agent_id": "nova", "title": "Estimates", "description": "Fifty of them"}
    offered = spender.call("/messaging/work-order", "POST", key=spender.boots, body=body)
    order_id = offered.json["work_order_id"]
    test_every_function_may_do_what_a_trip_takes(
        spender, f"/messaging/work-order/{order_id}/transcript", ""
    )


def test_the_quota_is_the_templates():
    function = load().functions["MessagingFunction"]
    assert fresh("messaging").meter.quota == int(function.environment["UNITS_PER_MINUTE"]) == 20_000


def test_the_authorizer_fails_for_no_other_reason_than_before(spender: Spender):
    """It reads what it reads anyway: one consistent read, and no call more."""
    spender.trip()
    spender.gateway.forget()
    RECORDER.calls.clear()
    assert outcome(spender.call()) == FORBIDDEN
    assert [call.operation for call in RECORDER.calls] == ["GetItem"]
    spender.cloud.fail("GetItem", 1, THROTTLED)
    spender.gateway.forget()
    assert spender.call().status == 500
