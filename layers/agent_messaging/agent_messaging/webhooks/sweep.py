"""Sweep: send the deliveries that are due to the queue.

A delivery goes to the queue first, and then out of the index. After a crash in between it goes to
the queue twice, and the sender attempts it once.
"""

from collections import deque
from datetime import datetime

from agent_messaging.errors import OutOfTimeError
from agent_messaging.observability.log import logger
from agent_messaging.storage.queue import BATCH, Queue, QueueMessage
from agent_messaging.storage.table import Item
from agent_messaging.webhooks.deliveries import DUE_SHARDS, DeliveriesTable
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.push import message

PAGE = 250  # deliveries of one shard before the next shard has its turn
Found = tuple[str, str]  # webhook_id, event_id


def sweep(deliveries: DeliveriesTable, queue: Queue, now: datetime) -> int:
    """Send what is due to the queue, and return how many deliveries these are.

    The shards take turns, page by page, and another one begins each minute. The sweep stops before
    the function's time runs out, and the next sweep continues.

    Raises:
        QueueError: the queue takes no messages. The next sweep tries again.
    """
    sent: set[Found] = set()
    first = int(now.timestamp()) // 60
    shards = deque((first + number) % DUE_SHARDS for number in range(DUE_SHARDS))
    try:
        while shards:
            shard = shards.popleft()
            if _sweep_page(deliveries, queue, shard, now, sent):
                shards.append(shard)
    except OutOfTimeError:
        logger.info("out of time, the next sweep continues")
    logger.info("webhooks swept", sent=len(sent))
    return len(sent)


def _sweep_page(
    deliveries: DeliveriesTable, queue: Queue, shard: int, now: datetime, sent: set[Found]
) -> bool:
    """Send one page of a shard, add it to `sent`, and return whether the shard may have more.

    The index may still show what has left it, which is not sent again.
    """
    due = deliveries.due(shard, now, PAGE)
    new = [key for key in due if _found(key) not in sent]
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]
        queue.send([_message(key) for key in batch])
        for key in batch:
            deliveries.leave_to_queue(key)
        sent.update(_found(key) for key in batch)
    return bool(new) and len(due) == PAGE


def _found(key: Item) -> Found:
    return key["webhook_id"], key["event_id"]


def _message(key: Item) -> QueueMessage:
    webhook_id, event_id = _found(key)
    return message(Job(webhook_id=webhook_id, event_id=event_id, made=None))
