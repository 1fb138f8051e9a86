"""Handle a batch of stream records.

    1  write what is no event of the record's own agent: receipts, and events for the outbox
    2  append the events of each agent to its feed, in order
    3  read who listens to the agent, and push

Each step may be repeated. A batch that comes again finds its facts written and its events appended,
and pushes them again. The listeners are read after the events are appended. A new listener is
written before its feed is read. So it gets each event in one way or the other.

A record that cannot be read is reported alone. If DynamoDB refuses the writes of one agent, these
are tried again for some seconds. Then the first record of this agent that is not done is reported,
and Lambda delivers the batch again from there. The records of all other agents are done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from agent_messaging import deadline
from agent_messaging.errors import OutOfTimeError
from agent_messaging.feed.model import Event
from agent_messaging.feed.outbox import Acknowledged, OutboxTable
from agent_messaging.feed.table import FeedTable, is_live
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.observability.log import logger
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.relay import acknowledged, events, reading
from agent_messaging.relay.acknowledged import Acknowledgements
from agent_messaging.relay.effects import Acted, Effects
from agent_messaging.relay.record import StreamRecord, UnreadableRecordError
from agent_messaging.storage.connection import longest_call
from agent_messaging.storage.table import longest_pause, wait

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

# The pauses before an agent's writes are tried again: up to 0.2, and at last up to 10 seconds.
FIRST_PAUSE, LAST_PAUSE = 3, 10


class Push(Protocol):
    """A way to tell listeners of events at once."""

    def push(
        self, agent_id: str, listeners: Sequence["Item"], events: Sequence[Event], now: datetime
    ) -> None:
        """Push the events to those of the agent's listeners that are of this way."""


class Job(NamedTuple):
    """A record, and what follows from it."""

    record: StreamRecord
    effects: Effects
    acknowledged: Acknowledged | None


@dataclass(frozen=True)
class Relay:
    """The tables that the relay reads and writes, and its ways to push."""

    feed: FeedTable
    outbox: OutboxTable
    receipts: ReceiptsTable
    messages: MessagesTable
    pushes: Sequence[Push] = ()

    @property
    def acknowledgements(self) -> Acknowledgements:
        """What turns acknowledgements into receipts."""
        return Acknowledgements(self.feed, self.outbox, self.receipts)

    def handle(self, records: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
        """Handle a batch of one stream. Return the sequence numbers to report as failed."""
        jobs, failed = _jobs(records)
        for attempt in range(FIRST_PAUSE, LAST_PAUSE + 1):
            jobs = {
                agent_id: left
                for agent_id, own in jobs.items()
                if (left := self._serve(agent_id, own, now))
            }
            if not jobs or attempt == LAST_PAUSE or not self._has_time(attempt):
                break
            wait(attempt)
        return failed + [left[0].record.number for left in jobs.values()]

    def _has_time(self, attempt: int) -> bool:
        """Return whether there is time for a pause and a call after it."""
        try:
            deadline.require(longest_pause(attempt) + longest_call(self.feed.client))
        except OutOfTimeError:
            return False
        return True

    def _serve(self, agent_id: str, jobs: Sequence[Job], now: datetime) -> Sequence[Job]:
        """Do the jobs of one agent, in order. Return those that are left after an error."""
        ready = self._prepare(jobs, now)
        appended, number = self._append(agent_id, jobs[:ready], now)
        if appended and not self._push(agent_id, appended, now):
            return jobs
        return jobs[number:]

    def _prepare(self, jobs: Sequence[Job], now: datetime) -> int:
        """Write what is no event of the agent's own. Return for how many jobs."""
        for number, job in enumerate(jobs):
            try:
                self._write(job, now)
            except Exception:
                _log("the effects of a record cannot be written", job)
                return number
        return len(jobs)

    def _write(self, job: Job, now: datetime) -> None:
        for acted in job.effects.acted:
            self._note_acted(acted)
        for event in job.effects.others:
            self.outbox.put_event(event, now)
        if job.acknowledged is not None:
            self.acknowledgements.expand(job.acknowledged, now)

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

    def _append(self, agent_id: str, jobs: Sequence[Job], now: datetime) -> tuple[list[Event], int]:
        """Append the events of these jobs. Return those that are appended, and for how many jobs."""
        new = [(event, job.record.source) for job in jobs for event in job.effects.own]
        appended: list[Event] = []
        if not new:
            return appended, len(jobs)
        try:
            for event in self.feed.appender.append(agent_id, new, now):
                appended.append(event)  # noqa: PERF402 - an error keeps those before
        except Exception:
            number = _whole(jobs, len(appended))
            _log("an event cannot be appended", jobs[number])
            return appended, number
        return appended, len(jobs)

    def _push(self, agent_id: str, appended: Sequence[Event], now: datetime) -> bool:
        """Push events. Return False if the listeners cannot be read. A push itself never fails."""
        try:
            listeners = [each for each in self.feed.listeners(agent_id) if is_live(each, now)]
        except Exception:
            logger.exception("the listeners of an agent cannot be read", agent_id=agent_id)
            return False
        for push in self.pushes if listeners else ():
            try:
                push.push(agent_id, listeners, appended, now)
            except Exception:
                logger.exception("events cannot be pushed", agent_id=agent_id)
        return True


def _jobs(records: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Sequence[Job]], list[str]]:
    """Return the jobs of each agent, and the sequence numbers of the unreadable records."""
    jobs: dict[str, Sequence[Job]] = {}
    unreadable = []
    for each in records:
        try:
            record = reading.read(each)
            job = Job(record, events.effects_of(record), acknowledged.of_record(record))
        except UnreadableRecordError:
            number = str(each["dynamodb"]["SequenceNumber"])
            logger.error("a stream record cannot be read", sequence_number=number)
            unreadable.append(number)
        else:
            agent_id = record.key.get("recipient_id") or record.key["agent_id"]
            jobs[agent_id] = [*jobs.get(agent_id, ()), job]
    return jobs, unreadable


def _whole(jobs: Sequence[Job], appended: int) -> int:
    """Return how many of the jobs have all their events among the first `appended`."""
    counts = accumulate(len(job.effects.own) for job in jobs)
    return sum(count <= appended for count in counts)


def _log(message: str, job: Job) -> None:
    logger.exception(message, sequence_number=job.record.number)
