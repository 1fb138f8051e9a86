"""What the relay does, without its stream: append events, read the listeners, then push."""

from agent_messaging import clock
from agent_messaging.feed.model import Event, EventType, NewEvent, Source, event_id
from agent_messaging.feed.table import FeedTable
from agent_messaging.sockets.push import SocketPush
from local.in_process.functions import app
from tests.integration.sockets.gateway import Sockets


class Relay:
    """Events with the numbers from one on."""

    def __init__(self, sockets: Sockets) -> None:
        self.feed = FeedTable(sockets.cloud.dynamodb, "AgentFeedTable")
        self.push_to = SocketPush(app("sockets").service.posting)
        self.number = 0

    def append(self, agent_id: str, count: int = 1) -> list[Event]:
        now, records = clock.now(), []
        for _ in range(count):
            self.number += 1
            event = NewEvent(
                agent_id=agent_id,
                event_id=event_id(now, f"message.received#{self.number}"),
                type=EventType.MESSAGE_RECEIVED,
                occurred_at=now,
                data=f'{{"number":{self.number}}}',
            )
            records.append((event, Source(stream="messages", number=self.number)))
        return self.feed.append(agent_id, records, now)

    def push(self, agent_id: str, events: list[Event]) -> None:
        self.push_to.push(agent_id, self.feed.listeners(agent_id), events, clock.now())

    def run(self, agent_id: str, count: int = 1) -> list[Event]:
        events = self.append(agent_id, count)
        self.push(agent_id, events)
        return events
