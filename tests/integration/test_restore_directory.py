"""The directory follows from the agents, whatever they do during its rebuild."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.cloud import Cloud
from tests.integration.restoring import Stack
from tools.operating import agent_tables


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    return Stack(cloud)


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Let something happen after the rebuild has read, and before its first write."""
    write = agent_tables.transact

    def late(client: Any, items: Any) -> None:
        monkeypatch.undo()
        act()
        write(client, items)

    monkeypatch.setattr(agent_tables, "transact", late)


def entries(stack: Stack) -> set[tuple[str, str]]:
    return {(key["facet"]["S"], key["place"]["S"]) for key in stack.keys_of("AgentDirectoryTable")}


def test_an_agent_that_leaves_during_the_rebuild_leaves_no_entries(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
):
    stack.lose("AgentDirectoryTable")
    leave = ("DELETE", "/agents/me")
    between(monkeypatch, lambda: stack.gateway.call(*leave, key=stack.keys["first"]))
    assert stack.rebuild() == ["nova  changed meanwhile. Try again"]
    assert entries(stack) == set()
    assert stack.rebuild() == ["nova  1 entries added, 0 deleted"]
    assert entries(stack) == {("like", "nova")}


def test_an_agent_that_changes_during_the_rebuild_is_listed_as_it_is_then(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
):
    before = entries(stack)
    stack.lose("AgentDirectoryTable")
    change = ("PATCH", "/agents/me")
    body = {"capabilities": ["audits"]}
    between(monkeypatch, lambda: stack.gateway.call(*change, body=body, key=stack.keys["first"]))
    assert stack.rebuild() == ["nova  changed meanwhile. Try again"]
    stack.rebuild()
    capability = {("cap#estimates", "nova")}
    assert entries(stack) == before - capability | {("cap#audits", "nova")}


def test_entries_without_their_agent_are_deleted(stack: Stack):
    ghosts = stack.cloud.dynamodb.scan(TableName="AgentDirectoryTable")["Items"]
    stack.gateway.call("DELETE", "/agents/me", key=stack.keys["first"])
    for item in (*ghosts, {"facet": {"S": "all"}, "place": {"S": "nobody"}}):
        stack.cloud.dynamodb.put_item(TableName="AgentDirectoryTable", Item=item)
    assert stack.rebuild() == [
        "nova  0 entries added, 3 deleted",
        "nobody  0 entries added, 1 deleted",
    ]
    assert entries(stack) == {("like", "nova")}
    assert stack.rebuild() == []
