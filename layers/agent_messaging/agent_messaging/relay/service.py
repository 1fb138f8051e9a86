"""Handle a batch of stream records.

    1  write what is no event of the record's own agent: receipts, and events for the outbox
    2  append the events of each agent to its feed, in order
    3  read who listens to the agent, and push

Several agents are served at the same time, each by one thread.

Each step may be repeated. A batch that comes again finds its facts written and its events appended,
and pushes them again. The listeners are read after the events are appended. A new listener is
written before its feed is read. So it gets each event in one way or the other.

A record that cannot be read is reported alone. If DynamoDB refuses the writes of one agent, these
are tried again for some seconds. Then the first record of this agent that is not done is reported,
and Lambda delivers the batch again from there. The records of all other agents are done.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from agent_messaging import deadline
from agent_messaging.errors import OutOfTimeError
from agent_messaging.feed.model import Event
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.table import FeedTable, is_live
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.observability.log import logger
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.relay.acknowledged import Acknowledgements
from agent_messaging.relay.effects import Acted
from agent_messaging.relay.jobs import Job, Jobs, finished, of_batch
from agent_messaging.storage.connection import longest_call
from agent_messaging.storage.table import longest_pause, wait

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

THREADS = 8  # fewer than botocore's ten connections
# The pauses before an agent's writes are tried again: up to 0.2, and at last up to 10 seconds.
FIRST_PAUSE, LAST_PAUSE = 3, 10


class Push(Protocol):
    """A way to tell listeners of events at once."""

    def push(
        self, agent_id: str, listeners: Sequence["Item"], events: Sequence[Event], now: datetime
    ) -> None:
        """Push the events to those of the agent's listeners that are of this way."""


@dataclass(frozen=True)
class Relay:
    """The tables that the relay reads and writes, and its ways to push."""

    feed: FeedTable
    outbox: OutboxTable
    receipts: ReceiptsTable
    messages: MessagesTable
    pushes: Sequence[Push] = ()
    threads: int = THREADS

    @property
    def acknowledgements(self) -> Acknowledgements:
        """What turns acknowledgements into receipts."""
        return Acknowledgements(self.feed, self.outbox, self.receipts)

    def handle(self, records: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
        """Handle a batch of one stream. Return the sequence numbers to report as failed."""
        jobs, failed = of_batch(records)
        for attempt in range(FIRST_PAUSE, LAST_PAUSE + 1):
            jobs = self._serve_all(jobs, now)
            if not jobs or attempt == LAST_PAUSE or not self._has_time(attempt):
                break
            wait(attempt)
        return failed + [left[0].record.number for left in jobs.values()]

    def _serve_all(self, jobs: Jobs, now: datetime) -> Jobs:
        """Do the jobs of several agents at the same time. Return those that are left."""
        if self.threads == 1 or len(jobs) == 1:
            served = {agent_id: self._serve(agent_id, own, now) for agent_id, own in jobs.items()}
            return {agent_id: left for agent_id, left in served.items() if left}
        with ThreadPoolExecutor(self.threads) as pool:
            futures = {
                # A thread knows nothing of the deadline, unless it runs in this context.
                agent_id: pool.submit(copy_context().run, self._serve, agent_id, own, now)
                for agent_id, own in jobs.items()
            }
        return {agent_id: left for agent_id, each in futures.items() if (left := each.result())}

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
                logger.exception(
                    "the effects of a record cannot be written",
                    sequence_number=job.record.number,
                )
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
        """Append the events of jobs. Return those appended, and how many jobs are finished."""
        new = [(event, job.record.source) for job in jobs for event in job.effects.own]
        appended: list[Event] = []
        if not new:
            return appended, len(jobs)
        try:
            for event in self.feed.appender.append(agent_id, new, now):
                appended.append(event)  # noqa: PERF402 - an error keeps those before
        except Exception:
            number = finished(jobs, len(appended))
            logger.exception(
                "an event cannot be appended", sequence_number=jobs[number].record.number
            )
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
