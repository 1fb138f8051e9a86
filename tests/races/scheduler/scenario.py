"""A scenario: a world before, and what is done in it at the same time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.integration.cloud import Cloud
from tests.races.scheduler.world import World

Prepare = Callable[[Cloud], Mapping[str, Any]]


@dataclass(frozen=True)
class Scenario:
    """`play` enters the actors, lets them act, and asserts what is its own."""

    name: str
    prepare: Prepare
    play: Callable[[World], None]


SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str, prepare: Prepare) -> Callable[[Callable[[World], None]], Any]:
    """Declare the decorated function as a scenario under its own name."""

    def declare(play: Callable[[World], None]) -> Scenario:
        SCENARIOS[play.__name__] = Scenario(name, prepare, play)
        return SCENARIOS[play.__name__]

    return declare


def register(cloud: Cloud, *agent_ids: str) -> dict[str, Any]:
    """These agents, by their ids, with the first keys that they were given."""
    return {"agents": {agent_id: cloud.register(agent_id) for agent_id in agent_ids}}
