"""Bring lost agents back. A key that was revoked stays revoked.

A restored table is as old as the time to which it was restored. It does not know which keys were
revoked since. Two tables that are in use do: a revocation deletes the key in the agent's item
(AgentsTable) and the key's own item (AgentKeysTable) in one transaction. So:

    lost                what is restored         what decides
    an agent's item     the agent, its entries   its keys are those that AgentKeysTable has now
    a key's item        the key                  its agent has the key now
    both                the agent, its entries   nothing, so it has no key, and its epoch increases

An agent's entries are its items in AgentDirectoryTable. They follow from the agent's item.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agent_messaging import ids
from agent_messaging.agents.access import parse
from agent_messaging.agents.key_table import Grant
from agent_messaging.agents.model import Agent, Key
from agent_messaging.content import likeness
from agent_messaging.directory.table import LIKENESSES, NEVER_SEEN
from agent_messaging.storage.table import Item, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, batch_get, transact
from tools.operating.agent_tables import AgentTables, check, scan

BATCH = 100  # agents for which one read asks
OWN_OR_FREE = f"{NEVER_SEEN} OR agent_id = :agent_id"


def bring_back(tables: AgentTables, restored: str, *, is_dry_run: bool) -> Iterator[str]:
    """Write the agents of a restored table that the table in use lacks. Yield a line for each."""
    grants: dict[str, list[Grant]] = defaultdict(list)
    for item in scan(tables.client, tables.keys.table.name):
        grants[item["agent_id"]].append(Grant.model_validate(item))
    for item in _missing(tables, scan(tables.client, restored)):
        agent_id = item["agent_id"]
        known = newest(grants.get(agent_id, []))
        line = f"has {len(known)} of its keys" if known else _needs_key(agent_id)
        if "deleted_at" in item:
            line = "had left before, and is stored again as an agent that left"
        try:
            if not is_dry_run:
                transact(tables.client, list(_writes(tables, with_keys(item, known), known)))
        except TransactionFailedError:
            line = "is not restored: it, its keys or a similar id changed meanwhile. Try again"
        yield f"{agent_id}  {line}"


def _needs_key(agent_id: str) -> str:
    return f"has no key now. Make one: make operate DO='replace-key {agent_id}'"


def newest(grants: Iterable[Grant]) -> list[Grant]:
    """Return the keys of the newest epoch. Those of earlier epochs were revoked."""
    found = list(grants)
    epoch = max((each.epoch for each in found), default=0)
    return sorted((each for each in found if each.epoch == epoch), key=lambda each: each.key_id)


def with_keys(item: Mapping[str, Any], known: list[Grant]) -> Item:
    """Return an agent's old item with the keys that are known now. Without any, raise its epoch."""
    if "deleted_at" in item:
        return dict(item)
    agent = parse(dict(item))
    keys = {each.key_id: _key(agent, each) for each in known}
    stored = {
        key_id: key.model_dump(mode="json", exclude_none=True) for key_id, key in keys.items()
    }
    return {**item, "keys": stored, "epoch": known[0].epoch if known else agent.epoch + 1}


def _key(agent: Agent, grant: Grant) -> Key:
    """Return a key as the agent had it. A newer key is made from its item, without its label."""
    old = agent.keys.get(grant.key_id)
    if old is None or old.key_hash != grant.key_hash:
        created_at = ids.time_of(grant.key_id)
        old = Key(key_id=grant.key_id, key_hash=grant.key_hash, created_at=created_at)
    return old.model_copy(update={"expires_at": grant.expires_at})


def _missing(tables: AgentTables, items: Iterable[Item]) -> Iterator[Item]:
    """Yield the agents that are not in the table in use. A marker of one that left counts."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield from _of_batch(tables, batch)
            batch = []
    yield from _of_batch(tables, batch)


def _of_batch(tables: AgentTables, batch: list[Item]) -> Iterator[Item]:
    asked = [tables.agents.key(item["agent_id"]) for item in batch]
    present = batch_get(tables.client, asked, consistent=True) if asked else []
    return (item for item, there in zip(batch, present, strict=True) if there is None)


def _writes(tables: AgentTables, item: Item, known: list[Grant]) -> Iterator[TransactItem]:
    """Yield the writes of one transaction. It fails if one of the keys has gone meanwhile."""
    agent_id = item["agent_id"]
    yield tables.agents.table.transact_put(item, "attribute_not_exists(agent_id)")
    like = {"facet": LIKENESSES, "place": likeness.skeleton(agent_id), "agent_id": agent_id}
    yield tables.directory.table.transact_put(like, OWN_OR_FREE, agent_id=agent_id)
    if "deleted_at" in item:
        return
    yield from tables.directory.transact_put_all(parse(item))
    for grant in known:
        yield check(
            tables.keys.table,
            {"key_hash": grant.key_hash},
            "key_id = :key_id AND epoch = :epoch",
            key_id=grant.key_id,
            epoch=grant.epoch,
        )
