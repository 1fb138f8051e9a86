"""Operations of agents that listen: what the relay, connections and webhooks do for them.

The agents are new, so what other operations read stays as it is. Posts to connections arrive in
this process. `Receiver` answers in place of the network that the sender of webhooks calls.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest.mock import patch

from agent_messaging import clock
from agent_messaging.feed.outbox_item import POSITION
from agent_messaging.storage.table import encode
from agent_messaging.webhooks.egress import Failure, Result
from agent_messaging.webhooks.job import parse
from benchmarks import heard, hints
from local.in_process import memory
from local.in_process.functions import app
from local.in_process.metering import Change
from local.in_process.runtime import Context
from local.in_process.sockets import DOMAIN, SOURCE_IP, Socket
from local.sockets import events
from local.sockets.events import Handshake, Moment, Place

BATCH = 100  # records that the relay gets at most
# The receivers of webhooks. One accepts each event, the other none.
WORKS, FAILS = "https://hooks.example.com/works", "https://hooks.example.com/fails"
MESSAGES, OUTBOX = "AgentMessagesTable", "AgentOutboxTable"
DELIVERIES, QUEUE = "WebhookDeliveriesTable", "WebhooksQueue"

Operation = tuple[str, Callable[[], Any]]


class Receiver:
    """Answers in place of the receivers of webhooks, after 20 milliseconds."""

    def post(self, url: str, _headers: Mapping[str, str], _body: bytes) -> Result:
        """Answer by the URL."""
        if url == WORKS:
            return Result(204, None, 20)
        return Result(503, Failure.STATUS, 20)


class Listeners:
    """Agents that listen in different ways, each with an event in its feed."""

    def __init__(self, workload: Any) -> None:
        self.workload = workload
        self.cloud = workload.cloud
        self._numbers = itertools.count(1)
        names = ("idle", "connected", "hooked", "failing")
        self.keyed = {name: self._register(name) for name in names}
        for name, url in (("hooked", WORKS), ("failing", FAILS)):
            self._call("POST", "/messaging/webhooks", name, {"url": url})
        self.socket = self.connect("connected")
        self.socket.send(action="resume")
        for name in names:
            self.relay([self.message(name)])

    def operations(self) -> Iterator[Operation]:
        """Yield all operations."""
        yield from self.relayed()
        yield from self.connections()
        yield from self.attempts()
        yield from self.sweeps()
        yield from hints.operations(self)

    def relayed(self) -> Iterator[Operation]:
        """Yield batches of the relay. It remembers the end of each feed, except of one."""
        idle = self.message("idle")
        yield "relay one event", self._relay([idle])
        app("relay").relay.feed.appender.forget()
        yield "relay one event, the feed's end unknown", self._relay([idle])
        for name, way in (("connected", "socket"), ("hooked", "webhook")):
            change = self.message(name)
            self.relay([change])
            yield f"relay one event to a {way}", self._relay([change])
        yield f"relay {BATCH} events of one agent", self._relay([idle] * BATCH)
        others = [_to(f"agent-{number:03}", idle) for number in range(BATCH)]
        self.relay(others)
        yield f"relay events of {BATCH} agents", self._relay(others)

    def connections(self) -> Iterator[Operation]:
        """Yield what a connection causes, from its handshake to its end."""
        key = {"Authorization": f"Bearer {self.workload.register('keyed')}"}
        ticket = self._call("POST", "/messaging/feed/ticket", "connected")["ticket"]
        yield "socket, authorize a key", self._authorize(headers=key)
        yield "socket, authorize a ticket", self._authorize(query={"ticket": ticket})
        yield "socket, connect", lambda: self.connect("connected")
        before, newest = (each["position"] for each in self.socket.take()[-2:])
        self.socket.end()
        socket, other = self.connect("connected"), self.connect("idle")
        other.send(action="resume", after="latest")
        yield "socket, resume", lambda: socket.send(action="resume", after=newest)
        yield "socket, ping", lambda: socket.send(action="ping")
        yield "socket, typing", lambda: socket.send(action="typing", to_agent_id="idle")
        self._call("POST", "/messaging/feed/ack", "connected", {"position": before})
        old = self._acknowledged("connected")
        yield "socket, ack", lambda: socket.send(action="ack", position=newest)
        change = self._acknowledged("connected")._replace(before=old.after)
        yield "relay one acknowledgement", self._relay([change], "MODIFY")
        yield "socket, disconnect", socket.end

    def attempts(self) -> Iterator[Operation]:
        """Yield attempts of webhooks: a successful one, and the first three of one that fails."""
        self.relay([self.message("hooked")])
        yield "webhook, attempt", self._attempt()
        self.relay([self.message("failing")])
        yield "webhook, attempt that fails", self._attempt()
        yield "webhook, attempt that fails again", self._attempt()
        yield "webhook, attempt that is put off", self._attempt()

    def sweeps(self) -> Iterator[Operation]:
        """Yield the sweep of webhooks."""
        self._forget_due()
        self.relay([self.message("hooked")])
        job, now = parse(memory.queued(QUEUE)[-1]), clock.now()
        yield "webhook sweep, none due", lambda: app("webhook_sweep").handler({}, Context())
        app("webhook_sweep").deliveries.create_due(job, now, now)
        yield "webhook sweep, one due", lambda: app("webhook_sweep").handler({}, Context())

    def _forget_due(self) -> None:
        """Take the deliveries of other operations out of the index. Some are due after a minute."""
        for item in self.cloud.items(DELIVERIES):
            if "due_at" in item:
                key = {name: item[name] for name in ("webhook_id", "event_id")}
                self.cloud.change(DELIVERIES, key, due_at=None, due_shard=None)

    def message(self, agent_id: str) -> Change:
        """Send a message to an agent, and return what that stored."""
        key = {
            "recipient_id": agent_id,
            "message_id": self.workload.send("nova", agent_id)["message_id"],
        }
        return Change(MESSAGES, encode(key), None, encode(self.cloud.read(MESSAGES, **key)))

    def relay(self, changes: Sequence[Change]) -> None:
        """Let the relay handle a batch."""
        self._relay(changes)()

    def connect(self, agent_id: str) -> Socket:
        """Open a connection of an agent that the authorizer has allowed."""
        context = {name: str(value) for name, value in self.keyed[agent_id].items()}
        found: Socket = self.cloud.sockets.connect(context=context)
        return found

    def _relay(self, changes: Sequence[Change], name: str = "INSERT") -> Callable[[], Any]:
        records = [heard.record_of(each, next(self._numbers), name) for each in changes]
        return lambda: app("relay").handler({"Records": records}, Context())

    def _register(self, agent_id: str) -> Mapping[str, Any]:
        self.workload.agents[agent_id] = agent = self.cloud.register(agent_id)
        keyed: Mapping[str, Any] = agent.keyed
        return keyed

    def _call(self, method: str, path: str, agent_id: str, body: Any = None) -> Any:
        return self.workload.call(method, path, agent_id, body)

    def _authorize(self, **sent: Mapping[str, str]) -> Callable[[], Any]:
        headers, query = ({**sent.get(name, {})}.items() for name in ("headers", "query"))
        now = clock.now()
        place = Place("connection=", now, "live", DOMAIN, SOURCE_IP, "benchmark")
        handshake = Handshake(tuple(headers), tuple(query), SOURCE_IP)
        event = events.authorizer_event(place, handshake, Moment("request=", now))
        return lambda: app("sockets_authorizer").handler(event, Context())

    def _acknowledged(self, agent_id: str) -> Change:
        """Return how far an agent has acknowledged its feed, as if it were stored now."""
        key = {"agent_id": agent_id, "entry": POSITION}
        return Change(OUTBOX, encode(key), None, encode(self.cloud.read(OUTBOX, **key)))

    def _attempt(self) -> Callable[[], Any]:
        """Return the attempt of the newest job in the queue."""
        records = [{"messageId": "1", "body": memory.queued(QUEUE)[-1]}]
        sender = app("webhook_sender")

        def attempt() -> None:
            with patch.object(sender.sender, "egress", Receiver()):
                sender.handler({"Records": records}, Context())

        return attempt


def _to(agent_id: str, change: Change) -> Change:
    """Return a stored message as one to another agent."""
    recipient = {"recipient_id": {"S": agent_id}}
    key, item = {**change.key, **recipient}, {**(change.after or {}), **recipient}
    return change._replace(key=key, after=item)
