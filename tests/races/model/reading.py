"""Rules that read, and the comparison of everything at the end of a run."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.races.model import agents, contacts, messages, orders, presence
from tests.races.model.machine import Machine
from tests.races.model.values import KINDS, STATUSES, limits, names, picks
from tests.races.model.world import Document


class Reading(Machine):
    """What can be read, at any moment and at the end."""

    @rule(
        what=st.sampled_from(["inbox", "inbox", "sent", "thread", "message"]),
        pick=picks,
        which=picks,
        status=st.sampled_from([None, "pending", "read"]),
        kind=st.sampled_from([None, *KINDS]),
        limit=limits,
    )
    def read_messages(
        self, what: str, *, pick: int, which: int, status: str | None, kind: str | None, limit: int
    ) -> None:
        caller, threads, messages = self.caller(pick), [*self.world.threads], [*self.world.messages]
        if what == "inbox":
            self.see_inbox(caller, status, kind, limit)
        elif what == "sent":
            self.see_sent(caller, limit)
        elif what == "thread" and threads:
            self.see_thread(caller, self.choose(threads, which), limit)
        elif what == "message" and messages:
            self.see_message(caller, self.choose(messages, which))

    @rule(
        pick=picks,
        which=st.none() | picks,
        role=st.sampled_from(["worker", "client"]),
        status=st.sampled_from([None, *STATUSES]),
        limit=limits,
    )
    def read_orders(
        self, pick: int, which: int | None, role: str, status: str | None, limit: int
    ) -> None:
        caller, orders = self.caller(pick), [*self.world.orders]
        if which is None:
            self.see_orders(caller, role, status, limit)
        elif orders:
            self.see_order(caller, self.choose(orders, which))

    @rule(
        what=st.sampled_from(["itself", "another", "contacts"]),
        pick=picks,
        other=names,
        state=st.sampled_from([None, "held", "allowed", "blocked"]),
        limit=limits,
    )
    def read_agents(self, what: str, pick: int, other: str, state: str | None, limit: int) -> None:
        caller = self.caller(pick)
        if what == "itself":
            self.see_own(caller)
        elif what == "another":
            self.see_presence(caller, other)
            self.see_contact(caller, other)
        else:
            self.see_contacts(caller, state, limit)

    # --- each of them for one agent

    def see_inbox(self, caller: str, status: str | None, kind: str | None, limit: int) -> None:
        query = {"status": status, "type": kind, "limit": limit}
        expect = lambda: messages.inbox(self.world, caller, status, kind)  # noqa: E731
        self.see_all("/messaging/inbox", caller, query, "messages", expect)

    def see_sent(self, caller: str, limit: int) -> None:
        expect = lambda: messages.sent(self.world, caller)  # noqa: E731
        self.see_all("/messaging/sent", caller, {"limit": limit}, "messages", expect)

    def see_thread(self, caller: str, thread_id: str, limit: int) -> None:
        path = f"/messaging/threads/{thread_id}"
        expect = lambda: messages.thread(self.world, caller, thread_id)  # noqa: E731
        self.see_all(path, caller, {"limit": limit}, "messages", expect)

    def see_message(self, caller: str, message_id: str) -> None:
        path = f"/messaging/messages/{message_id}"
        self.see(path, caller, lambda: messages.read(self.world, caller, message_id))

    def see_orders(self, caller: str, role: str, status: str | None, limit: int) -> list[Document]:
        query = {"role": role, "status": status, "limit": limit}
        expect = lambda: orders.listed(self.world, caller, role, status, self.bench.now)  # noqa: E731
        return self.see_all("/messaging/work-orders", caller, query, "work_orders", expect)

    def see_order(self, caller: str, work_order_id: str) -> None:
        path = f"/messaging/work-order/{work_order_id}"
        now = self.bench.now
        self.see(path, caller, lambda: orders.read(self.world, caller, work_order_id, now))

    def see_contacts(self, caller: str, state: str | None, limit: int) -> None:
        query = {"state": state, "limit": limit}
        expect = lambda: contacts.listed(self.world, caller, state)  # noqa: E731
        self.see_all("/messaging/contacts", caller, query, "contacts", expect)

    def see_contact(self, caller: str, other: str) -> None:
        path = f"/messaging/contacts/{other}"
        self.see(path, caller, lambda: contacts.read(self.world, caller, other))

    def see_presence(self, caller: str, other: str) -> None:
        path = f"/messaging/presence/{other}"
        now = self.bench.now
        self.see(path, caller, lambda: presence.read(self.world, caller, other, now))

    def see_own(self, caller: str) -> None:
        now = self.bench.now
        expect = lambda: agents.profile(self.world, caller, now)  # noqa: E731
        self.see("/agents/me", caller, expect, whole=False)
        counted = lambda: presence.stats(self.world, caller, now)  # noqa: E731
        self.see("/messaging/stats", caller, counted, whole=False)

    def compare_everything(self) -> list[tuple[str, str]]:
        """Every document that any agent can read; the transitions, as the API tells of them."""
        made: list[tuple[str, str]] = []
        # Orders first: who reads one that is overdue makes messages.
        for caller in self.world.agents:
            self.see_orders(caller, "worker", None, 50)
            for order in self.see_orders(caller, "client", None, 50):
                made += steps_of(order)
        others = [*self.world.agents]
        for caller, other in zip(others, others[1:] + others[:1], strict=True):
            self.see_own(caller)
            self.see_presence(other, caller)
            self.see_inbox(caller, None, None, 50)
            self.see_inbox(caller, "pending", None, 50)
            self.see_sent(caller, 50)
            self.see_contacts(caller, None, 50)
        messages = Counter(message["thread_id"] for message in self.world.messages.values())
        for thread_id in (each for each, number in messages.items() if number > 1):
            self.see_thread(min(self.world.threads[thread_id]), thread_id, 50)
        return made


def steps_of(order: Document) -> list[tuple[str, str]]:
    """The transitions that have brought an order to where it is."""
    made = [("pending", "accepted")] if order["accepted_at"] else []
    made += [("accepted", "input_required")] if order["asked_at"] else []
    made += [("input_required", "accepted")] if order["answered_at"] else []
    if order["is_final"]:
        asked, answered = order["asked_at"] or "", order["answered_at"] or ""
        last = "input_required" if asked > answered else "accepted"
        made.append((last if made else "pending", order["status"]))
    return made
