"""The table of deliveries: what was sent to each endpoint, and what the sweep has to send.

    (webhook, event)                     a delivery, kept for seven days (`delivery`)
    due     due_shard, due_at            of those that wait in no queue

A delivery that waits longer than 15 minutes, the longest delay of the queue, waits in the index.
So do the new events of an endpoint that fails. The item of a delivery is written after its first
attempt, so a delivery that succeeds at once costs one write.
"""

import contextlib
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from agent_messaging import clock
from agent_messaging.storage.table import ConditionFailedError, Item, Table
from agent_messaging.webhooks.delivery import Delivery, DeliveryStatus, of_job
from agent_messaging.webhooks.job import Job

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DUE = "due"
DUE_SHARDS = 4
IS_NEW = "attribute_not_exists(webhook_id)"
# Nobody else has recorded this attempt.
IS_CURRENT = f"{IS_NEW} OR (made = :made AND #status = :queued)"
IS_UNCHANGED = "made = :made AND #status = :status"
IS_DUE = "due_at = :due_at"
FILTERED = 500  # how many deliveries a page with a filter examines
LAST = "evt_~"
# How soon the sweep retries by hand, if the queue has not done so.
SWEPT_AFTER = timedelta(minutes=1)


class DeliveriesPage(NamedTuple):
    """Deliveries, newest first, and the event_id to continue from. None at the end."""

    deliveries: list[Delivery]
    resume: str | None


class DeliveriesTable:
    """The deliveries to all endpoints."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    # --- reading

    def fetch(self, webhook_id: str, event_id: str) -> Delivery | None:
        """Return a delivery from a consistent read, or None."""
        item = self.table.get(_key(webhook_id, event_id), consistent=True)
        return None if item is None else Delivery.model_validate(item)

    def page(
        self,
        webhook_id: str,
        *,
        status: DeliveryStatus | None = None,
        event_type: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> DeliveriesPage:
        """Return the deliveries of an endpoint before an event_id, newest first.

        With a filter, a page may have fewer than `limit` deliveries, and not be the last one.
        """
        given = {"status": status, "type": event_type}
        filters: dict[str, Any] = {name: value for name, value in given.items() if value}
        found = self.table.query(
            "webhook_id = :webhook_id AND event_id < :before",
            matching=" AND ".join(f"#{name} = :{name}" for name in filters),
            limit=FILTERED if filters else limit,
            webhook_id=webhook_id,
            before=before or LAST,
            **filters,
        )
        deliveries = [Delivery.model_validate(item) for item in found.items[:limit]]
        if len(found.items) > limit:
            return DeliveriesPage(deliveries, deliveries[-1].event_id)
        return DeliveriesPage(deliveries, found.last_key.get("event_id"))

    def due(self, shard: int, now: datetime, limit: int) -> list[Item]:
        """Return the keys of deliveries of one shard that are due, the longest due first."""
        found = self.table.query(
            "due_shard = :shard AND due_at <= :now",
            index=DUE,
            limit=limit,
            newest_first=False,
            shard=shard,
            now=clock.to_text(now),
        )
        return found.items

    # --- writing

    def create(self, job: Job, now: datetime) -> Delivery:
        """Write a delivery that its owner can see before the first attempt. It may exist."""
        return self._put_new(of_job(job, now))

    def create_due(self, job: Job, now: datetime, at: datetime, step: int = 0) -> Delivery:
        """Write a delivery that the sweep sends at `at`. An existing one stays as it is."""
        return self._put_new(of_job(job, now).due(at, step=step))

    def _put_new(self, delivery: Delivery) -> Delivery:
        with contextlib.suppress(ConditionFailedError):
            self.table.put(to_item(delivery), IS_NEW)
        return delivery

    def record(self, before: Delivery, after: Delivery) -> bool:
        """Replace a delivery by what it is after an attempt.

        Return False if another sender has recorded this attempt, or the delivery is over.
        """
        try:
            self.table.put(
                to_item(after), IS_CURRENT, made=before.made, queued=DeliveryStatus.QUEUED
            )
        except ConditionFailedError:
            return False
        return True

    def requeue(self, webhook_id: str, event_id: str, now: datetime) -> Delivery | None:
        """Begin the schedule of a delivery again, and return it. None if there is none.

        The caller sends `job()` to the queue. If that fails, the sweep does it within two minutes.
        """
        delivery = self.fetch(webhook_id, event_id)
        if delivery is None:
            return None
        again = delivery.due(now + SWEPT_AFTER, status=DeliveryStatus.QUEUED, step=0)
        again = again.model_copy(update={"next_attempt_at": now})
        try:
            self.table.put(to_item(again), IS_UNCHANGED, made=delivery.made, status=delivery.status)
        except ConditionFailedError:  # An attempt has just ended. The owner sees its outcome.
            return self.fetch(webhook_id, event_id)
        return again

    def leave_to_queue(self, key: Mapping[str, str]) -> None:
        """Take a delivery that was sent to the queue out of the index. `key` is of the index."""
        with contextlib.suppress(ConditionFailedError):
            self.table.update_quietly(
                _key(key["webhook_id"], key["event_id"]),
                "REMOVE due_shard, due_at",
                IS_DUE,
                due_at=key["due_at"],
            )


def to_item(delivery: Delivery) -> Item:
    """Return the item of a delivery."""
    item = delivery.model_dump(mode="json", exclude_none=True)
    if delivery.due_at is not None:
        item["due_shard"] = due_shard(delivery)
    return {**item, "purge_at": clock.to_epoch(delivery.ends_at)}


def due_shard(delivery: Delivery) -> int:
    """Return the partition of the index. Several take more writes than one."""
    return zlib.crc32(f"{delivery.webhook_id}{delivery.event_id}".encode()) % DUE_SHARDS


def _key(webhook_id: str, event_id: str) -> Item:
    return {"webhook_id": webhook_id, "event_id": event_id}
