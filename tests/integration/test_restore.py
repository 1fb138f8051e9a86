"""A restore brings lost agents and items back, and opens no key that was revoked."""

from typing import Any

import pytest

from tests.integration.cloud import Cloud
from tests.integration.restoring import TABLES, Stack
from tools.operating import agent_tables, operate, restore


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    return Stack(cloud)


def test_a_lost_agent_comes_back_with_the_keys_that_it_has_now(stack: Stack):
    stack.add("stolen")
    stack.back_up()
    stack.revoke("stolen")
    stack.add("new")
    stack.lose("AgentsTable", "AgentDirectoryTable")

    assert stack.bring_back() == ["nova  has 2 of its keys"]

    opened = {name: stack.opens(name) for name in stack.keys}
    assert opened == {"first": (True, True), "stolen": (False, False), "new": (True, True)}
    listed = stack.cloud.get("/agents", {"agent_id": "nova", "capability": "estimates"})
    assert [each["agent_id"] for each in listed.json["agents"]] == ["nova"]
    assert stack.rebuild() == []


def test_a_key_of_an_epoch_that_has_ended_stays_closed_even_if_it_was_copied_back(stack: Stack):
    stack.back_up()
    (old,) = stack.cloud.dynamodb.scan(TableName="AgentKeysTable")["Items"]
    registry = operate.Registry(stack.tables.client, stack.tables.agents, stack.tables.keys)
    stack.keys["replaced"] = operate.replace_key(registry, "nova").splitlines()[-1]
    stack.cloud.dynamodb.put_item(TableName="AgentKeysTable", Item=old)
    stack.lose("AgentsTable")

    assert stack.bring_back() == ["nova  has 1 of its keys"]
    assert stack.rebuild() == [f"nova  {stack.ids['first']} deleted"]
    assert stack.opens("first") == (False, False)
    assert stack.opens("replaced") == (True, True)


def test_where_the_keys_are_lost_too_no_old_key_opens_anything(stack: Stack):
    stack.back_up()
    stack.lose(*TABLES)

    (line,) = stack.bring_back()
    stack.rebuild()

    assert line == "nova  has no key now. Make one: make operate DO='replace-key nova'"
    assert stack.opens("first") == (False, False)
    registry = operate.Registry(stack.tables.client, stack.tables.agents, stack.tables.keys)
    stack.keys["made"] = operate.replace_key(registry, "nova").splitlines()[-1]
    assert stack.opens("made") == (True, True)


def test_an_agent_that_left_stays_away(stack: Stack):
    stack.back_up()
    assert stack.gateway.call("DELETE", "/agents/me", key=stack.keys["first"]).status == 200

    assert stack.bring_back() == []
    assert stack.rebuild() == []
    assert stack.opens("first") == (False, False)


def test_lost_keys_and_entries_are_rebuilt_from_the_agents(stack: Stack):
    stack.add("revoked")
    stack.add("second")
    stack.revoke("revoked")
    stack.lose("AgentKeysTable", "AgentDirectoryTable")

    lines = stack.rebuild()

    added = {f"nova  {stack.ids[name]} added" for name in ("first", "second")}
    assert added <= set(lines)
    assert [stack.opens(name) for name in ("first", "revoked", "second")] == [
        (True, True),
        (False, False),
        (True, True),
    ]
    listed = stack.cloud.get("/agents", {"agent_id": "nova"})
    assert [each["agent_id"] for each in listed.json["agents"]] == ["nova"]


def test_revoked_keys_that_somebody_copied_back_are_deleted(stack: Stack):
    stack.add("stolen")
    items = stack.cloud.dynamodb.scan(TableName="AgentKeysTable")["Items"]
    stack.revoke("stolen")
    for item in items:
        stack.cloud.dynamodb.put_item(TableName="AgentKeysTable", Item=item)
    assert stack.opens("stolen") == (True, False)

    assert stack.rebuild() == [f"nova  {stack.ids['stolen']} deleted"]
    assert stack.opens("stolen") == (False, False)
    assert stack.opens("first") == (True, True)


def test_the_keys_of_a_lost_agent_are_kept_for_its_restore(stack: Stack):
    stack.lose("AgentsTable")
    line = f"nova  is lost, but its {stack.ids['first']} is not: restore AgentsTable"
    assert stack.rebuild() == [line, "nova  0 entries added, 3 deleted"]
    assert len(stack.keys_of("AgentKeysTable")) == 1


def test_a_key_that_is_revoked_during_the_restore_stays_closed(stack: Stack, monkeypatch: Any):
    stack.back_up()
    stack.lose("AgentsTable")

    def late(client: Any, items: Any) -> None:
        stack.lose("AgentKeysTable")
        write(client, items)

    write = agent_tables.transact
    monkeypatch.setattr(agent_tables, "transact", late)

    (line,) = stack.bring_back()
    assert "Try again" in line
    assert stack.keys_of("AgentsTable") == []


def test_a_dry_run_writes_nothing(stack: Stack):
    stack.back_up()
    stack.lose("AgentsTable")
    before = stack.cloud.digest()
    assert stack.bring_back(is_dry_run=True) == ["nova  has 1 of its keys"]
    assert stack.cloud.digest() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["AgentKeysTable", "--from", "old"], "first restore that table"),
        (["AgentKeysTable", "--from", "old", "--kept"], "make restore TABLE=AgentKeysTable"),
        (["AgentDirectoryTable", "--from", "old", "--kept"], "is never copied"),
        (["AgentsTable"], "AgentsTable needs --from"),
        (["AgentsTable", "--from", "old", "--replace"], "could make revoked keys valid again"),
        (["AgentKeysTable", "--kept"], "AgentKeysTable is never copied"),
        (["Orders", "--from", "old"], "invalid choice"),
    ],
)
def test_what_could_open_a_revoked_key_is_refused(arguments: list[str], said: str, capsys: Any):
    with pytest.raises(SystemExit):
        restore.main([*arguments, "--stack", "agent-messaging-prod"])
    assert said in capsys.readouterr().err
