"""The statistics' table: counters, counted records and snapshots, each under its scope.

    messages              all#2                     counts over all time, one of 4 shards
    messages              2026-11-23T01:10#2        counts of 10 minutes
    counted#<stream>      1795396262#<number>       the counted records of a second
    snapshot              2026-11-23T01:10:00.000Z  the roll-up of one minute

An update costs the size of its whole item. So each histogram has its own items, apart from the
small counts that change with every message. One transaction commits the sums and the counted
records of a run, under the condition that these lists do not exist yet. So a run is counted once or
not at all. The 4 shards of a counter keep the transactions of a stream's shards from colliding. The
shards of a window are read together.
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
INPUT_REQUIRED = "input_required"

# A stream keeps a record for 24 hours, and can deliver it again in that time.
COUNTED_KEPT_FOR = timedelta(hours=48)
SNAPSHOT_KEPT_FOR = timedelta(days=30)

IS_NEW = "attribute_not_exists(#scope)"
NOT_COUNTS = {"scope", "window", "purge_at"}


class StatsTable:
    """The platform's counters, the counted records, and the snapshots."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def counted_records(self, stream: str, seconds: Iterable[int]) -> Iterator[CountedRecords]:
        """Yield the counted records of `seconds`, read consistently.

        They can include records between these seconds, and records of the stream's other shards. No
        two shards share a sequence number.
        """
        where = "#scope = :scope AND #window BETWEEN :after AND :last"
        scope = _scope_of(stream)
        for first, last in spans(seconds):
            # `~` sorts after every digit.
            end = f"{start_of(last)}~"
            for item in self._all(where, scope, start_of(first), last=end, consistent=True):
                yield CountedRecords.from_text(item["window"], item["numbers"])

    def commit(self, stream: str, run: Run, now: datetime) -> None:
        """Add a run's sums to the counters and list its records, in one transaction.

        Raises:
            TransactionFailedError: some of the records were counted before.
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
        """Return all counters over all time, and those of the windows from `first_window` on."""
        # `all#` sorts after every window, and a window's shards sort after the window's name.
        where = "#scope = :scope AND #window > :after"
        return total(
            Change(Cell(metric, item["window"].rpartition("#")[0]), name, int(item[name]))
            for metric in Metric
            for item in self._all(where, metric, first_window)
            for name in item.keys() - NOT_COUNTS
        )

    def has_snapshot(self, window: datetime) -> bool:
        """Whether there is a snapshot of this minute."""
        key = {"scope": SNAPSHOT, "window": clock.to_text(window)}
        return self.table.get(key, consistent=True) is not None

    def put_snapshot(self, snapshot: Snapshot) -> None:
        """Store the snapshot of a minute, unless there is one.

        Release 1.0.0 fails at a status that it does not know. So this one has its own attribute.
        """
        platform = snapshot.platform.model_dump(mode="json")
        item = {
            "scope": SNAPSHOT,
            "window": clock.to_text(snapshot.window),
            INPUT_REQUIRED: platform["work_orders_by_status"].pop(INPUT_REQUIRED),
            "platform": json.dumps(platform, separators=(",", ":")),
            "purge_at": clock.to_epoch(snapshot.window + SNAPSHOT_KEPT_FOR),
        }
        try:
            self.table.put(item, IS_NEW)
        except ConditionFailedError:
            return  # Another roll-up of this minute was first.

    def latest_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot, or None before the first."""
        found = self.table.query("#scope = :scope", scope=SNAPSHOT, limit=1)
        if not found.items:
            return None
        [item] = found.items
        platform = json.loads(item["platform"])
        platform["work_orders_by_status"][INPUT_REQUIRED] = int(item.get(INPUT_REQUIRED, 0))
        window = clock.from_text(item["window"])
        return Snapshot(window=window, platform=Platform.model_validate(platform))

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
        """Yield the items of a scope from `after` on, from all pages."""
        position = after
        while True:
            found = self.table.query(
                where, newest_first=False, scope=scope, after=position, **values
            )
            yield from found.items
            last_read = found.last_key.get("window")
            if last_read is None:
                return
            # With a space the text sorts right after the last key that was read.
            position = f"{last_read} "


def _scope_of(stream: str) -> str:
    """Return the scope of a stream's counted records: the table and stream label of its ARN."""
    return f"counted#{stream.rpartition('table/')[2]}"


def _item(stream: str, records: CountedRecords, purge_at: int) -> Item:
    return {
        "scope": _scope_of(stream),
        "window": records.key,
        "numbers": records.to_text(),
        "purge_at": purge_at,
    }
