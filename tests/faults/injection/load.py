"""What the clients of the load do, chosen by a seeded dice: every kind of call, contested orders.

Several clients speak for each agent, so they accept, reject and complete the same orders at once,
while the orders' own clients cancel them and the clock and the sweep end them.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from agent_messaging import clock
from tests.faults.injection.client import Client, Request
from tests.faults.injection.history import MARKS, Operation
from tests.faults.injection.instance import TEMPLATE, running_for

SOON = timedelta(seconds=1)
FAR = timedelta(days=400)


@dataclass
class Load:
    """One client and what it knows: its peers, its messages, its orders, its own entries."""

    client: Client
    name: str
    peers: Sequence[str]
    strangers: Sequence[str]
    is_first: bool  # of the clients of its agent
    written: int = 0
    waiting: list[str] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    offered: list[str] = field(default_factory=list)
    received: list[tuple[str, str]] = field(default_factory=list)

    @property
    def random(self) -> random.Random:
        return self.client.random

    def warm_up(self) -> None:
        """Connect and be authorized, so that those who begin together are together."""
        self.look_at_presence()
        self.client.history.clear()

    def run(self, operations: int) -> None:
        """So many operations, and then those again whose answers were lost."""
        while len(self.client.history) < operations:
            [act] = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))
            act(self)
        self.client.ask_again()

    def ping(self) -> None:
        operation = self._operation("ping", self.random.choice(self.peers))
        operation = self._sending(operation, to_agent_id=operation.target, message=operation.mark)
        self.client.write(operation, "/messaging/ping", operation.sent)

    def send(self) -> None:
        operation = self._message()
        self._remember(self.client.write(operation, "/messaging/send", operation.sent))

    def send_without_key(self) -> None:
        operation = self._operation_as(self._message(), is_repeatable=False)
        request = Request("POST", "/messaging/send", operation.sent)
        self._remember(self.client.perform(operation, request))

    def look_into_inbox(self) -> None:
        done = self._read("inbox", "/messaging/inbox")
        self.waiting = [each["message_id"] for each in (done.answer or {}).get("messages", [])]

    def mark_read(self) -> None:
        if not self.waiting:
            self.look_into_inbox()
            return
        message_id = self.waiting.pop(self.random.randrange(len(self.waiting)))
        request = Request("POST", f"/messaging/mark-read/{message_id}")
        self.client.perform(self._operation("mark_read", message_id), request)

    def read_own(self) -> None:
        if not self.sent:
            self.send()
            return
        message_id = self.random.choice(list(self.sent))
        self._read("read", f"/messaging/messages/{message_id}", message_id, self.sent[message_id])

    def create(self) -> None:
        operation = self._operation("create", self.random.choice(self.peers))
        sent = {
            "to_agent_id": operation.target,
            "title": operation.mark,
            "description": f"Fifty estimates, please. {operation.mark}",
            "requirements": {"number": self.random.randrange(10**12), "rate": 0.1},
        }
        if self.random.random() < 0.1:
            sent["deadline_at"] = clock.to_text(clock.now() + SOON)
        operation = self._sending(operation, **sent)
        done = self.client.write(operation, "/messaging/work-order", sent)
        if done.answer:
            self.offered.append(done.answer["work_order_id"])

    def list_orders(self) -> None:
        done = self._read("list", "/messaging/work-orders")
        found = (done.answer or {}).get("work_orders", [])
        self.received = [(each["work_order_id"], each["status"]) for each in found]

    def work(self) -> None:
        if not self.received:
            self.list_orders()
            return
        # The newest as a rule, which the others see as well.
        position = self.random.choice([0, 0, 0, self.random.randrange(len(self.received))])
        order_id, status = self.received.pop(position)
        kinds = NEXT.get(status) if self.random.random() < 0.9 else None
        done = self.move(self.random.choice(kinds or list(NEXT_OF_ANY)), order_id)
        if done.kind == "accept" and done.answer:
            self.received.insert(0, (order_id, "accepted"))

    def withdraw(self) -> None:
        if self.offered:
            self.move("cancel", self.random.choice(self.offered))

    def move(self, kind: str, order_id: str) -> Operation:
        """One transition, by whoever this client speaks for."""
        operation = self._operation(kind, order_id)
        if kind == "accept":
            # Its mark is a time of its own.
            moment = clock.now() + FAR * self.random.uniform(1, 9)
            operation = self._operation_as(operation, mark=clock.to_text(moment))
        route = "respond" if kind in ("accept", "reject") else kind
        name = "rejection_reason" if kind == "reject" else MARKS[kind]
        action = {"action": kind} if route == "respond" else {}
        operation = self._sending(operation, **action, **{name: operation.mark})
        path = f"/messaging/work-order/{order_id}/{route}"
        return self.client.write(operation, path, operation.sent)

    def say_presence(self) -> None:
        if self.is_first:
            operation = self._operation("presence", "itself")
            body = {"status_message": operation.mark}
            self.client.perform(operation, Request("PUT", "/messaging/presence", body))

    def keep_contact(self) -> None:
        stranger = self.random.choice(self.strangers)
        path = f"/messaging/contacts/{stranger}"
        state = self.random.choice(["allowed", "blocked"])
        operation = self._operation_as(self._operation("contact", stranger), mark=state)
        self.client.perform(operation, Request("PUT", path, {"state": state}))

    def beat(self) -> None:
        self.client.perform(
            self._operation("heartbeat", "itself"), Request("POST", "/messaging/heartbeat")
        )

    def look_at_presence(self) -> None:
        peer = self.random.choice(self.peers or [self.client.agent_id])
        self._read("presence of", f"/messaging/presence/{peer}", peer)

    def sweep(self) -> None:
        """What the schedule does; it repeats itself a minute later, so a failure is nothing."""
        name = "WorkOrdersSweepFunction"
        handler = self.client.instance.app(name).handler
        try:
            handler({}, running_for(TEMPLATE.functions[name].timeout))
        except Exception:  # noqa: BLE001 - whatever was injected
            self.client.instance.injector.counts["failed sweeps"] += 1

    # --- what they have in common

    def _operation(self, kind: str, target: str) -> Operation:
        self.written += 1
        mark = f"{self.name} {self.written} “{self.random.getrandbits(48):x}” ☂"
        return Operation(self.client.agent_id, kind, target, mark)

    @staticmethod
    def _operation_as(operation: Operation, **changes: object) -> Operation:
        return Operation.from_json({**operation.to_json(), **changes})

    def _sending(self, operation: Operation, **sent: object) -> Operation:
        return self._operation_as(operation, sent=sent)

    def _message(self) -> Operation:
        operation = self._operation("send", self.random.choice(self.peers))
        return self._sending(
            operation,
            to_agent_id=operation.target,
            body=operation.mark,
            subject=f"About {operation.mark}",
            priority=self.random.randrange(11),
            type=self.random.choice(["chat_message", "contact_request"]),
            metadata={"of": self.name, "values": [self.random.random(), None, "ü"]},
        )

    def _remember(self, done: Operation) -> None:
        if done.answer:
            self.sent[done.answer["message_id"]] = done.mark

    def _read(self, kind: str, path: str, target: str = "", mark: str = "") -> Operation:
        return self.client.perform(
            Operation(self.client.agent_id, kind, target, mark), Request("GET", path)
        )


NEXT = {"pending": ["accept", "accept", "accept", "reject"], "accepted": ["complete", "fail"]}
NEXT_OF_ANY = ("accept", "reject", "complete", "fail")
WEIGHTS: dict[Callable[[Load], None], int] = {
    Load.send: 20,
    Load.send_without_key: 4,
    Load.ping: 10,
    Load.look_into_inbox: 4,
    Load.mark_read: 12,
    Load.read_own: 6,
    Load.create: 16,
    Load.list_orders: 4,
    Load.work: 32,
    Load.withdraw: 5,
    Load.say_presence: 4,
    Load.keep_contact: 4,
    Load.beat: 3,
    Load.look_at_presence: 2,
    Load.sweep: 1,
}
