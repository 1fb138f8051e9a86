"""Write what follows from a record and is no event of the record's own agent."""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.relay.acknowledged import Acknowledgements
from agent_messaging.relay.effects import Acted
from agent_messaging.relay.jobs import Job


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
        for acted in job.effects.acted:
            self._note_acted(acted)
        for event in job.effects.others:
            self.outbox.put_event(event, now)
        if job.acknowledged is not None:
            self.acknowledgements.expand(job.acknowledged, now)
        return job._replace(is_written=True)

    def _note_acted(self, acted: Acted) -> None:
        """Write the receipt of the message that was acted on, if it still exists."""
        message = self.messages.table.get(
            self.messages.key(acted.recipient_id, acted.message_id)[1], consistent=True
        )
        if message is None:
            return
        display = message["display"]
        self.receipts.acted(
            display["sender_id"],
            acted.message_id,
            to_agent_id=acted.recipient_id,
            at=acted.at,
            by=acted.by,
            wants_events=bool(display.get("wants_receipts")),
        )
