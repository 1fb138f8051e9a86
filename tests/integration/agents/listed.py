"""What the directory holds and lists, and agents that lie in the tables already."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from agent_messaging.agents.model import Agent
from agent_messaging.directory import table
from tests.integration.cloud import Cloud


def stored_keys(cloud: Cloud, facet: str | None = None) -> set[tuple[str, str]]:
    """Every key of the directory that some list reads; or those of one facet."""
    keys = {(item["facet"], item["place"]) for item in cloud.items("AgentDirectoryTable")}
    if facet is not None:
        return {key for key in keys if key[0] == facet}
    return {key for key in keys if key[0] != table.LIKENESSES}


def write_agents(cloud: Cloud, agents: Sequence[Agent]) -> None:
    """Agents as registrations would have left them, but for their keys."""
    cloud.write(
        "AgentsTable", *(each.model_dump(mode="json", exclude_none=True) for each in agents)
    )
    keys = [key._asdict() for each in agents for key in sorted(table.keys_of(each))]
    cloud.write("AgentDirectoryTable", *keys)


def agent(agent_id: str, name: str | None = None, **fields: Any) -> Agent:
    """An agent of 2026."""
    created_at = datetime(2026, 11, 23, tzinfo=UTC)
    return Agent(agent_id=agent_id, name=name or agent_id, created_at=created_at, **fields)


def listed(cloud: Cloud, caller: str, **query: Any) -> list[str]:
    """The ids on all pages of a list, in its order; no page is longer than its limit."""
    found = []
    for page in cloud.pages("/agents", {"agent_id": caller, **query}):
        assert len(page["agents"]) <= int(query.get("limit", 50))
        found += [card["agent_id"] for card in page["agents"]]
    return found
