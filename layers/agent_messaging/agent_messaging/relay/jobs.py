"""The jobs of a batch: for each agent, its records and what follows from them."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from agent_messaging.feed.outbox import Acknowledged
from agent_messaging.observability.log import logger
from agent_messaging.relay import acknowledged, events, reading
from agent_messaging.relay.effects import Effects
from agent_messaging.relay.record import StreamRecord, UnreadableRecordError


class Job(NamedTuple):
    """A record, and what follows from it."""

    record: StreamRecord
    effects: Effects
    acknowledged: Acknowledged | None


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
        return Job(record, events.effects_of(record), acknowledged.of_record(record))
    except UnreadableRecordError:
        return None


def finished(jobs: Sequence[Job], appended: int) -> int:
    """Return how many of the jobs have all their events among the first `appended`."""
    counts = accumulate(len(job.effects.own) for job in jobs)
    return sum(count <= appended for count in counts)
