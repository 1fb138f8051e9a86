"""Rebuild AgentKeysTable and AgentDirectoryTable from AgentsTable.

So nobody has to copy either of them from a restored table. A copy could make revoked keys valid
again, and list agents that left. The stack may serve requests meanwhile. Each change has the
condition that the agent still has, or still does not have, the key.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent_messaging import clock
from agent_messaging.agents.access import holds_key, parse
from agent_messaging.agents.key_table import Grant
from agent_messaging.agents.model import Agent, Key
from agent_messaging.content import likeness
from agent_messaging.directory.table import LIKENESSES, keys_of
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, batch_get, transact
from tools.operating.agent_tables import AgentTables, check, scan

CHANGED = "changed meanwhile. Try again"


def rebuild_keys(tables: AgentTables, *, is_dry_run: bool) -> Iterator[str]:
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
                done = is_dry_run or _is_written(tables, writes)
                yield f"{agent.agent_id}  {key.key_id} {'added' if done else CHANGED}"
    for grant in stored.values():
        owner = agents.get(grant.agent_id)
        if owner is None:
            yield f"{grant.agent_id}  is lost, but {grant.key_id} is not. Restore AgentsTable first"
        elif not _is_of(owner, grant):
            deletion = tables.keys.table.transact_delete({"key_hash": grant.key_hash})
            done = is_dry_run or _is_written(tables, [_holds_not(tables, grant), deletion])
            yield f"{grant.agent_id}  {grant.key_id} {'deleted' if done else CHANGED}"


def _is_written(tables: AgentTables, writes: list[TransactItem]) -> bool:
    try:
        transact(tables.client, writes)
    except TransactionFailedError:
        return False
    return True


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


def rebuild_directory(tables: AgentTables, *, is_dry_run: bool) -> Iterator[str]:
    """Add the entries that AgentDirectoryTable lacks for the agents in AgentsTable."""
    table = tables.directory.table
    for item in scan(tables.client, tables.agents.table.name):
        agent = parse(item)
        like = {"facet": LIKENESSES, "place": likeness.skeleton(agent.agent_id)}
        wanted = [] if agent.deleted_at else [key._asdict() for key in sorted(keys_of(agent))]
        present = batch_get(
            tables.client, [(table.name, key) for key in (like, *wanted)], consistent=True
        )
        lacking = [
            key for key, there in zip((like, *wanted), present, strict=True) if there is None
        ]
        for key in () if is_dry_run else lacking:
            table.put({**key, "agent_id": agent.agent_id} if key is like else key)
        if lacking:
            yield f"{agent.agent_id}  {len(lacking)} entries added"
