"""The receipts in the outbox's table: what became of a message, under its sender.

    (sender, receipt#<message id>)
    held_at, message                the message waits as a contact request, and its text as JSON
    released_at                     the recipient let it into its inbox
    delivered_at, delivered_via     the recipient's client acknowledged the event of the message
    acted_at, acted_by              the recipient replied, or answered the order: the reply's id
    delivery_error                  a webhook used up its attempts. The mailbox has the message
    failed_at                       the sender is told that the message has failed
    to_agent_id, wants_events       the recipient, and whether the sender wants events

The earliest observation of each kind counts. So a repeated write is refused by its condition, and
the stream has no second record. Observations may be written in another order than they were made,
because the relay writes acknowledgements later. When a message was sent and when it was read stands
on the message itself. A write costs one unit, because an item fits a kilobyte.

What is observed after the end of the retention is not written. Otherwise it would bring back a
receipt that DynamoDB has deleted. Nothing at all is written a day after that, or after the sender
was told that the message has failed (`failed_at`). So `failed` is final.

DynamoDB deletes in any order, up to some days late. So facts are kept for a week longer than their
message. Otherwise a message would lose its receipt before it is deleted itself. A held message is
kept to the end of its retention, as any other.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent_messaging import clock, ids
from agent_messaging.feed.model import DeliveredVia
from agent_messaging.feed.outbox_item import RECEIPT
from agent_messaging.receipts.model import WRITTEN_FOR, Facts
from agent_messaging.storage.table import (
    ConditionFailedError,
    Item,
    Table,
    TableKey,
    TransactItem,
)
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ERROR_LENGTH = 200
KEPT_LONGER = timedelta(days=7)
HAS_NOT_FAILED = "attribute_not_exists(failed_at)"
WAS_NOT_ACTED = "attribute_not_exists(acted_at)"


class ReceiptsTable:
    """The receipts of all senders. Each is kept for at least as long as its message."""

    def __init__(self, client: "DynamoDBClient", name: str, retention: timedelta) -> None:
        self.client = client
        self.table = Table(client, name)
        self.retention = retention

    def key(self, sender_id: str, message_id: str) -> TableKey:
        """Return the key of a receipt, for a batch read."""
        return self.table.name, {"agent_id": sender_id, "entry": f"{RECEIPT}{message_id}"}

    # --- reading

    def fetch(self, sender_id: str, message_id: str) -> Facts | None:
        """Return the facts about a message, read consistently for one unit, or None."""
        item = self.table.get(self.key(sender_id, message_id)[1], consistent=True)
        return None if item is None else parse(item)

    def fetch_many(
        self, sender_id: str, message_ids: Sequence[str], *, consistent: bool = False
    ) -> dict[str, Facts]:
        """Return the facts about these messages. A message without facts is left out.

        Each message costs half a unit, or one if the read is consistent.
        """
        keys = [self.key(sender_id, message_id) for message_id in message_ids]
        return _by_message(batch_get(self.client, keys, consistent=consistent))

    def query(self, sender_id: str, oldest: str, newest: str) -> dict[str, Facts]:
        """Return the facts about what the agent sent from `oldest` to `newest`, by message.

        The sender's receipts are sorted as its messages, so this reads few bytes more than the
        receipts of a page of the sent list: 1 to 2 units for 50.
        """
        found: dict[str, Facts] = {}
        first, last = f"{RECEIPT}{oldest}", f"{RECEIPT}{newest}"
        while first:
            page = self.table.query(
                "agent_id = :agent AND entry BETWEEN :first AND :last",
                newest_first=False,
                agent=sender_id,
                first=first,
                last=last,
            )
            found |= _by_message(page.items)
            # `BETWEEN` includes its ends, and `!` sorts before every character of an id.
            first = f"{page.last_key['entry']}!" if page.last_key else ""
        return found

    # --- writing

    def transact_hold(
        self,
        sender_id: str,
        message_id: str,
        *,
        to_agent_id: str,
        at: datetime,
        message: str,
        wants_events: bool,
    ) -> TransactItem:
        """Return the write of a held message's receipt, for the transaction that holds it.

        The sender reads the message from here, also after the recipient has blocked it.
        """
        item = {
            **self.key(sender_id, message_id)[1],
            "held_at": clock.to_text(at),
            "message": message,
            "to_agent_id": to_agent_id,
            "wants_events": wants_events or None,
            "purge_at": clock.to_epoch(self._ends_at(message_id)),
        }
        return self.table.transact_put(item)

    def released(self, sender_id: str, message_id: str, at: datetime) -> None:
        """Note that the recipient let a held message into its inbox, where it is from now on."""
        with contextlib.suppress(ConditionFailedError):
            self.table.update(
                self.key(sender_id, message_id)[1],
                "SET released_at = :at, purge_at = :purge_at REMOVE #message",
                "attribute_exists(held_at) AND attribute_not_exists(released_at)",
                at=clock.to_text(at),
                purge_at=clock.to_epoch(self._ends_at(message_id) + KEPT_LONGER),
            )

    def delivered(
        self,
        sender_id: str,
        message_id: str,
        *,
        to_agent_id: str,
        at: datetime,
        via: DeliveredVia,
        wants_events: bool,
        now: datetime,
    ) -> None:
        """Note that the recipient's client acknowledged the message. The earliest time counts."""
        if self._may_write(message_id, now):
            facts = {"delivered_at": clock.to_text(at), "delivered_via": via}
            self._note(sender_id, message_id, to_agent_id, at, facts, wants_events=wants_events)

    def acted(
        self,
        sender_id: str,
        message_id: str,
        *,
        to_agent_id: str,
        at: datetime,
        by: str,
        wants_events: bool,
        now: datetime,
    ) -> None:
        """Note that the recipient replied with the message `by`. The earliest reply counts."""
        if self._may_write(message_id, now):
            facts = {"acted_at": clock.to_text(at), "acted_by": by}
            self._note(sender_id, message_id, to_agent_id, at, facts, wants_events=wants_events)

    def failed(self, sender_id: str, message_id: str) -> bool:
        """Let a message fail that nobody has acted on. Return False if somebody has.

        Afterwards nothing else is noted. A repeated call returns the same.
        """
        ends_at = self._ends_at(message_id)
        try:
            self.table.update(
                self.key(sender_id, message_id)[1],
                "SET failed_at = :failed_at, purge_at = :purge_at",
                WAS_NOT_ACTED,
                failed_at=clock.to_text(ends_at),
                purge_at=clock.to_epoch(ends_at + KEPT_LONGER),
            )
        except ConditionFailedError:
            return False
        return True

    def delivery_error(
        self, sender_id: str, message_id: str, to_agent_id: str, error: str, at: datetime
    ) -> None:
        """Note that a webhook of the recipient used up its attempts. The first error counts."""
        facts = {"delivery_error": error[:ERROR_LENGTH]}
        self._note(sender_id, message_id, to_agent_id, at, facts, wants_events=False)

    def _note(
        self,
        sender_id: str,
        message_id: str,
        to_agent_id: str,
        at: datetime,
        facts: Mapping[str, Any],
        *,
        wants_events: bool,
    ) -> None:
        """Write facts, unless the first of them is there already, with an earlier time.

        A caller that does not know whether the sender wants events passes False, which keeps an
        earlier True. The copy of a held message is no longer needed, because the recipient has it.
        """
        ends_at = self._ends_at(message_id)
        if at >= ends_at:
            return
        written = {
            **facts,
            "to_agent_id": to_agent_id,
            **({"wants_events": True} if wants_events else {}),
            "purge_at": clock.to_epoch(ends_at + KEPT_LONGER),
        }
        first = next(iter(facts))
        is_first = f"attribute_not_exists({first})"
        if first.endswith("_at"):
            is_first += f" OR {first} > :{first}"
        with contextlib.suppress(ConditionFailedError):
            self.table.update(
                self.key(sender_id, message_id)[1],
                f"SET {', '.join(f'{name} = :{name}' for name in written)} REMOVE #message",
                f"{HAS_NOT_FAILED} AND ({is_first})",
                **written,
            )

    def _may_write(self, message_id: str, now: datetime) -> bool:
        """Return whether what was observed before the message's end can still be written."""
        return now < self._ends_at(message_id) + WRITTEN_FOR

    def _ends_at(self, message_id: str) -> datetime:
        return ids.time_of(message_id) + self.retention


def message_id_of(item: Item) -> str:
    """Return the id of the message that a receipt's item belongs to."""
    entry: str = item["entry"]
    return entry.removeprefix(RECEIPT)


def parse(item: Item) -> Facts:
    """Return the facts of a receipt's item."""
    return Facts.model_validate(item)


def _by_message(items: Sequence[Item | None]) -> dict[str, Facts]:
    return {message_id_of(item): parse(item) for item in items if item is not None}
