"""What happened on the platform, as the three tables' streams tell it.

Items are the product's own, so that records look as real ones do. A stream has two shards that
split, one of them early; a key's records are always in one line of them. Busy seconds with hundreds
of records alternate with idle minutes. One in a hundred of the records that a mapping delivers is
poison; its `healed` form is what a corrected function reads in it.
"""

import json
import random
import zlib
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agent_messaging import clock, ids
from agent_messaging.agents.model import Agent
from agent_messaging.fields import Party
from agent_messaging.messaging.item import to_long_item
from agent_messaging.messaging.model import MessageType, compose
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import encode
from agent_messaging.work_orders.item import head
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import OPEN, TRANSITIONS, Action
from agent_messaging.work_orders.table import WorkOrdersTable
from local.filters import matches

START = datetime(2026, 11, 23, 1, 13, 30, tzinfo=UTC)
KEYS = {
    "AgentsTable": ("agent_id",),
    "AgentMessagesTable": ("recipient_id", "message_id"),
    "WorkOrdersTable": ("work_order_id", "part"),
}
# What happens only to orders for candidates.
OF_CANDIDATES = (Action.CLAIM, Action.AWARD, Action.REOPEN)
CROWD = [Party(id=f"agent-{index}", name=f"Agent {index}") for index in range(200)]
messages = MessagesTable(None, "AgentMessagesTable")
orders = WorkOrdersTable(None, "WorkOrdersTable")


