"""The receipts in the outbox's table: what became of a message, under its sender.

    (sender, receipt#<message id>)
    delivered_at, delivered_via     the recipient's client acknowledged the event of the message
    acted_at, acted_by              the recipient replied, or answered the order: the reply's id
    held_at                         the message waits as a contact request
    delivery_error                  a webhook used up its attempts. The mailbox has the message
    to_agent_id, wants_events       the recipient, and whether the sender wants events

Each fact is written once, by whoever observed it, and never changes after. When a message was sent
and when it was read stands on the message itself.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent_messaging import clock, ids
from agent_messaging.feed.outbox import RECEIPT, DeliveredVia
from agent_messaging.storage.table import Table, TableKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ReceiptsTable:
    """The receipts of all senders. Each is kept for as long as its message."""

    def __init__(self, client: "DynamoDBClient", name: str, retention: timedelta) -> None:
        self.client = client
        self.table = Table(client, name)
        self.retention = retention

    def key(self, sender_id: str, message_id: str) -> TableKey:
        """Return the key of a receipt, for a batch read."""
        return self.table.name, {"agent_id": sender_id, "entry": f"{RECEIPT}{message_id}"}

    def delivered(
        self,
        sender_id: str,
        message_id: str,
        *,
        to_agent_id: str,
        at: datetime,
        via: DeliveredVia,
        wants_events: bool,
    ) -> None:
        """Note that the recipient's client acknowledged the message. The first time counts."""
        self._note(
            sender_id,
            message_id,
            "delivered_at = if_not_exists(delivered_at, :at), "
            "delivered_via = if_not_exists(delivered_via, :value)",
            to_agent_id=to_agent_id,
            at=clock.to_text(at),
            value=via,
            wants_events=wants_events,
        )

    def acted(
        self,
        sender_id: str,
        message_id: str,
        *,
        to_agent_id: str,
        at: datetime,
        by: str,
        wants_events: bool,
    ) -> None:
        """Note that the recipient replied with the message `by`. The first reply counts."""
        self._note(
            sender_id,
            message_id,
            "acted_at = if_not_exists(acted_at, :at), acted_by = if_not_exists(acted_by, :value)",
            to_agent_id=to_agent_id,
            at=clock.to_text(at),
            value=by,
            wants_events=wants_events,
        )

    def delivery_error(
        self, sender_id: str, message_id: str, to_agent_id: str, error: str, _at: datetime
    ) -> None:
        """Note that a webhook of the recipient used up its attempts. The first error counts."""
        self._note(
            sender_id,
            message_id,
            "delivery_error = if_not_exists(delivery_error, :value)",
            to_agent_id=to_agent_id,
            value=error,
            wants_events=False,
        )

    def _note(self, sender_id: str, message_id: str, facts: str, **values: Any) -> None:
        purge_at = clock.to_epoch(ids.time_of(message_id) + self.retention)
        self.table.update(
            self.key(sender_id, message_id)[1],
            f"SET {facts}, to_agent_id = :to_agent_id, wants_events = :wants_events, "
            "purge_at = :purge_at",
            purge_at=purge_at,
            **values,
        )
