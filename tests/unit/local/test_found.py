"""A start with kept tables says which agents it found, and registers no deleted one again."""

import asyncio

import pytest

from local import found, seed
from local.found import Found


@pytest.mark.parametrize(
    ("living", "line"),
    [
        (0, "Registering Nova and Boots ..."),
        (1, "Found 1 agent in /kept"),
        (3, "Found 3 agents in /kept"),
    ],
)
def test_the_step_says_what_was_found(living, line):
    assert Found(living, frozenset()).told("/kept") == line


class Client:
    def get_paginator(self, name):
        assert name == "scan"
        return self

    def paginate(self, **_):
        gone = {"agent_id": {"S": "boots-agent-id"}, "deleted_at": {"S": "2026-01-01T00:00:00Z"}}
        return [{"Items": [{"agent_id": {"S": "nova-agent-id"}}]}, {"Items": [gone]}]


def test_agents_are_counted_without_the_deleted_ones():
    assert found.agents(Client()) == Found(1, frozenset({"boots-agent-id"}))


def test_a_deleted_agent_is_not_registered():
    seeded = asyncio.run(seed.register_agents(None, None, set(seed.KEYS)))
    assert [(each.agent_id, each.is_deleted) for each in seeded] == [
        (agent_id, True) for agent_id in seed.KEYS
    ]
