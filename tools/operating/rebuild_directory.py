"""Rebuild AgentDirectoryTable from AgentsTable.

So nobody has to copy it from another table, which could list agents that left. The stack may serve
requests meanwhile. The changes of one agent are one transaction, with the condition that the agent
is as it was read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from agent_messaging.agents.access import IS_THERE, parse
from agent_messaging.agents.model import Agent
from agent_messaging.content import likeness
from agent_messaging.directory.table import (
    LIKENESSES,
    NEVER_SEEN,
    DirectoryKey,
    agent_of,
    keys_of,
    listed_as,
)
from agent_messaging.storage.table import TransactItem
from tools.operating.agent_tables import AgentTables, Change, check, scan, written

OWN_OR_FREE = f"{NEVER_SEEN} OR agent_id = :agent_id"
HAS_LEFT = "attribute_exists(deleted_at)"
IS_GONE = f"attribute_not_exists(agent_id) OR {HAS_LEFT}"


def rebuild_directory(tables: AgentTables, *, is_dry_run: bool) -> Iterator[Change]:
    """Make AgentDirectoryTable agree with AgentsTable. Yield a line for each agent that changes.

    The entry that reserves an agent's id, and all ids that look like it, is never deleted.
    """
    for plan in _plans(tables):
        done = f"{len(plan.additions)} entries added, {len(plan.deletions)} deleted"
        writes = [plan.condition, *plan.additions, *plan.deletions]
        if len(writes) > 1:
            yield written(tables, [] if is_dry_run else writes, f"{plan.agent_id} ", done)


def reservation(tables: AgentTables, agent_id: str) -> TransactItem:
    """Return the write that reserves an id. It fails if another agent has a similar id."""
    item = {"facet": LIKENESSES, "place": likeness.skeleton(agent_id), "agent_id": agent_id}
    return tables.directory.table.transact_put(item, OWN_OR_FREE, agent_id=agent_id)


@dataclass(frozen=True)
class _Plan:
    """What changes in the entries of one agent, and the condition on the agent's item."""

    agent_id: str
    condition: TransactItem
    additions: list[TransactItem]
    deletions: list[TransactItem]


def _plans(tables: AgentTables) -> Iterator[_Plan]:
    table = tables.directory.table
    listed, reserved = _entries(tables)
    for item in scan(tables.client, tables.agents.table.name):
        agent = parse(item)
        wanted = set() if agent.deleted_at else keys_of(agent)
        present = listed.pop(agent.agent_id, set())
        additions = [table.transact_put(key._asdict()) for key in sorted(wanted - present)]
        if likeness.skeleton(agent.agent_id) not in reserved:
            additions.append(reservation(tables, agent.agent_id))
        deletions = [table.transact_delete(key._asdict()) for key in sorted(present - wanted)]
        yield _Plan(agent.agent_id, _is_as_read(tables, agent), additions, deletions)
    for agent_id, present in listed.items():
        is_gone = check(tables.agents.table, {"agent_id": agent_id}, IS_GONE)
        deletions = [table.transact_delete(key._asdict()) for key in sorted(present)]
        yield _Plan(agent_id, is_gone, [], deletions)


def _entries(tables: AgentTables) -> tuple[dict[str, set[DirectoryKey]], set[str]]:
    """Return the entries of each agent, and the places that reserve ids."""
    listed: dict[str, set[DirectoryKey]] = defaultdict(set)
    reserved = set()
    for item in scan(tables.client, tables.directory.table.name):
        key = DirectoryKey(item["facet"], item["place"])
        if key.facet == LIKENESSES:
            reserved.add(key.place)
        else:
            listed[agent_of(key.place)].add(key)
    return listed, reserved


def _is_as_read(tables: AgentTables, agent: Agent) -> TransactItem:
    own = {"agent_id": agent.agent_id}
    if agent.deleted_at:
        return check(tables.agents.table, own, HAS_LEFT)
    condition, values = listed_as(agent)
    return check(tables.agents.table, own, f"{IS_THERE} AND {condition}", **values)
