"""The statistics' table: counters, counted records and snapshots, told apart by their scope.

    messages              all#2                     counts over all time, one of 4 shards
    messages              2026-11-23T01:10#2        counts of 10 minutes
    counted#<stream>      1795396262#<number>       which records of a second were counted
    snapshot              2026-11-23T01:10:00.000Z  the roll-up of one minute

An update costs its whole item, so every histogram has items of its own, apart from the small
counts that change with every message. A run commits its sums and its counted records in one
transaction, under the condition that nothing is under their keys yet: it is counted once or not at
all. Shards keep the transactions of a stream's own shards from colliding; a window's are read
together.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.stats.counted_records import CountedRecords, spans, start_of
from agent_messaging.stats.model import ALL_TIME, Cell, Change, Metric, Sums, total
from agent_messaging.stats.rollup import Platform, Snapshot
from agent_messaging.stats.runs import Run
from agent_messaging.storage.table import ConditionFailedError, Item, Table, TransactItem
from agent_messaging.storage.transactions import transact

if TYPE_CHECKING:
    from collections import Counter

    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS = 4
SNAPSHOT = "snapshot"

# A stream keeps a record for 24 hours, and so long it can come again.
COUNTED_KEPT_FOR = timedelta(hours=48)
SNAPSHOT_KEPT_FOR = timedelta(days=30)

IS_NEW = "attribute_not_exists(#scope)"
NOT_COUNTS = {"scope", "window", "purge_at"}


class StatsTable:
    """The counters of the platform, what was counted, and the snapshots."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def counted_records(self, stream: str, seconds: Iterable[int]) -> Iterator[CountedRecords]:
        """The records counted in `seconds` and perhaps between them, as of this moment.

        Those of the stream's other shards are among them; no number is theirs and ours.
        """
        where = "#scope = :scope AND #window BETWEEN :after AND :last"
        scope = _scope_of(stream)
        for first, last in spans(seconds):
            # `~` sorts behind every digit.
            end = f"{start_of(last)}~"
            for item in self._all(where, scope, start_of(first), last=end, consistent=True):
                yield CountedRecords.from_text(item["window"], item["numbers"])

    def commit(self, stream: str, run: Run, now: datetime) -> None:
        """Count a run and list its records, all or nothing.

        Raises:
            TransactionFailedError: some were counted before.
        """
        purge_at = clock.to_epoch(now + COUNTED_KEPT_FOR)
        lists = [
            self.table.transact_put(_item(stream, records, purge_at), IS_NEW)
            for records in run.records
        ]
        shard = zlib.crc32(run.records[0].key.encode()) % SHARDS
        sums = run.sums.items()
        counts = [self._transact_add(cell, shard, counts, purge_at) for cell, counts in sums]
        transact(self.client, [*lists, *counts])

    def sums(self, first_window: str) -> Sums:
        """Every counter: over all time, and of the windows from `first_window` on."""
        # `all#` sorts behind every window, and a window's shards behind the window's own name.
        where = "#scope = :scope AND #window > :after"
        return total(
            Change(Cell(metric, item["window"].rpartition("#")[0]), name, int(item[name]))
            for metric in Metric
            for item in self._all(where, metric, first_window)
            for name in item.keys() - NOT_COUNTS
        )

    def has_snapshot(self, window: datetime) -> bool:
        """Whether this minute was rolled up."""
        key = {"scope": SNAPSHOT, "window": clock.to_text(window)}
        return self.table.get(key, consistent=True) is not None

    def put_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the snapshot of a minute; the first one stays."""
        item = {
            "scope": SNAPSHOT,
            "window": clock.to_text(snapshot.window),
            "platform": snapshot.platform.model_dump_json(),
            "purge_at": clock.to_epoch(snapshot.window + SNAPSHOT_KEPT_FOR),
        }
        try:
            self.table.put(item, IS_NEW)
        except ConditionFailedError:
            return  # Another roll-up of this minute was quicker.

    def latest_snapshot(self) -> Snapshot | None:
        """The snapshot of the newest minute, None before the first."""
        found = self.table.query("#scope = :scope", scope=SNAPSHOT, limit=1)
        if not found.items:
            return None
        [item] = found.items
        platform = Platform.model_validate(json.loads(item["platform"]))
        return Snapshot(window=clock.from_text(item["window"]), platform=platform)

    def _transact_add(
        self, cell: Cell, shard: int, counts: "Counter[str]", purge_at: int
    ) -> TransactItem:
        expression = f"ADD {', '.join(f'#{name} :{name}' for name in counts)}"
        values: dict[str, Any] = dict(counts)
        if cell.window != ALL_TIME:
            expression = f"SET purge_at = :purge_at {expression}"
            values["purge_at"] = purge_at
        key = {"scope": cell.metric, "window": f"{cell.window}#{shard}"}
        return self.table.transact_update(key, expression, **values)

    def _all(self, where: str, scope: str, after: str, **values: Any) -> Iterator[Item]:
        """The items of one scope from `after` on, over as many pages as there are."""
        position = after
        while True:
            found = self.table.query(
                where, newest_first=False, scope=scope, after=position, **values
            )
            yield from found.items
            last_read = found.last_key.get("window")
            if last_read is None:
                return
            # A space makes the text that sorts right behind the last one that was read.
            position = f"{last_read} "


def _scope_of(stream: str) -> str:
    """The scope of a stream's counted records: the table and the stream's label, from its ARN."""
    return f"counted#{stream.rpartition('table/')[2]}"


def _item(stream: str, records: CountedRecords, purge_at: int) -> Item:
    return {
        "scope": _scope_of(stream),
        "window": records.key,
        "numbers": records.to_text(),
        "purge_at": purge_at,
    }
