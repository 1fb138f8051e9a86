"""Sweep: send the deliveries that are due to the queue.

A delivery goes to the queue first, and then out of the index. After a crash in between it goes to
the queue twice, and the sender attempts it once.
"""

from datetime import datetime

from agent_messaging.errors import OutOfTimeError
from agent_messaging.observability.log import logger
from agent_messaging.storage.queue import BATCH, Queue
from agent_messaging.storage.table import Item
from agent_messaging.webhooks.deliveries import DUE_SHARDS, DeliveriesTable
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.push import message

PER_SHARD = 250  # deliveries of one run. The next run takes the rest


def sweep(deliveries: DeliveriesTable, queue: Queue, now: datetime) -> int:
    """Send what is due to the queue, and return how many deliveries these are.

    The sweep stops before the function's time runs out, and the next sweep continues.

    Raises:
        QueueError: the queue takes no messages. The next sweep tries again.
    """
    sent = 0
    try:
        for shard in range(DUE_SHARDS):
            due = deliveries.due(shard, now, PER_SHARD)
            for start in range(0, len(due), BATCH):
                _send(deliveries, queue, due[start : start + BATCH])
                sent += len(due[start : start + BATCH])
    except OutOfTimeError:
        logger.info("out of time, the next sweep continues")
    logger.info("webhooks swept", sent=sent)
    return sent


def _send(deliveries: DeliveriesTable, queue: Queue, keys: list[Item]) -> None:
    found = [(key["webhook_id"], key["event_id"]) for key in keys]
    queue.send([message(Job(webhook_id=hook, event_id=event, made=None)) for hook, event in found])
    for key in keys:
        deliveries.leave_to_queue(key)
