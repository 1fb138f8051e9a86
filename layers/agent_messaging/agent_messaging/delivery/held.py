"""Hold a message as a contact request: for its owner, for its sender, and as an event.

One transaction writes three items, each of at most a kilobyte:

    the contact          under the owner, until it answers
    the receipt          under the sender, which reads the message from it
    contact.requested    the owner's event, in the outbox

The texts of a message that would make these items larger go into its long part.
"""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging import clock
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.messaging.item import LONG_BYTES
from agent_messaging.messaging.model import Message
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.storage.table import TransactItem

# The receipt of a held message has so many bytes at most beside its ids. So it costs one unit, and
# has room for what is noted later.
HELD_BYTES = 700


@dataclass(frozen=True)
class HeldRequests:
    """The tables that a held message is written to."""

    contacts: ContactsTable
    receipts: ReceiptsTable
    outbox: OutboxTable

    def transact_hold(self, head: Message, now: datetime) -> list[TransactItem]:
        """Return the writes of a contact request. The first fails if the sender is a contact."""
        return [
            self.contacts.transact_hold(head, now),
            self.receipts.transact_hold(
                head.sender.id,
                head.message_id,
                to_agent_id=head.recipient.id,
                at=now,
                message=_text(self._kept(head)),
                wants_events=head.wants_receipts,
            ),
            self.outbox.transact_event(_requested(head), now),
        ]

    def _kept(self, head: Message) -> Message:
        ends_at = head.created_at + self.receipts.retention
        return head.model_copy(update={"purge_at": clock.to_epoch(ends_at)})


def most_long_bytes(message: Message) -> int:
    """Return up to how many bytes the texts of a held message are stored in its head."""
    return LONG_BYTES if len(_text(message).encode()) <= HELD_BYTES else 0


def _text(message: Message) -> str:
    return message.model_dump_json(exclude_defaults=True)


def _requested(head: Message) -> NewEvent:
    """Return the event that tells the owner of the request."""
    owner_id, asker_id = head.recipient.id, head.sender.id
    cause = f"{EventType.CONTACT_REQUESTED}#{owner_id}#{head.message_id}"
    return NewEvent(
        agent_id=owner_id,
        event_id=event_id(head.created_at, cause),
        type=EventType.CONTACT_REQUESTED,
        occurred_at=head.created_at,
        data=data_text({"contact_id": asker_id, "message_id": head.message_id}),
    )
