"""Handle a batch of stream records.

    1  write what is no event of the record's own agent: receipts, and events for the outbox
    2  append the events of each agent to its feed, in order
    3  read who listens to the agent, and push

Several agents are served at the same time, each by one thread.

Each step may be repeated. A batch that comes again finds its facts written and its events appended,
and pushes them again. The listeners are read after the events are appended. A new listener is
written before its feed is read. So it gets each event in one way or the other.

A record that cannot be read is reported alone. If DynamoDB or SQS refuses the calls for one agent,
these are tried again for some seconds. Any other error would only come again. What is left then is
reported: the first record of this agent that is not done. Lambda delivers the batch again from
there. The records of all other agents are done.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from agent_messaging import clock, deadline
from agent_messaging.errors import ContentionError, OutOfTimeError
from agent_messaging.feed.model import Event
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.table import FeedTable, is_live
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.observability import metrics
from agent_messaging.observability.log import logger
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.relay.acknowledged import Acknowledgements
from agent_messaging.relay.jobs import Job, Jobs, events_by_job, finished, of_batch, pushed, times
from agent_messaging.relay.writing import Writing
from agent_messaging.storage.connection import longest_call
from agent_messaging.storage.queue import QueueError
from agent_messaging.storage.table import FAILURES, longest_pause, wait

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

THREADS = 8  # fewer than botocore's ten connections
# The pauses before an agent's writes are tried again: up to 0.2, and at last up to 10 seconds.
FIRST_PAUSE, LAST_PAUSE = 3, 10
# What may go well if it is tried again soon.
PASSING = (ContentionError, QueueError, *FAILURES)


class Push(Protocol):
    """A way to tell listeners of events at once."""

    def push(
        self, agent_id: str, listeners: Sequence["Item"], events: Sequence[Event], now: datetime
    ) -> None:
        """Push the events to those of the agent's listeners that are of this way.

        An error means that some may not have got them, and that the call must be repeated.
        """


class Left(NamedTuple):
    """The jobs of an agent that are left, and whether to try them again at once."""

    jobs: Sequence[Job] = ()
    is_passing: bool = False

    @property
    def number(self) -> str:
        """The sequence number from which the batch must be delivered again."""
        return self.jobs[0].record.number


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
    def writing(self) -> Writing:
        """What does the writes that come before the events."""
        acknowledgements = Acknowledgements(self.feed, self.outbox, self.receipts)
        return Writing(self.outbox, self.receipts, self.messages, acknowledgements)

    def handle(self, records: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
        """Handle a batch of one stream. Return the sequence numbers to report as failed."""
        jobs, failed = of_batch(records)
        happened, readable = times(jobs), len(failed)
        for attempt in range(FIRST_PAUSE, LAST_PAUSE + 1):
            left = self._serve_all(jobs, now)
            is_last = attempt == LAST_PAUSE or not self._has_time(attempt)
            failed += [each.number for each in left.values() if is_last or not each.is_passing]
            jobs = {agent_id: each.jobs for agent_id, each in left.items() if each.is_passing}
            if is_last or not jobs:
                break
            wait(attempt)
        if happened and len(failed) == readable:
            metrics.feed_lag((clock.now() - min(happened)) / timedelta(milliseconds=1))
        return failed

    def _serve_all(self, jobs: Jobs, now: datetime) -> dict[str, Left]:
        """Do the jobs of several agents at the same time. Return those that are left."""
        if self.threads == 1 or len(jobs) == 1:
            served = {agent_id: self._serve(agent_id, own, now) for agent_id, own in jobs.items()}
            return {agent_id: left for agent_id, left in served.items() if left.jobs}
        with ThreadPoolExecutor(self.threads) as pool:
            futures = {
                # A thread knows nothing of the deadline, unless it runs in this context.
                agent_id: pool.submit(copy_context().run, self._serve, agent_id, own, now)
                for agent_id, own in jobs.items()
            }
        served = {agent_id: each.result() for agent_id, each in futures.items()}
        return {agent_id: left for agent_id, left in served.items() if left.jobs}

    def _has_time(self, attempt: int) -> bool:
        """Return whether there is time for a pause and a call after it."""
        try:
            deadline.require(longest_pause(attempt) + longest_call(self.feed.client))
        except OutOfTimeError:
            return False
        return True

    def _serve(self, agent_id: str, jobs: Sequence[Job], now: datetime) -> Left:
        """Do the jobs of one agent, in order. Return those that are left after an error."""
        errors: list[Exception] = []
        written = self._write(jobs, now, errors)
        appended, number = self._append(agent_id, written, now, errors)
        if appended:
            written = self._push(agent_id, written, appended, now, errors)
            number = min(number, pushed(written[:number], len(self.pushes)))
        left = [*written, *jobs[len(written) :]][number:]
        return Left(left, all(isinstance(error, PASSING) for error in errors))

    def _write(self, jobs: Sequence[Job], now: datetime, errors: list[Exception]) -> Sequence[Job]:
        """Write what is no event of the agent's own. Return the jobs that have this done."""
        written: list[Job] = []
        for job in jobs:
            try:
                written.append(self.writing.write(job, now))
            except Exception as error:
                errors.append(error)
                logger.exception(
                    "the effects of a record cannot be written",
                    sequence_number=job.record.number,
                )
                break
        return written

    def _append(
        self, agent_id: str, jobs: Sequence[Job], now: datetime, errors: list[Exception]
    ) -> tuple[list[Event], int]:
        """Append the events of jobs. Return those appended, and how many jobs are finished."""
        new = [(event, job.record.source) for job in jobs for event in job.effects.own]
        appended: list[Event] = []
        if not new:
            return appended, len(jobs)
        try:
            for event in self.feed.appender.append(agent_id, new, now):
                appended.append(event)  # noqa: PERF402 - an error keeps those before
        except Exception as error:
            errors.append(error)
            number = finished(jobs, len(appended))
            logger.exception(
                "an event cannot be appended", sequence_number=jobs[number].record.number
            )
            return appended, number
        return appended, len(jobs)

    def _push(
        self,
        agent_id: str,
        jobs: Sequence[Job],
        appended: Sequence[Event],
        now: datetime,
        errors: list[Exception],
    ) -> Sequence[Job]:
        """Push the events of jobs in each way that is not done. Return the jobs, with these ways.

        So if one way fails, the repetition sends nobody the same frame again.
        """
        try:
            listeners = [each for each in self.feed.listeners(agent_id) if is_live(each, now)]
        except Exception as error:
            errors.append(error)
            logger.exception("the listeners of an agent cannot be read", agent_id=agent_id)
            return jobs
        by_job = events_by_job(jobs, appended)
        for way, push in enumerate(self.pushes):
            events = [event for job, own in by_job if way not in job.pushed for event in own]
            try:
                if listeners and events:
                    push.push(agent_id, listeners, events, now)
            except Exception as error:
                errors.append(error)
                logger.exception("events cannot be pushed", agent_id=agent_id)
            else:
                by_job = [
                    (job.with_pushed(way) if len(own) == len(job.effects.own) else job, own)
                    for job, own in by_job
                ]
        return [job for job, _ in by_job]
