"""Rebuild AgentKeysTable from AgentsTable.

So nobody has to copy it from another table, which could make revoked keys valid again. The stack
may serve requests meanwhile. Each change has the condition that the agent still has, or still does
not have, the key.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent_messaging import clock
from agent_messaging.agents.access import holds_key, parse
from agent_messaging.agents.key_table import Grant
from agent_messaging.agents.model import Agent, Key
from agent_messaging.storage.table import TransactItem
from tools.operating.agent_tables import AgentTables, Change, check, scan, written


def rebuild_keys(tables: AgentTables, *, is_dry_run: bool) -> Iterator[Change]:
    """Make AgentKeysTable agree with AgentsTable. Yield a line for each key that changes.

    The key of an agent without an item stays: the restore of this agent needs it.
    """
    stored = {
        item["key_hash"]: Grant.model_validate(item)
        for item in scan(tables.client, tables.keys.table.name)
    }
    agents = {
        item["agent_id"]: parse(item) for item in scan(tables.client, tables.agents.table.name)
    }
    now = clock.now()
    for agent in agents.values():
        for key in agent.live_keys(now):
            if key.key_hash not in stored:
                writes = [_holds(tables, agent, key), tables.keys.transact_put(agent, key)]
                subject = f"{agent.agent_id}  {key.key_id}"
                yield written(tables, [] if is_dry_run else writes, subject, "added")
    for grant in stored.values():
        owner = agents.get(grant.agent_id)
        if owner is None:
            line = f"{grant.agent_id}  is lost, but its {grant.key_id} is not: restore AgentsTable"
            yield Change(line, is_done=False)
        elif not _is_of(owner, grant):
            deletion = tables.keys.table.transact_delete({"key_hash": grant.key_hash})
            writes = [_holds_not(tables, grant), deletion]
            subject = f"{grant.agent_id}  {grant.key_id}"
            yield written(tables, [] if is_dry_run else writes, subject, "deleted")


def _is_of(agent: Agent, grant: Grant) -> bool:
    key = agent.keys.get(grant.key_id)
    return key is not None and key.key_hash == grant.key_hash and agent.epoch == grant.epoch


def _holds(tables: AgentTables, agent: Agent, key: Key) -> TransactItem:
    condition = f"{holds_key(key.key_id)} AND epoch = :epoch"
    own = {"agent_id": agent.agent_id}
    return check(tables.agents.table, own, condition, epoch=agent.epoch)


def _holds_not(tables: AgentTables, grant: Grant) -> TransactItem:
    condition = f"attribute_not_exists(#keys.#{grant.key_id}) OR epoch <> :epoch"
    own = {"agent_id": grant.agent_id}
    return check(tables.agents.table, own, condition, epoch=grant.epoch)
