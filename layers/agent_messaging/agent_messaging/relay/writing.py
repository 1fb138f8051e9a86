"""Write what follows from a record and is no event of the record's own agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent_messaging.feed.model import EventType, NewEvent
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.receipts.model import Receipt
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.relay.acknowledged import Acknowledgements
from agent_messaging.relay.effects import Acted, Told
from agent_messaging.relay.jobs import Job
from agent_messaging.relay.receipt_events import receipt_of
from agent_messaging.storage.table import Item


@dataclass(frozen=True)
class Writing:
    """The tables that are written before an agent's events are appended."""

    outbox: OutboxTable
    receipts: ReceiptsTable
    messages: MessagesTable
    acknowledgements: Acknowledgements

    def write(self, job: Job, now: datetime) -> Job:
        """Do the writes of a job, and return the job with a mark that they are done.

        A repeated call with a marked job writes nothing. With an unmarked one it changes nothing.
        """
        if job.is_written:
            return job
        effects = job.effects
        for released in effects.released:
            self.receipts.released(released.sender_id, released.message_id, released.at)
        for acted in effects.acted:
            self._note_acted(acted, now)
        own, others = self._told(effects.told)
        for event in (*effects.others, *others):
            self.outbox.put_event(event, now)
        if job.acknowledged is not None:
            self.acknowledgements.expand(job.acknowledged, now)
        return job._replace(effects=effects._replace(own=(*effects.own, *own)), is_written=True)

    def _told(self, every: Sequence[Told]) -> tuple[list[NewEvent], list[NewEvent]]:
        """Return the events that tell senders of receipts: own ones, and those for the outbox."""
        own: list[NewEvent] = []
        others: list[NewEvent] = []
        for told in every:
            receipt = self._receipt(told)
            if receipt is not None:
                event = told.event(receipt.model_dump(mode="json"))
                (own if told.stored is None else others).append(event)
        return own, others

    def _receipt(self, told: Told) -> Receipt | None:
        """Return the receipt of a message, from the record and the half that it lacks."""
        head = facts = None
        fails = told.kind is EventType.MESSAGE_FAILED
        if told.stored is None:
            head = self._head(told.recipient_id, told.message_id)
            if fails and head is not None:
                return None  # it was held, and is in the inbox now
        else:
            if fails and not self.receipts.failed(told.sender_id, told.message_id):
                return None
            facts = self.receipts.fetch(told.sender_id, told.message_id)
        return receipt_of(told, head, facts, self.receipts.retention)

    def _head(self, recipient_id: str, message_id: str) -> Item | None:
        key = self.messages.key(recipient_id, message_id)[1]
        return self.messages.table.get(key, consistent=True)

    def _note_acted(self, acted: Acted, now: datetime) -> None:
        """Write the receipt of the message that was acted on, if it still exists."""
        message = self._head(acted.recipient_id, acted.message_id)
        if message is None:
            return
        display = message["display"]
        is_others = display["sender_id"] != acted.recipient_id
        self.receipts.acted(
            display["sender_id"],
            acted.message_id,
            to_agent_id=acted.recipient_id,
            at=acted.at,
            by=acted.by,
            wants_events=is_others and bool(display.get("wants_receipts")),
            now=now,
        )
