"""The jobs of a batch: for each agent, its records and what follows from them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate, islice
from typing import Any, NamedTuple

from agent_messaging.feed.model import Event
from agent_messaging.feed.outbox import Acknowledged
from agent_messaging.observability.log import logger
from agent_messaging.relay import acknowledged, events, reading
from agent_messaging.relay.effects import NOTHING, Effects
from agent_messaging.relay.record import StreamRecord, UnknownStatusError, UnreadableRecordError


class Job(NamedTuple):
    """A record, and what follows from it.

    Its writes may be done already, and its events may be pushed in some ways, which have numbers.
    """

    record: StreamRecord
    effects: Effects
    acknowledged: Acknowledged | None
    is_written: bool = False
    pushed: frozenset[int] = frozenset()

    def with_pushed(self, way: int) -> "Job":
        """Return the job with a mark that its events are pushed in this way."""
        return self._replace(pushed=self.pushed | {way})


Jobs = dict[str, Sequence[Job]]  # by the agent's id


def of_batch(records: Sequence[Mapping[str, Any]]) -> tuple[Jobs, list[str]]:
    """Return the jobs of each agent, and the sequence numbers of the unreadable records."""
    jobs: Jobs = {}
    unreadable: list[str] = []
    for each in records:
        job = _job(each)
        if job is None:
            unreadable.append(str(each["dynamodb"]["SequenceNumber"]))
            logger.error("a stream record cannot be read", sequence_number=unreadable[-1])
        else:
            agent_id = job.record.key.get("recipient_id") or job.record.key["agent_id"]
            jobs[agent_id] = [*jobs.get(agent_id, ()), job]
    return jobs, unreadable


def _job(each: Mapping[str, Any]) -> Job | None:
    try:
        record = reading.read(each)
        return Job(record, _effects(record), acknowledged.of_record(record))
    except UnreadableRecordError:
        return None


def _effects(record: StreamRecord) -> Effects:
    try:
        return events.effects_of(record)
    except UnknownStatusError as error:
        logger.warning(
            "a notification of an unknown status has no event",
            status=str(error),
            sequence_number=record.number,
        )
        return NOTHING


def finished(jobs: Sequence[Job], appended: int) -> int:
    """Return how many of the jobs have all their events among the first `appended`."""
    counts = accumulate(len(job.effects.own) for job in jobs)
    return sum(count <= appended for count in counts)


def events_by_job(jobs: Sequence[Job], appended: Sequence[Event]) -> list[tuple[Job, list[Event]]]:
    """Return each job with those of the first events that are its own."""
    rest = iter(appended)
    return [(job, list(islice(rest, len(job.effects.own)))) for job in jobs]


def pushed(jobs: Sequence[Job], ways: int) -> int:
    """Return how many of the first jobs are pushed in all ways, or have nothing to push."""
    for number, job in enumerate(jobs):
        if job.effects.own and len(job.pushed) < ways:
            return number
    return len(jobs)


def times(jobs: Jobs) -> list[datetime]:
    """Return when the events of these jobs happened."""
    every = [job for own in jobs.values() for job in own]
    own = [event.occurred_at for job in every for event in job.effects.own]
    return own + [told.at for job in every for told in job.effects.told if told.stored is None]
