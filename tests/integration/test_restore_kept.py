"""Agents of a deleted stack move into a new one with their keys, once."""

from typing import Any

import pytest

from tests.integration.cloud import Cloud
from tests.integration.restoring import RESTORED, TABLES, Stack, run

MOVED = ["nova  is here with its keys"]


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    """A new stack, beside the agents that another one left."""
    stack = Stack(cloud)
    stack.add("stolen")
    stack.back_up()
    stack.lose(*TABLES)
    return stack


def test_an_agent_moves_with_its_keys_and_entries(stack: Stack):
    assert stack.bring_back(is_kept=True) == MOVED
    assert stack.opens("first") == stack.opens("stolen") == (True, True)
    assert stack.rebuild() == []


def test_a_second_copy_opens_no_key_that_was_revoked_since(stack: Stack):
    stack.bring_back(is_kept=True)
    stack.revoke("stolen")
    assert stack.bring_back(is_kept=True) == []
    assert stack.rebuild() == []
    assert stack.opens("stolen") == (False, False)


@pytest.mark.parametrize(
    ("lost", "said", "first"),
    [
        (("AgentsTable",), "nova  has 1 of its keys", (True, True)),
        (("AgentsTable", "AgentKeysTable"), "Try again without KEPT", (False, False)),
    ],
)
def test_nor_does_one_after_the_item_was_lost(
    stack: Stack, lost: tuple[str, ...], said: str, first: tuple[bool, bool]
):
    stack.bring_back(is_kept=True)
    stack.revoke("stolen")
    stack.lose(*lost)
    (line,) = stack.bring_back(is_kept=True)
    stack.rebuild()
    assert said in line
    assert stack.opens("first") == first
    assert stack.opens("stolen") == (False, False)


def test_an_agent_that_left_there_is_a_marker_here(cloud: Cloud):
    stack = Stack(cloud)
    assert stack.gateway.call("DELETE", "/agents/me", key=stack.keys["first"]).status == 200
    stack.back_up()
    stack.lose(*TABLES)
    assert stack.bring_back(is_kept=True) == ["nova  left before, and stays away"]
    assert stack.opens("first") == (False, False)
    assert stack.rebuild() == []


def test_a_backup_is_not_what_a_stack_left(stack: Stack, monkeypatch: Any, capsys: Any):
    client: Any = stack.cloud.dynamodb
    arguments = ("AgentsTable", "--from", RESTORED, "--kept")
    describe = client.describe_table

    def restored(**asked: str) -> Any:
        is_source = asked["TableName"] == RESTORED
        summary = {"RestoreSummary": {"RestoreInProgress": False}} if is_source else {}
        return {"Table": describe(**asked)["Table"] | summary}

    with monkeypatch.context() as patch:
        patch.setattr(client, "describe_table", restored)
        assert run(stack.cloud, patch, *arguments) == 1
    assert "leave out KEPT" in capsys.readouterr().err
    assert stack.keys_of("AgentsTable") == []
    assert run(stack.cloud, monkeypatch, *arguments) == 0
    assert capsys.readouterr().out == f"{MOVED[0]}\nAgentsTable: 1 changed\n"
