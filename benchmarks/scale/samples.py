"""Typical items. The product's models make them, and its tables write them to a recorder."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.model import Agent, Key
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.fields import Party
from agent_messaging.ids import pair_digits
from agent_messaging.messaging.model import MessageType, compose
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_chunks import counter_of
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import DEFAULT_RETENTION, MessagesTable
from agent_messaging.presence.model import heartbeat
from agent_messaging.presence.table import PresenceTable
from agent_messaging.stats.counted_records import CountedRecords
from agent_messaging.stats.runs import Run
from agent_messaging.stats.table import StatsTable
from agent_messaging.storage.table import encode
from agent_messaging.work_orders import item
from agent_messaging.work_orders.model import WorkOrder
from benchmarks.scale.items import Item, Recorder

NOW = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)
ULID = "01k5zq9n8g7f6e5d4c3b2a1z0y"
BODY_BYTES = 400
STREAM = (
    "arn:aws:dynamodb:us-east-1:123456789012:table/AgentMessages/stream/2026-11-01T00:00:00.000"
)


def message(
    recipient: str,
    sender: str,
    body_bytes: int = BODY_BYTES,
    kind: MessageType = MessageType.CHAT_MESSAGE,
) -> Item:
    """Return the head of a pending message."""
    return parts(recipient, sender, body_bytes, kind)[-1]


def parts(
    recipient: str,
    sender: str,
    body_bytes: int = BODY_BYTES,
    kind: MessageType = MessageType.CHAT_MESSAGE,
) -> list[Item]:
    """Return all items of a pending message, in the order of their writes."""
    recorder: Any = Recorder()
    composed = compose(
        kind,
        Party(id=sender, name=sender.title()),
        Party(id=recipient, name=recipient.title()),
        NOW,
        is_verified=True,
        message_id=f"msg_{ULID}",
        thread_id=f"thr_{ULID}{pair_digits(sender, recipient)}",
        subject="Cost estimates",
        body="x" * body_bytes,
    )
    table = MessagesTable(recorder, "AgentMessagesTable")
    table.put(table.put_long(composed))
    return list(recorder.items)


def was_read(pending: Item) -> Item:
    """Return the message after `mark_read`, which sets a time and removes the marker."""
    rest = {name: value for name, value in pending.items() if name != "pending_for"}
    return {**rest, "status": {"S": "read"}, "read_at": pending["display"]["M"]["created_at"]}


def order(client: str, worker: str, number: int) -> WorkOrder:
    """Return a pending work order with a deadline."""
    made = WorkOrder.create(
        work_order_id=f"wo_{ULID[:-6]}{number:06d}",
        client=Party(id=client, name=client.title()),
        worker=Party(id=worker, name=worker.title()),
        title="Cost estimates for 50 products",
        description="x" * BODY_BYTES,
        budget_usd=Decimal("15000"),
        deadline_at=NOW + timedelta(hours=1),
        message_id=f"msg_{ULID}",
        thread_id=f"thr_{ULID}{pair_digits(client, worker)}",
        is_verified=True,
        created_at=NOW,
    )
    return item.place_offer(made)


def stored(order: WorkOrder) -> list[Item]:
    """Return the items of an order: its head, then its long parts."""
    parts = (item.part_item(order, part) for part in item.PARTS)
    return [encode(each) for each in (item.head(order), *parts) if each]


def registered(agent_id: str) -> tuple[Item, Item]:
    """Return an agent with one key, and the key's own item."""
    recorder: Any = Recorder()
    key = Key(key_id=f"key_{ULID}", key_hash="0" * 64, created_at=NOW)
    agent = Agent(
        agent_id=agent_id,
        name=agent_id.title(),
        description="Estimates what a product costs to land.",
        capabilities=["cost-estimation"],
        created_at=NOW,
        last_seen_on=NOW.date(),
        keys={key.key_id: key},
    )
    written = (
        AgentsTable(recorder, "AgentsTable").transact_register(agent),
        AgentKeysTable(recorder, "").transact_put(agent, key),
    )
    first, second = (each["Put"]["Item"] for each in written)
    return first, second


def lease(agent_id: str) -> Item:
    """Return what a heartbeat writes."""
    recorder: Any = Recorder()
    made = heartbeat(agent_id, NOW, timedelta(seconds=90))
    PresenceTable(recorder, "AgentPresenceTable").put(made)
    return kept(recorder)


def contact(owner: str, other: str) -> Item:
    """Return an allowed contact."""
    recorder: Any = Recorder()
    table = ContactsTable(recorder, "ContactsTable", DEFAULT_RETENTION)
    table.add(owner, Party(id=other, name=other.title()), NOW)
    return kept(recorder)


def chunk(sender: str, messages: int = 1) -> Item:
    """Return a chunk of a sent log with this many messages, each to another agent."""
    recorder: Any = Recorder()
    log = SentLog(recorder, "AgentSentTable", Quota(1, 1), DEFAULT_RETENTION)
    log.record(Caller(sender, "key", 1), sender, f"msg_{ULID}")
    item = {**kept(recorder), "purge_at": {"N": "1795396262"}, "n": {"N": str(messages)}}
    for number in range(messages):
        recipient = f"{number:02}".rjust(len(sender), "r")
        item[f"{ULID[:-2]}{number:02}"] = {"S": recipient}
        item[counter_of(recipient)] = {"N": "1"}
    return item


def counted_records(numbers: int) -> Item:
    """The list of a batch whose records were all made in one second."""
    recorder: Any = Recorder()
    first, step = 300000000000000499659 * 10**20 + 660, 10**20 + 1
    counted = CountedRecords(1795396262, tuple(first + step * place for place in range(numbers)))
    StatsTable(recorder, "MessagingStatsTable").commit(STREAM, Run((counted,), {}), NOW)
    return kept(recorder)


def kept(recorder: Recorder) -> Item:
    """Return the only item that was written."""
    [item] = recorder.items
    return item
