"""What a client can do on its connection to the WebSocket.

`resume` writes the listener first, then reads the key, then the feed, all consistently. The relay
writes an event first, then reads the listeners. So each event is either in the feed when it is read
here, or the relay finds the listener. An event may come twice, but none is lost.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging import deadline
from agent_messaging.agents.access import has_left, parse, require_active
from agent_messaging.agents.table import AgentsTable
from agent_messaging.contacts.model import Verdict, verdict
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.errors import (
    ChannelNotFoundError,
    NotResumedError,
    OutOfTimeError,
    PositionGoneError,
)
from agent_messaging.feed.audience import Audience
from agent_messaging.feed.model import Event
from agent_messaging.feed.outbox import DeliveredVia
from agent_messaging.feed.pages import FeedPage
from agent_messaging.feed.position import Position
from agent_messaging.feed.service import FeedService
from agent_messaging.feed.table import is_live
from agent_messaging.presence.leases import Leases
from agent_messaging.sockets import frames
from agent_messaging.sockets.listeners import connection_of, sockets
from agent_messaging.sockets.model import LASTS, MOST_CONNECTIONS, PING_EVERY, Connection
from agent_messaging.sockets.online import OnlineContacts
from agent_messaging.sockets.posting import Posting
from agent_messaging.storage.connection import longest_call
from agent_messaging.storage.table import Item
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAGE = 100  # events that one read of the feed returns
# To send an event, and then the frame that says that no time is left. The time to store the units
# that the agent spent comes on top.
SECONDS_FOR_AN_EVENT = 3.0


@dataclass(frozen=True)
class SocketService:
    """The tables that the actions read and write, and the connections."""

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactsTable
    feed: FeedService
    leases: Leases
    audience: Audience
    online: OnlineContacts
    posting: Posting

    def resume(
        self, connection: Connection, frame: frames.ResumeAction, now: datetime
    ) -> frames.Frame | None:
        """Let the connection get events, and send those after the client's position.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
            BadPositionError: the position is not one of the agent's feed.
            OutOfTimeError: the function has no time to send more. The client resumes again.
        """
        caller = connection.caller
        after = self.feed.position(caller.agent_id, frame.after)
        is_first = self.posting.listeners.put(connection, now)
        try:
            agent = self.agents.read(caller, now)
            found = self.feed.page_and_listeners(caller.agent_id, after, PAGE)
            self._make_room(connection, found.listeners, now)
            page = self._read(caller.agent_id, after, now, found.events)
            self.leases.renew(caller, agent, now)
            self.audience.join(agent, found.joined, now)
            hello = [frames.text(self._hello(connection, now))] if is_first else []
        except Exception:
            if is_first:  # so that the next `resume` is the first again
                self.posting.listeners.remove(caller.agent_id, connection.connection_id)
            raise
        if not self._send(connection, hello):
            return None
        return self._catch_up(connection, page, now)

    def _make_room(self, connection: Connection, listeners: Sequence[Item], now: datetime) -> None:
        """End the connections that pinged longest ago, until ten get events, this one included.

        Most of them are lost: their clients connected again. Each connection writes its listener
        before it counts, so the last one sees all others.
        """
        live = [each for each in sockets(listeners) if is_live(each, now)]
        others = [each for each in live if connection_of(each) != connection.connection_id]
        others.sort(key=lambda each: (each["purge_at"], each["connected_at"]))
        self.posting.each(others[: -(MOST_CONNECTIONS - 1)], self.posting.hang_up)

    def _hello(self, connection: Connection, now: datetime) -> frames.HelloFrame:
        agent_id = connection.caller.agent_id
        return frames.HelloFrame(
            agent_id=agent_id,
            server_time=now,
            ping_seconds=int(PING_EVERY.total_seconds()),
            closes_at=connection.closes_at,
            contacts_online=self.online.of(agent_id, now),
        )

    def _catch_up(
        self, connection: Connection, page: FeedPage | frames.GoneFrame, now: datetime
    ) -> frames.GoneFrame | None:
        """Send the events of the page and of all pages after it."""
        agent_id = connection.caller.agent_id
        while isinstance(page, FeedPage):
            if not self._send(connection, self._texts(page)) or not page.has_more:
                return None
            page = self._read(agent_id, page.next_after, now)
        return page

    def _read(
        self,
        agent_id: str,
        after: Position,
        now: datetime,
        found: Sequence[Item] | None = None,
    ) -> FeedPage | frames.GoneFrame:
        try:
            return self.feed.read(agent_id, after, PAGE, now, consistent=True, found=found)
        except PositionGoneError as error:
            return frames.GoneFrame(oldest_position=error.members["oldest_position"])

    def ack(self, connection: Connection, frame: frames.AckAction, now: datetime) -> None:
        """Acknowledge all events up to a position.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
            BadPositionError: the position is not one of the agent's feed.
        """
        caller = connection.caller
        self.agents.read(caller, now)
        self.feed.acknowledge(caller.agent_id, frame.position, DeliveredVia.SOCKET, now)

    def ping(self, connection: Connection, now: datetime) -> frames.PongFrame:
        """Let the connection get events, and its agent be online, for ten more minutes.

        The agent also stays in the audiences of its capabilities.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
            NotResumedError: the connection gets no events.
        """
        caller = connection.caller
        agent = self.agents.read(caller, now)
        if not self.posting.listeners.renew(connection, now):
            raise NotResumedError("This connection gets no events.")
        self.leases.renew(caller, agent, now)
        self.audience.renew(agent, now)
        newest = self.feed.newest(caller.agent_id)
        if connection.is_closing(now):
            closing = frames.ClosingFrame(closes_at=connection.closes_at)
            self._send(connection, [frames.text(closing)])
        return frames.PongFrame(expires_at=now + LASTS, position=newest.to_text(caller.agent_id))

    def typing(self, connection: Connection, frame: frames.TypingAction, now: datetime) -> None:
        """Tell the other agent that the caller is writing, if it takes messages from the caller.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        caller, to = connection.caller, frame.to_agent_id
        if to is None or to == caller.agent_id:  # there are no channels yet
            self.agents.read(caller, now)
            return
        keys = [
            self.agents.key(caller.agent_id),
            self.agents.key(to),
            self.contacts.key(to, caller.agent_id),
        ]
        own, other, contact = batch_get(self.client, keys, consistent=True)
        require_active(caller, own, now)
        if other is None or has_left(other):
            return
        allowed = verdict(parse(other).contact_policy, parse_contact(contact, now))
        if allowed is not Verdict.DELIVER or not self.posting.listeners.note_typing(
            connection, now
        ):
            return
        told = frames.text(frames.TypingFrame(from_agent_id=caller.agent_id))
        listeners = self.posting.listeners.of_agent(to)
        self.posting.each(
            [each for each in listeners if is_live(each, now)],
            lambda agent_id, connection_id: self.posting.send(agent_id, connection_id, [told]),
        )

    def subscribe(self, frame: frames.SubscribeAction | frames.UnsubscribeAction) -> None:
        """Refuse each channel, because there are none yet.

        Raises:
            ChannelNotFoundError: always.
        """
        raise ChannelNotFoundError(
            "You are a member of no channel with this `channel_id`.",
            fix=f"Do not send `{frame.action}`. This server has no channels yet.",
        )

    def _send(self, connection: Connection, texts: Iterable[str]) -> bool:
        return self.posting.send(connection.caller.agent_id, connection.connection_id, texts)

    def _texts(self, page: FeedPage) -> Iterator[str]:
        """Yield the frames of a page's events while there is time to send them.

        Raises:
            OutOfTimeError: there is no more.
        """
        for event in page.events:
            if deadline.left() < SECONDS_FOR_AN_EVENT + longest_call(self.client):
                raise OutOfTimeError(
                    "The server had no time left to send more events.", fix=_go_on_after(event)
                )
            yield frames.event_text(event)


def _go_on_after(event: Event) -> str:
    """Say how to get an event that was not sent, and those after it."""
    again: dict[str, str] = {"action": "resume"}
    if event.previous is not None:
        again["after"] = event.previous.to_text(event.agent_id)
    return f"Send `{json.dumps(again, separators=(',', ':'))}` to get the others."
