"""What the relay's two streams deliver, and several readers that deliver it, badly.

A stream's records are read by two readers at once, as when a reader has lost its lease and does not
know it yet. Each has an instance of the relay of its own. It begins a batch again after a crash,
with a new instance, and continues behind what was not reported as failed. A record that is reported
five times is a dead letter, and is delivered again at the very end, in any order.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.outbox_item import to_item
from agent_messaging.feed.table import FeedTable
from agent_messaging.fields import Party
from agent_messaging.messaging.item import to_item as to_head
from agent_messaging.messaging.model import MessageType, compose
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.relay.service import Relay
from agent_messaging.storage.table import decode, encode
from tests.faults.relay.memory import Client, Engine
from tests.races.scheduler.turns import START, CrashError, Stage

AGENTS = ("nova", "boots", "third")
FEED, OUTBOX, MESSAGES = "AgentFeedTable", "AgentOutboxTable", "AgentMessagesTable"
RETENTION = timedelta(days=90)
ATTEMPTS = 5
STREAMS = {MESSAGES: ("recipient_id", "message_id"), OUTBOX: ("agent_id", "entry")}


@dataclass
class History:
    """The records of both streams. `expected` are the ids of an agent's events by stream."""

    chance: random.Random
    size: int
    is_poisoned: bool = True
    records: dict = field(default_factory=lambda: {table: [] for table in STREAMS})
    healed: dict = field(default_factory=dict)
    causes: dict = field(default_factory=lambda: defaultdict(list))
    _numbers: dict = field(default_factory=lambda: {MESSAGES: 10**26, OUTBOX: 3 * 10**26})

    def __post_init__(self):
        for number in range(self.size):
            at = START + timedelta(milliseconds=number)
            agent_id = self.chance.choice(AGENTS)
            if self.chance.random() < 0.6:
                self._message(agent_id, at)
            else:
                self._event(agent_id, number, at)
        for records in self.records.values():
            for index, record in enumerate(records):
                if self.is_poisoned and self.chance.random() < 0.04:
                    self.healed[_number(record)] = record
                    records[index] = {**record, "eventName": "UNKNOWN"}

    def _message(self, agent_id, at):
        parties = Party(id="sender", name="Sender"), Party(id=agent_id, name=agent_id.title())
        message = compose(MessageType.CHAT_MESSAGE, *parties, at, body="Hello.")
        self.causes[agent_id, MESSAGES].append(message.message_id)
        self._add(MESSAGES, encode(to_head(message, RETENTION)))

    def _event(self, agent_id, number, at):
        kind = EventType.CONTACT_REQUESTED
        data = data_text({"contact_id": "sender", "message_id": f"msg_{number}"})
        event = NewEvent(
            agent_id=agent_id,
            event_id=event_id(at, f"{number}"),
            type=kind,
            occurred_at=at,
            data=data,
        )
        self.causes[agent_id, OUTBOX].append(event.event_id)
        self._add(OUTBOX, encode(to_item(event, at)))

    def _add(self, table, new):
        self._numbers[table] += self.chance.randint(1, 3)
        image = {
            "Keys": {name: new[name] for name in STREAMS[table]},
            "NewImage": new,
            "SequenceNumber": f"{self._numbers[table]}",
            "ApproximateCreationDateTime": START.timestamp(),
        }
        arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/1"
        self.records[table].append(
            {"eventName": "INSERT", "eventSourceARN": arn, "dynamodb": image}
        )


def _number(record):
    return record["dynamodb"]["SequenceNumber"]


@dataclass
class Pushes:
    """A way to push that remembers what it was given."""

    pushed: list = field(default_factory=list)

    def push(self, agent_id, listeners, events, now):
        assert listeners
        self.pushed += [(agent_id, event.event_id, event.position) for event in events]


