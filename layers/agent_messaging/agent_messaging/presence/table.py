"""The presence table: one small TTL item per agent, in 64 partitions.

DynamoDB removes expired items up to days late. So only `expires_at` tells whether an agent is
online, and not whether its item exists. Counting or listing online agents is one query per
partition.
"""

import contextlib
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import repeat
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.presence.model import KEPT_FOR, Presence
from agent_messaging.storage.table import ConditionFailedError, Item, Table, TableKey, TransactItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS = 64
EXAMINED = 500  # items of a partition that one page of online agents reads at most
PARALLEL = 8  # queries at a time, when all partitions are read
IS_ONLINE = "expires_at > :now"
IS_LISTED = f"{IS_ONLINE} AND attribute_not_exists(is_hidden)"


def shard_of(agent_id: str) -> int:
    """Return the partition of an agent. It is the same in every process and release."""
    return zlib.crc32(agent_id.encode()) % SHARDS


class PresenceTable:
    """The leases."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.table = Table(client, name)

    def key(self, agent_id: str) -> TableKey:
        """Return the key of an agent's lease, for a batch read."""
        return self.table.name, {"shard": shard_of(agent_id), "agent_id": agent_id}

    def put(self, presence: Presence) -> None:
        """Write a lease, and replace the agent's earlier one."""
        self.table.put(_item(presence))

    def end(self, agent_id: str, now: datetime) -> Presence | None:
        """End the lease that runs at `now`. Return the lease afterwards, or None if there is none.

        Only the end of the lease changes, so `last_seen_at` of a concurrent heartbeat is kept.
        """
        values = {"now": clock.to_text(now), "purge": clock.to_epoch(now + KEPT_FOR)}
        expression = "SET expires_at = :now, purge_at = :purge"
        try:
            item = self.table.update(self.key(agent_id)[1], expression, IS_ONLINE, **values)
        except ConditionFailedError as error:
            return parse(error.item)
        return parse(item)

    def hide(self, agent_id: str, *, is_hidden: bool) -> None:
        """Hide an agent from lists of online agents, or show it again. Needs an existing lease."""
        verb, values = ("SET is_hidden = :hidden", {"hidden": True})
        if not is_hidden:
            verb, values = "REMOVE is_hidden", {}
        with contextlib.suppress(ConditionFailedError):
            self.table.update(self.key(agent_id)[1], verb, "attribute_exists(agent_id)", **values)

    def transact_put(self, presence: Presence) -> TransactItem:
        """Return `put` as an item of a transaction."""
        return self.table.transact_put(_item(presence))

    def transact_delete(self, agent_id: str) -> TransactItem:
        """Return the deletion of an agent's lease as an item of a transaction."""
        return self.table.transact_delete(self.key(agent_id)[1])

    def count_online(self, now: datetime) -> int:
        """Return how many leases run at `now`."""
        with ThreadPoolExecutor(PARALLEL) as pool:
            return sum(pool.map(lambda shard: self._count_shard(shard, now), range(SHARDS)))

    def online_page(
        self, after: str | None, limit: int, now: datetime
    ) -> tuple[list[str], str | None]:
        """Return up to `limit` ids of listed agents that are online at `now`, and where to go on.

        The ids are sorted by partition, then by id. `PARALLEL` partitions are read at a time, until
        the page is full. At most `EXAMINED` items of a partition are examined, so a page may be
        short although more agents follow.
        """
        ids: list[str] = []
        first = shard_of(after) if after else 0
        with ThreadPoolExecutor(PARALLEL) as pool:
            for start in range(first, SHARDS, PARALLEL):
                shards = range(start, min(start + PARALLEL, SHARDS))
                behind = [after if shard == first else None for shard in shards]
                for found, resume in pool.map(self._online_in, shards, behind, repeat(now)):
                    ids += found
                    if len(ids) > limit:
                        return ids[:limit], ids[limit - 1]
                    if resume is not None:
                        return ids, resume
        return ids, None

    def _online_in(
        self, shard: int, after: str | None, now: datetime
    ) -> tuple[list[str], str | None]:
        """Return the online ids of the next items, and the last examined id or None at the end."""
        found = self.table.query(
            "#shard = :shard AND agent_id > :after",
            matching=IS_LISTED,
            shard=shard,
            # A space sorts before every character that an id can begin with.
            after=after or " ",
            now=clock.to_text(now),
            limit=EXAMINED,
            newest_first=False,
        )
        return [item["agent_id"] for item in found.items], found.last_key.get("agent_id")

    def _count_shard(self, shard: int, now: datetime) -> int:
        total, after = 0, " "
        while True:
            found = self.table.query(
                "#shard = :shard AND agent_id > :after",
                matching=IS_ONLINE,
                count=True,
                newest_first=False,
                shard=shard,
                after=after,
                now=clock.to_text(now),
            )
            total += found.count
            if not found.last_key:
                return total
            after = found.last_key["agent_id"]


def parse(item: Item | None) -> Presence | None:
    """Return a lease from its item, or None without an item."""
    return None if item is None else Presence.model_validate(item)


def _item(presence: Presence) -> Item:
    return {
        "shard": shard_of(presence.agent_id),
        # A lease that is not hidden has no such attribute; see IS_LISTED.
        **presence.model_dump(exclude_defaults=True),
        "purge_at": clock.to_epoch(presence.expires_at + KEPT_FOR),
    }
