"""Bring lost agents back, without opening a key that was revoked.

A restored table is as old as the time to which it was restored. It does not know which keys were
revoked since. Two tables that are in use do: a revocation deletes the key in the agent's item
(AgentsTable) and the key's own item (AgentKeysTable) in one transaction. So:

    lost                what is restored         what decides
    an agent's item     the agent, its entries   its keys are those that AgentKeysTable has now
    a key's item        the key                  its agent has the key now
    both                the agent, its entries   nothing, so it has no key, and its epoch increases

An agent's entries are its items in AgentDirectoryTable. They follow from the agent's item.

A table that a deleted stack left knows all revocations of that stack. So an agent moves into a new
stack with all its keys, but only once. If the new stack has ever had the agent, the rules above
count, because a key may have been revoked there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.agents.access import parse
from agent_messaging.agents.key_table import Grant
from agent_messaging.agents.model import Agent, Key
from agent_messaging.storage.table import Item, TransactItem
from agent_messaging.storage.transactions import batch_get
from tools.operating.agent_tables import AgentTables, Change, check, scan, written
from tools.operating.rebuild_directory import reservation

BATCH = 100  # agents for which one read asks
STAYS_LOST = "stays lost: it, its keys or the owner of a similar id changed. Try again"
SEEN_BEFORE = "stays lost: this stack has had this id or a similar one. Try again without KEPT"


def bring_back(
    tables: AgentTables, source: str, *, is_dry_run: bool, is_kept: bool = False
) -> Iterator[Change]:
    """Write the agents of another table that the table in use lacks. Yield a line for each.

    With `is_kept`, agents that this stack has never had keep the keys of their items.
    """
    grants: dict[str, list[Grant]] = defaultdict(list)
    for item in scan(tables.client, tables.keys.table.name):
        grants[item["agent_id"]].append(Grant.model_validate(item))
    for item in _missing(tables, scan(tables.client, source)):
        known = newest(grants.get(item["agent_id"], []))
        moves = is_kept and not known
        writes = list(_moves(tables, item) if moves else _writes(tables, item, known))
        yield written(
            tables,
            [] if is_dry_run else writes,
            f"{item['agent_id']} ",
            _said(item, known, moves=moves),
            SEEN_BEFORE if moves else STAYS_LOST,
        )


def _said(item: Item, known: list[Grant], *, moves: bool) -> str:
    if "deleted_at" in item:
        return "left before, and stays away"
    if moves:
        return "is here with its keys"
    return f"has {len(known)} of its keys" if known else _needs_key(item["agent_id"])


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


def _writes(tables: AgentTables, old: Item, known: list[Grant]) -> Iterator[TransactItem]:
    """Yield the writes of one transaction. It fails if one of the keys has gone meanwhile."""
    item = with_keys(old, known)
    yield from _listed(tables, item, reservation(tables, item["agent_id"]))
    if "deleted_at" in item:
        return
    for grant in known:
        yield check(
            tables.keys.table,
            {"key_hash": grant.key_hash},
            "key_id = :key_id AND epoch = :epoch",
            key_id=grant.key_id,
            epoch=grant.epoch,
        )


def _moves(tables: AgentTables, item: Item) -> Iterator[TransactItem]:
    """Yield the writes of one transaction. It fails if this stack ever had the agent.

    Then some of the keys may have been revoked here, and the old item does not know it.
    """
    agent = parse(item)
    yield from _listed(tables, item, tables.directory.transact_claim_likeness(agent))
    for key in agent.live_keys(clock.now()):
        yield tables.keys.transact_put(agent, key)


def _listed(tables: AgentTables, item: Item, claim: TransactItem) -> Iterator[TransactItem]:
    yield tables.agents.table.transact_put(item, "attribute_not_exists(agent_id)")
    yield claim
    if "deleted_at" not in item:
        yield from tables.directory.transact_put_all(parse(item))
