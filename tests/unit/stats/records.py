"""Stream records as a mapping delivers them, numbered the way AWS numbers them, ten a second."""

from datetime import UTC, datetime, timedelta

from agent_messaging import clock
from agent_messaging.stats.model import total
from agent_messaging.stats.projection import changes_of

NOW = datetime(2026, 11, 23, 1, 13, 30, tzinfo=UTC)
SECOND = int(NOW.timestamp())
STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/Any/stream/2026-11-23T00:00:00.000"


def number(position, *, shard=0):
    """Two counters side by side; shards count on their own."""
    return str((1_000 + position) * 10**20 + (shard + 1) * 499_659_000 + position)


def second(position):
    return SECOND + position // 10


def record(position, event, keys, *, new=None, old=None, shard=0):
    images = {"NewImage": new, "OldImage": old}
    return {
        "eventName": event,
        "eventSourceARN": STREAM,
        "dynamodb": {
            "Keys": texts(keys),
            "SequenceNumber": number(position, shard=shard),
            "ApproximateCreationDateTime": second(position),
            **{name: texts(image) for name, image in images.items() if image is not None},
        },
    }


def texts(attributes):
    return {
        name: {"M": texts(value)} if isinstance(value, dict) else {"S": value}
        for name, value in attributes.items()
    }


def at(seconds):
    return clock.to_text(NOW + timedelta(seconds=seconds))


def message(position, kind="ping", *, seconds=0, shard=0):
    keys = {"recipient_id": "boots-agent-id", "message_id": f"msg_{position}"}
    made = record(position, "INSERT", keys, new=keys, shard=shard)
    display = texts({"type": kind, "created_at": at(seconds)})
    made["dynamodb"]["NewImage"]["display"] = {"M": display}
    return made


def long_part(position, *, shard=0):
    """What is long of a message, which is written before its head."""
    keys = {"recipient_id": "boots-agent-id", "message_id": f"long_{position}"}
    return record(position, "INSERT", keys, new={**keys, "body": "x" * 3000}, shard=shard)


def unknown_message(position, *, shard=0):
    return message(position, "telegram", shard=shard)


def undated(made):
    """The record without the second that it was made in."""
    image = {k: v for k, v in made["dynamodb"].items() if k != "ApproximateCreationDateTime"}
    return {**made, "dynamodb": image}


def dated(made, second):
    """The record, made in another second."""
    return {**made, "dynamodb": {**made["dynamodb"], "ApproximateCreationDateTime": second}}


def agent(position, *, shard=0):
    keys = {"agent_id": f"agent-{position}"}
    return record(position, "INSERT", keys, new={**keys, "name": "Nova"}, shard=shard)


def agent_changed(position, *, new, old):
    keys = {"agent_id": "nova-agent-id"}
    return record(position, "MODIFY", keys, new={**keys, **new}, old={**keys, **old})


def order(position, *, part="head", shard=0):
    keys = {"work_order_id": f"wo_{position}", "part": part}
    image = {**keys, "status": "pending", "display": {"created_at": at(0)}}
    return record(position, "INSERT", keys, new=image, shard=shard)


def order_moved(position, before, after, *, shard=0, **times):
    keys = {"work_order_id": f"wo_{position}", "part": "head"}
    old = {**keys, "status": before, "display": {"created_at": at(0)}}
    return record(
        position, "MODIFY", keys, new={**old, **times, "status": after}, old=old, shard=shard
    )


def messages(start, end, *, shard=0):
    return [message(i, ("ping", "chat_message")[i % 2], shard=shard) for i in range(start, end)]


def sums_of(records):
    """What counting each record once comes to."""
    return total(change for record in records for change in changes_of(record))