@dataclass
class History:
    """`size` records that the mappings let through, and others between them."""

    mappings: dict
    chance: random.Random
    size: int
    now: datetime = START
    records: dict = field(default_factory=lambda: {table: [] for table in KEYS})
    healed: dict = field(default_factory=dict)
    """Every record that the mappings let through, by stream and sequence number, none poison."""
    poison: set = field(default_factory=set)
    _numbers: dict = field(default_factory=lambda: dict.fromkeys(KEYS, (0, 499_659_000)))
    _orders: list = field(default_factory=list)
    _agents: list = field(default_factory=list)

    def __post_init__(self):
        happenings = [self._message, self._order, self._move, self._agent, self._leave]
        while len(self.healed) < self.size:
            self._tick()
            self.chance.choices(happenings, [70, 10, 14, 5, 2])[0]()
        self._spoil()

    def _tick(self):
        is_busy = len(self.healed) % 400 < 350
        seconds = self.chance.random() < 0.01 if is_busy else self.chance.randint(0, 40)
        self.now += timedelta(seconds=seconds, milliseconds=1)

    def _message(self):
        sender, recipient = self.chance.sample(CROWD, 2)
        kind = self.chance.choice(list(MessageType))
        message = compose(
            kind,
            sender,
            recipient,
            self.now,
            is_verified=True,
            message_id=self._id("msg"),
            body="Hello.",
        )
        if self.chance.random() < 0.2:
            long = encode(to_long_item(message, messages.retention))
            self._add("AgentMessagesTable", "INSERT", new=long)
        item = messages.transact_put(message)["Put"]["Item"]
        self._add("AgentMessagesTable", "INSERT", new=item)
        if self.chance.random() < 0.2:
            read = {name: item[name] for name in item if name != "pending_for"}
            self._add("AgentMessagesTable", "MODIFY", old=item, new=read)
            self._add("AgentMessagesTable", "REMOVE", old=read)

    def _order(self):
        client, worker = self.chance.sample(CROWD, 2)
        order = WorkOrder.create(
            work_order_id=self._id("wo"),
            message_id=self._id("msg"),
            thread_id=ids.new_thread(self.now, client.id, worker.id),
            client=client,
            worker=worker,
            title="Build",
            description="A house.",
            created_at=self.now,
            deadline_at=self.now + timedelta(seconds=self.chance.randint(1, 9)),
        )
        item = orders.transact_put_all(order)[0]["Put"]["Item"]
        self._orders.append((order, item))
        self._add("WorkOrdersTable", "INSERT", new=item)

    def _move(self):
        if not self._orders:
            return
        order, item = self._orders.pop(self.chance.randrange(len(self._orders)))
        ways = [t.action for t in TRANSITIONS if t.source is order.status]
        action = self.chance.choice([each for each in ways if each not in OF_CANDIDATES])
        changes = {name: "This one?" for name in action.writes if name in ("question", "answer")}
        transition = orders.transact_transition(order, action, self.now, changes)
        moved = encode(head(transition.order))
        if transition.order.status in OPEN:
            self._orders.append((transition.order, moved))
        self._add("WorkOrdersTable", "MODIFY", old=item, new=moved)

    def _agent(self):
        agent = Agent(agent_id=self._id("agt"), name="Nova", created_at=self.now)
        item = encode(agent.model_dump(mode="json", exclude_none=True))
        self._agents.append(item)
        self._add("AgentsTable", "INSERT", new=item)
        self._add("AgentsTable", "MODIFY", old=item, new={**item, "active_jobs": {"N": "1"}})

    def _leave(self):
        if not self._agents:
            return
        item = self._agents.pop(self.chance.randrange(len(self._agents)))
        gone = {**item, "deleted_at": {"S": clock.to_text(self.now)}}
        self._add("AgentsTable", "MODIFY", old=item, new=gone)
        self._add("AgentsTable", "MODIFY", old=gone, new=gone)

    def _id(self, prefix):
        return f"{prefix}_{self.chance.getrandbits(64):026d}"

    def _add(self, table, event, *, new=None, old=None):
        high, low = self._numbers[table]
        high, low = high + 1, low + self.chance.randint(1, 12)
        self._numbers[table] = high, low
        # A stream's clock is not quite the order of its records.
        made_at = int(self.now.timestamp()) - (self.chance.random() < 0.03)
        images = {"NewImage": new, "OldImage": old}
        keys = {name: (new or old)[name] for name in KEYS[table]}
        record = {
            "eventName": event,
            "eventSourceARN": stream_of(table),
            "dynamodb": {
                "ApproximateCreationDateTime": made_at,
                "Keys": keys,
                "SequenceNumber": str(high * 10**20 + low),
                "StreamViewType": "NEW_AND_OLD_IMAGES",
                **{name: image for name, image in images.items() if image is not None},
            },
        }
        record = json.loads(json.dumps(record, default=bytes.hex))
        self.records[table].append(record)
        if any(matches(each, record) for each in self.mappings[table].filters):
            self.healed[identity(record)] = record

    def _spoil(self):
        self.poison = set(self.chance.sample(sorted(self.healed), max(1, len(self.healed) // 100)))
        for records in self.records.values():
            for index, record in enumerate(records):
                if identity(record) in self.poison:
                    records[index] = self._spoiled(deepcopy(record))

    def _spoiled(self, record):
        image, new = record["dynamodb"], record["dynamodb"]["NewImage"]
        value = "type" if "message_id" in image["Keys"] else "status"
        # What a mapping filters by stays, or no function would ever see the record.
        part = {name: each for name, each in image["Keys"].items() if name == "part"}
        ways = [lambda: image.pop("ApproximateCreationDateTime")]
        if "message_id" in image["Keys"]:
            # By its key the mapping knows a head, so another key would not be delivered.
            ways += [lambda: new.pop("display")]
        else:
            ways += [lambda: image.update(Keys={**part, "id": {"S": "unknown"}})]
        if "agent_id" not in image["Keys"]:
            said = new["display"]["M"] if "message_id" in image["Keys"] else new
            ways += [lambda: said.update({value: {"S": "telegram"}}), lambda: said.pop(value)]
        self.chance.choice(ways)()
        return record


def stream_of(table):
    return f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/2026-11-23T00:00:00.000"


def identity(record):
    """A record's stream and its sequence number, whatever else has become of it."""
    return record["eventSourceARN"].split("/")[1], int(record["dynamodb"]["SequenceNumber"])


def shards_of(records):
    """The records in the shards that they were written to: name, parent, records."""
    shards = {name: (name[:-1], []) for name in ("0", "1", "00", "01", "10", "11")}
    for index, record in enumerate(records):
        image = record.get("dynamodb", {})
        item = image.get("NewImage") or image["OldImage"]
        owner = item.get("recipient_id") or item.get("work_order_id") or item["agent_id"]
        place = zlib.crc32(owner["S"].encode())
        root = str(place & 1)
        has_split = index > len(records) * (0.3 if root == "0" else 0.7)
        shards[root + str(place >> 1 & 1) if has_split else root][1].append(record)
    return shards
