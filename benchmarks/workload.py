"""A workload of two agents: each operation of the API once, as on a deployed stack.

Nova and Boots are contacts. Both call with keys. A message has about a kilobyte. An order is as
long as a typical one.
"""

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import events, pools, unasked
from benchmarks.listeners import Listeners
from local.in_process.functions import app
from local.in_process.host import Host
from local.in_process.runtime import Context

KILOBYTE = "x" * 500
PAGE = 20
PAGE_TEXT = "x" * 400
WAITING = 150
LONG_TEXT = "x" * 16 * 1024
# As long as a typical order.
ORDINARY = {
    "title": "Cost Estimates for 50 Products",
    "description": "Need detailed cost breakdowns for 50 product opportunities",
    "requirements": {"deadline": "24 hours", "format": "JSON with landed cost + margin analysis"},
    "budget_usd": 14999.99,  # no trailing zeros, because engines treat them differently
}
LARGE = {"description": "x" * 60 * 1024, "requirements": {"all": "x" * 40 * 1024}}  # 100 KB
ANSWERED = range(200, 300)

# An operation and its name.
Operation = tuple[str, Callable[[], Any]]


KEYS = "/.well-known/agent-messaging-keys.json"


class Workload:
    """Two agents with empty tables. Each method yields operations in order."""

    def __init__(self, cloud: Host) -> None:
        self.cloud = cloud
        self.agents = {
            name: cloud.register(name, capabilities=["a", "b"]) for name in ("nova", "boots")
        }
        for sender, recipient in (("nova", "boots"), ("boots", "nova")):
            self.send(sender, recipient, "Hello.")

    def call(
        self, method: str, path: str, agent: str = "nova", body: Any = None, **more: Any
    ) -> Any:
        """Call the API with an agent's key and return the answer."""
        caller = self.agents[agent].keyed
        answer = self.cloud.call(method, path, body=body, caller=caller, **more)
        if answer.status not in ANSWERED:
            raise RuntimeError(f"{method} {path}: {answer.text}")
        return answer.json if answer.text else None

    def send(
        self,
        sender: str,
        recipient: str,
        text: str = KILOBYTE,
        key: str | None = None,
        **more: Any,
    ) -> Any:
        """Send a message and return the answer."""
        body = {"to_agent_id": recipient, "body": text, **more}
        return self.call("POST", "/messaging/send", sender, body, key=key)

    def offer(self, key: str | None = None, **order: Any) -> str:
        """Create a pending order from Nova to Boots and return its id."""
        body = {"to_agent_id": "boots", **ORDINARY, **order}
        path = "/messaging/work-order"
        return str(self.call("POST", path, body=body, key=key)["work_order_id"])

    def move(self, order: str, step: str, agent: str = "boots", **more: Any) -> Any:
        """Make a transition of an order."""
        bodies = {
            "accept": {"action": "accept"},
            "reject": {"action": "reject"},
            "complete": {"summary": "All done.", "result_url": "https://example.com/result"},
        }
        name = "respond" if step in ("accept", "reject") else step
        path = f"/messaging/work-order/{order}/{name}"
        return self.call("POST", path, agent, bodies.get(step, {}), **more)

    def operations(self) -> Iterator[Operation]:
        """Yield all operations."""
        yield from self.messaging()
        yield from self.feed()
        yield from self.presence()
        yield from self.orders()
        yield from self.large_orders()
        yield from self.leases()
        yield from pools.operations(self)
        yield from self.contacts()
        yield from self.webhooks()
        yield from self.statistics()
        yield from unasked.streams(self)
        yield from self.directory()
        yield from self.long_messages()
        yield from self.held()
        yield from Listeners(self).operations()
        yield from unasked.pages()

    def messaging(self) -> Iterator[Operation]:
        """Yield sending, listing and reading messages."""
        ping = {"to_agent_id": "boots", "message": "Are you there?"}
        sent = self.send("nova", "boots")
        one = f"/messaging/messages/{sent['message_id']}"
        yield "ping", lambda: self.call("POST", "/messaging/ping", body=ping)
        yield "send", lambda: self.send("nova", "boots")
        yield "send, with a key", lambda: self.send("nova", "boots", key="send")
        reply = {"reply_to_id": sent["message_id"]}
        yield "send, a reply", lambda: self.send("boots", "nova", **reply)
        yield "send, a reply with a key", lambda: self.send("boots", "nova", key="r", **reply)
        yield from self.inbox()
        page = {"limit": PAGE}
        yield "sent", lambda: self.call("GET", "/messaging/sent", "boots", query=page)
        thread = f"/messaging/threads/{sent['thread_id']}"
        yield "thread", lambda: self.call("GET", thread, query=page)
        yield "message", lambda: self.call("GET", one)
        read = f"/messaging/mark-read/{sent['message_id']}"
        yield "mark-read", lambda: self.call("POST", read, "boots", {})
        yield "mark-read, again", lambda: self.call("POST", read, "boots", {})
        ids = {"message_ids": [self.send("nova", "boots")["message_id"] for _ in range(10)]}
        yield "mark-read, ten", lambda: self.call("POST", "/messaging/mark-read", "boots", ids)

    def inbox(self) -> Iterator[Operation]:
        """Yield pages of pending messages. The first counts them. The cursor has the total."""
        for _ in range(WAITING):
            self.send("boots", "nova", PAGE_TEXT)
        page = {"limit": PAGE, "status": "pending"}

        def read(**more: Any) -> Any:
            return self.call("GET", "/messaging/inbox", query={**page, **more})

        after = {"cursor": read()["next_cursor"]}
        yield "inbox page of 20 × 400 B and its total", read
        yield "inbox page of 20 × 400 B", lambda: read(**after)
        every = {"limit": PAGE}
        yield "inbox, all", lambda: self.call("GET", "/messaging/inbox", query=every)

    def feed(self) -> Iterator[Operation]:
        """Yield the operations of a feed with eleven events. The last one is already known."""
        path = "/messaging/feed"
        *_, known, last = events.append(app("feed"), "boots", range(1, 12))
        end, position = ({"after": each.position.to_text("boots")} for each in (last, known))
        ack = {"position": position["after"]}
        yield "feed, ten events", lambda: self.call("GET", path, "boots", query={"limit": 10})
        yield "feed, one event", lambda: self.call("GET", path, "boots", query=position)
        yield "feed, nothing new", lambda: self.call("GET", path, "boots", query=end)
        yield (
            "feed, wait for one",
            lambda: self.call("GET", f"{path}/wait", "boots", query=position),
        )
        yield "feed, acknowledge", lambda: self.call("POST", f"{path}/ack", "boots", ack)
        yield "feed, ticket", lambda: self.call("POST", f"{path}/ticket", "boots")

    def presence(self) -> Iterator[Operation]:
        """Yield the operations of presence."""
        update = {"status_message": "Available.", "accepts_work_orders": True}
        self.call("POST", "/messaging/heartbeat", "boots")
        yield "heartbeat", lambda: self.call("POST", "/messaging/heartbeat", "boots")
        yield "presence", lambda: self.call("GET", "/messaging/presence/boots")
        yield "presence, set", lambda: self.call("PUT", "/messaging/presence", "boots", update)
        yield "go offline", lambda: self.call("DELETE", "/messaging/presence", "boots")

    def orders(self) -> Iterator[Operation]:
        """Yield orders in all states."""
        self.offer()  # it finds the chunks that the other function has filled
        yield "create order", self.offer
        due = "2036-01-01T00:00:00Z"
        yield "create order, with a deadline", lambda: self.offer(deadline_at=due)
        yield "create order, with a key", lambda: self.offer(key="create")
        one, keyed, rejected, cancelled, failed = (self.offer() for _ in range(5))
        worker = {"role": "worker", "limit": PAGE}
        yield (
            "work-orders",
            lambda: self.call("GET", "/messaging/work-orders", "boots", query=worker),
        )
        yield "work-order", lambda: self.call("GET", f"/messaging/work-order/{one}")
        yield from self.children()
        yield "accept", lambda: self.move(one, "accept")
        yield "accept, with a key", lambda: self.move(keyed, "accept", key="accept")
        yield "complete", lambda: self.move(one, "complete")
        yield "complete, with a key", lambda: self.move(keyed, "complete", key="complete")
        yield "reject", lambda: self.move(rejected, "reject")
        yield "cancel", lambda: self.move(cancelled, "cancel", "nova")
        self.move(failed, "accept")
        yield "fail", lambda: self.move(failed, "fail")
        self.cloud.overdue(self.offer())
        yield "sweep, one overdue", lambda: app("work_orders_sweep").handler({}, Context())
        yield "sweep, none overdue", lambda: app("work_orders_sweep").handler({}, Context())
        yield "transcript", lambda: self.call("GET", f"/messaging/work-order/{one}/transcript")
        request = {"routeKey": f"GET {KEYS}", "requestContext": {"requestId": "x"}}
        yield KEYS, lambda: app("work_orders_transcript").handler(request, Context())

    def leases(self) -> Iterator[Operation]:
        """Yield what an order with a lease needs while its worker works, and when it dies."""
        sweep = lambda: app("work_orders_sweep").handler({}, Context())  # noqa: E731
        leased, asked, dead, late = (self.offer(lease_seconds=3600) for _ in range(4))
        yield "create order, with a lease", lambda: self.offer(lease_seconds=3600)
        yield "accept, with a lease", lambda: self.move(leased, "accept")
        for order in (asked, dead, late):
            self.move(order, "accept")
        report = {"percent": 40, "note": "20 of 50 done."}
        yield "progress", lambda: self.report(leased, "progress", report)
        partial = {"partial_result": {"estimates": 20}}
        yield "progress, with a result", lambda: self.report(leased, "progress", partial)
        question = {"question": "In which currency?"}
        yield "ask", lambda: self.report(asked, "ask", question)
        answer = {"answer": "US dollars."}
        yield "answer", lambda: self.report(asked, "answer", answer, "nova")
        yield "work-order, with a question", lambda: self.report(asked, "", None)
        self.cloud.lapse(late)
        yield "sweep, one lapsed", sweep
        self.cloud.come_early(dead)
        yield "sweep, one renewed", sweep
        due = self.offer(deadline_at="2036-01-01T00:00:00Z")
        self.move(due, "accept")
        self.cloud.overdue(due)
        yield "sweep, one accepted and overdue", sweep
        for order in (leased, asked, dead, due):  # so that Boots can leave
            self.move(order, "fail")

    def report(self, order: str, step: str, body: Any, agent: str = "boots") -> Any:
        """Call a route of an order, or read the order."""
        path = f"/messaging/work-order/{order}"
        if not step:
            return self.call("GET", path, agent)
        return self.call("POST", f"{path}/{step}", agent, body)

    def children(self) -> Iterator[Operation]:
        """Yield orders that Boots gives back to Nova as parts of its own."""
        first, second = (self.offer(budget_usd=100) for _ in range(2))
        for parent in (first, second):
            self.move(parent, "accept")
        self.part(first)
        self.part(second)
        path = f"/messaging/work-order/{first}/children"
        yield "create child", lambda: self.part(first)
        yield "create child, with a key", lambda: self.part(first, key="child")
        yield "children", lambda: self.call("GET", path)
        yield "cancel, with one child", lambda: self.move(second, "cancel", "nova")
        self.move(first, "cancel", "nova")

    def part(self, parent: str, key: str | None = None) -> str:
        """Create a child of an order and return its id."""
        body = {"to_agent_id": "nova", **ORDINARY, "budget_usd": 20, "parent_id": parent}
        path = "/messaging/work-order"
        return str(self.call("POST", path, "boots", body, key=key)["work_order_id"])

    def large_orders(self) -> Iterator[Operation]:
        """Yield orders with long parts, and many at once."""
        yield "create order, 500 characters", lambda: self.offer(description=KILOBYTE)
        yield "create order, 100 KB", lambda: self.offer(**LARGE)
        one, rejected = (self.offer(**LARGE) for _ in range(2))
        yield "work-order, 100 KB", lambda: self.call("GET", f"/messaging/work-order/{one}")
        yield "accept, 100 KB", lambda: self.move(one, "accept")
        yield "complete, 100 KB", lambda: self.move(one, "complete")
        yield "reject, 100 KB", lambda: self.move(rejected, "reject")
        ids = {"work_order_ids": [self.offer() for _ in range(10)]}
        many = "/messaging/work-orders/reject"
        yield "reject, ten at once", lambda: self.call("POST", many, "boots", ids)

    def contacts(self) -> Iterator[Operation]:
        """Yield the operations of contacts."""
        path = "/messaging/contacts"
        yield "contacts", lambda: self.call("GET", path, query={"state": "allowed"})
        yield "contact", lambda: self.call("GET", f"{path}/boots")
        yield "contact, set", lambda: self.call("PUT", f"{path}/boots", body={"state": "blocked"})
        yield "contact, forget", lambda: self.call("DELETE", f"{path}/boots")
        self.cloud.register("careful", contact_policy="approved")

    def webhooks(self) -> Iterator[Operation]:
        """Yield the operations of webhooks. The queue takes the jobs, and nobody reads it."""
        path, url = "/messaging/webhooks", "https://hooks.example.com/agent"
        made = self.call("POST", path, body={"url": f"{url}/first"})
        hook = f"{path}/{made['webhook_id']}"
        yield "webhook, create", lambda: self.call("POST", path, body={"url": url})
        yield "webhooks", lambda: self.call("GET", path)
        yield "webhook", lambda: self.call("GET", hook)
        yield "webhook, change", lambda: self.call("PATCH", hook, body={"description": "new"})
        yield "webhook, rotate", lambda: self.call("POST", f"{hook}/rotate-secret")
        sent = self.call("POST", f"{hook}/test")
        retry = f"{hook}/deliveries/{sent['delivery_id']}/retry"
        yield "webhook, test", lambda: self.call("POST", f"{hook}/test")
        yield "webhook deliveries", lambda: self.call("GET", f"{hook}/deliveries")
        yield "webhook, retry", lambda: self.call("POST", retry)
        yield "webhook, remove", lambda: self.call("DELETE", hook)

    def statistics(self) -> Iterator[Operation]:
        """Yield the caller's and the platform's statistics."""
        event = {"time": "2036-01-01T00:00:00Z"}
        yield "roll-up", lambda: app("stats_roll_up").handler(event, Context())
        later = {"time": "2036-01-01T00:01:00Z"}
        yield "roll-up, idle", lambda: app("stats_roll_up").handler(later, Context())
        yield "stats", lambda: self.call("GET", "/messaging/stats")

    def directory(self) -> Iterator[Operation]:
        """Yield profiles, keys and the directory. At the end, one agent leaves."""
        authorized = {"headers": {"authorization": f"Bearer {self.register('scout')}"}}
        yield "register", lambda: self.register("rover")
        yield "authorizer", lambda: app("authorizer").handler(authorized, Context())
        yield "authorizer, again that day", lambda: app("authorizer").handler(authorized, Context())
        for name, query in (("", {}), (", word", {"q": "no"}), (", online", {"online": "true"})):
            yield f"directory{name}", lambda query=query: self.call("GET", "/agents", query=query)  # type: ignore[misc]
        yield "profile", lambda: self.call("GET", "/agents/boots")
        yield "own profile", lambda: self.call("GET", "/agents/me")
        change = {"description": "Estimates costs."}
        yield "own profile, change", lambda: self.call("PATCH", "/agents/me", body=change)
        key = self.call("POST", "/agents/me/keys", body={})["key_id"]
        yield "keys", lambda: self.call("GET", "/agents/me/keys")
        yield "key, create", lambda: self.call("POST", "/agents/me/keys", body={})
        yield "key, revoke", lambda: self.call("DELETE", f"/agents/me/keys/{key}")
        yield "leave", lambda: self.call("DELETE", "/agents/me", "boots")

    def long_messages(self) -> Iterator[Operation]:
        """Yield messages of 16 KB to an agent without others."""
        self.agents["reader"] = self.cloud.register("reader")
        sent = self.send("nova", "reader", LONG_TEXT)
        inbox = {"status": "pending"}
        read = f"/messaging/mark-read/{sent['message_id']}"
        yield "send, 16 KB", lambda: self.send("nova", "reader", LONG_TEXT)
        yield (
            "inbox, two of 16 KB",
            lambda: self.call("GET", "/messaging/inbox", "reader", query=inbox),
        )
        yield "mark-read, 16 KB", lambda: self.call("POST", read, "reader", {})

    def held(self) -> Iterator[Operation]:
        """Yield a contact request of an agent that has sent nothing else in this minute."""
        self.agents["stranger"] = self.cloud.register("stranger")
        sent: list[str] = []
        send = lambda: sent.append(self.send("stranger", "careful")["message_id"])  # noqa: E731
        yield "send, held", send
        path = "/messaging/messages"
        yield "message, held", lambda: self.call("GET", f"{path}/{sent[-1]}", "stranger")

    def register(self, agent_id: str) -> str:
        """Register an agent and return its key."""
        body = {"agent_id": agent_id, "name": agent_id.title()}
        return str(self.cloud.post("/agents/register", body=body).json["api_key"])