@dataclass
class World:
    """One run: the engine, the stage, and the readers."""

    stage: Stage
    engine: Engine
    history: History
    client: Client = None
    pushes: Pushes = field(default_factory=Pushes)
    letters: dict = field(default_factory=dict)
    spells: int = 0

    def __post_init__(self):
        self.client = Client(self.engine, self.stage)
        for agent_id in AGENTS:
            listener = {"agent_id": agent_id, "entry": "z#ws#1"}
            self.engine.table(FEED)[agent_id, "z#ws#1"] = encode(listener)

    def relay(self):
        """A new instance."""
        return Relay(
            FeedTable(self.client, FEED),
            OutboxTable(self.client, OUTBOX),
            ReceiptsTable(self.client, OUTBOX, RETENTION),
            MessagesTable(self.client, MESSAGES, RETENTION),
            (self.pushes,),
            threads=1,  # the stage knows who acts by its thread
        )

    def read(self, records):
        """One reader of a stream, from some record on to the end."""

        def work():
            relay, place, attempts = self.relay(), 0, 0
            while place < len(records):
                batch = records[place : place + self.stage.chance.randint(1, 12)]
                if self.spells and self.stage.chance.random() < 0.05:
                    self.spells -= 1
                    self.client.throttled = 300
                try:
                    failed = relay.handle(batch, self.stage.clock())
                except CrashError:
                    relay = self.relay()
                    continue
                done = min(map([_number(each) for each in batch].index, failed), default=len(batch))
                place += done
                attempts = 0 if done else attempts + 1
                is_poison = batch[done:] and _number(batch[done]) in self.history.healed
                if is_poison and attempts == ATTEMPTS:
                    self.letters[_number(batch[0])] = batch[0]
                    place, attempts = place + 1, 0

        return work

    def play(self):
        """Two readers of each stream; then the dead letters, healed, in any order."""
        for records in self.history.records.values():
            self.stage.enter(self.read(records))
            self.stage.enter(self.read(records))
        self.stage.play()
        letters = [self.history.healed[number] for number in self.letters]
        self.stage.chance.shuffle(letters)
        relay = self.relay()
        for letter in [*letters, *letters]:
            assert relay.handle([letter], START) == []

    # --- what holds at the end

    def feed(self, agent_id):
        """The events of an agent's feed, in order."""
        items = sorted(self.engine.table(FEED).items())
        return [decode(i) for (a, e), i in items if a == agent_id and e.startswith("e#")]

    def check(self):
        """Each event is there once, without a gap, in the order of its stream, and was pushed."""
        pushed = set(self.pushes.pushed)
        for agent_id in AGENTS:
            feed = self.feed(agent_id)
            self._check_places(agent_id, feed)
            for table in STREAMS:
                self._check_events(agent_id, table, feed)
            for item in feed:
                matching = [each for each in pushed if each[:2] == (agent_id, item["event_id"])]
                assert [each[2].key for each in matching] == [item["entry"]], "not pushed, or twice"

    def _check_places(self, agent_id, feed):
        written = [e for a, e in self.engine.written if a == agent_id and e.startswith("e#")]
        assert written == [item["entry"] for item in feed], "positions are not in order of time"
        for number, item in enumerate(feed, 1):
            assert item["entry"] == f"e#00001.{number:012d}", "a gap"

    def _check_events(self, agent_id, table, feed):
        causes = [self._cause(item) for item in feed]
        mine = [each for each in causes if each in set(self.history.causes[agent_id, table])]
        expected = self.history.causes[agent_id, table]
        assert sorted(mine) == sorted(expected), "lost, or doubled"
        late = {self._cause_of(record) for record in self.history.healed.values()}
        in_time = [each for each in mine if each not in late]
        assert in_time == [each for each in expected if each not in late], "out of order"

    @staticmethod
    def _cause(item):
        if item["type"] == "message.received":
            return item["data"].split('"message_id":"')[1][:30]
        return item["event_id"]

    @staticmethod
    def _cause_of(record):
        keys = record["dynamodb"]["Keys"]
        return keys["message_id"]["S"] if "message_id" in keys else keys["entry"]["S"][6:]
