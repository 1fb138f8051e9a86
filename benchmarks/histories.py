"""Histories that grow, and the pages that are read of them: messages, orders, agents.

What grows is copied from one that went through the API; what a page shows stays the same.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from agent_messaging import clock, ids
from agent_messaging.messaging.sent_chunks import minute_of, slot
from agent_messaging.storage.table import encode
from benchmarks.workload import Day
from local.in_process.functions import clients
from local.in_process.host import Host
from local.in_process.metering import Meter

PAGE = {"limit": "20"}
OLD = "00000000"  # how ids of long ago begin, behind their prefix


def _old(number: int) -> str:
    """The ULID of one message in each minute from 1970 on."""
    return ids.base32(number * 60_000 << 80, ids.ULID_DIGITS)


Growing = tuple[str, Callable[[int], dict[str, Any]]]  # a table, and its n-th item


class Page(NamedTuple):
    """How a page is read, and whether a filter examines more than it shows."""

    read: Callable[..., Any]
    is_filtered: bool = False


Pages = dict[str, Page]


class History:
    """Two agents over empty tables, and a meter."""

    def __init__(self) -> None:
        self.cloud = Host()
        self.day = Day(self.cloud)
        self.clients = clients()
        self.meter = Meter(self.cloud, self.clients)

    def _get(
        self, path: str, agent: str = "boots", *, is_filtered: bool = False, **query: str
    ) -> Page:
        def read(**more: str) -> Any:
            return self.day.call("GET", path, agent, query={**PAGE, **query, **more})

        return Page(read, is_filtered)

    def messages(self) -> tuple[list[Growing], Pages]:
        """Messages that were read, before twenty that are read and three that wait."""
        thread = self.day.send("nova", "boots", "x" * 45)["thread_id"]
        sent = [self.day.send("nova", "boots", "x" * 45, thread_id=thread) for _ in range(23)]
        for message in sent[:20]:
            self.day.call("POST", f"/messaging/mark-read/{message['message_id']}", "boots", {})
        key = {"recipient_id": "boots", "message_id": sent[0]["message_id"]}
        read = encode(self.cloud.read("AgentMessagesTable", **key) or {})

        def older(number: int) -> dict[str, Any]:
            return {**read, "message_id": {"S": f"msg_{_old(number)}"}}

        def logged(number: int) -> dict[str, Any]:
            place = slot(minute_of(f"msg_{_old(number)}"), 0)
            return encode({"sender_id": "nova", "slot": place, "n": 1, _old(number): "boots"})

        pages = {
            "inbox, pending": self._get("/messaging/inbox", status="pending"),
            "inbox, all": self._get("/messaging/inbox"),
            "inbox, read": self._get("/messaging/inbox", is_filtered=True, status="read"),
            "inbox, pings": self._get("/messaging/inbox", is_filtered=True, type="ping"),
            "sent": self._get("/messaging/sent", "nova"),
            "thread": self._get(f"/messaging/threads/{thread}"),
        }
        return [("AgentMessagesTable", older), ("AgentSentTable", logged)], pages

    def orders(self) -> tuple[list[Growing], Pages]:
        """Orders that were completed, before three that are open."""
        done = self.day.offer()
        for step in ("accept", "complete"):
            self.day.move(done, step)
        for _ in range(3):
            self.day.offer()
        completed = encode(self.cloud.head(done))

        def older(number: int) -> dict[str, Any]:
            return {**completed, "work_order_id": {"S": f"wo_{OLD}{number:018}"}}

        path = "/messaging/work-orders"
        pages = {
            "work-orders, pending": self._get(path, role="worker", status="pending"),
            "work-orders, all": self._get(path, role="worker"),
            "work-orders, failed": self._get(
                path, is_filtered=True, role="worker", status="failed"
            ),
            "work-orders, client": self._get(path, "nova", role="client"),
            "work-orders, client, completed": self._get(
                path, "nova", role="client", status="completed"
            ),
            "stats": Page(lambda: self.day.call("GET", "/messaging/stats", "boots")),
        }
        return [("WorkOrdersTable", older)], pages

    def agents(self) -> tuple[list[Growing], Pages]:
        """Agents in the directory, behind twenty that a page shows; of them three are online."""
        for number in range(20):
            self.cloud.register(f"a-{number:02}", name="Agent", capabilities=["estimates"])
        now = clock.now()
        for number in range(3):
            self.cloud.lease(f"a-{number:02}", now.replace(year=now.year + 1), now)

        def line(facet: str, before: str = "") -> Callable[[int], dict[str, Any]]:
            return lambda number: encode({"facet": facet, "entry": f"{before}b-{number:06}"})

        growing = [
            ("AgentDirectoryTable", line("all")),
            ("AgentDirectoryTable", line("cap#estimates")),
            ("AgentDirectoryTable", line("word#a", "agent#")),
        ]
        pages = {
            "directory": self._get("/agents"),
            "directory, capability": self._get("/agents", capability="estimates"),
            "directory, word": self._get("/agents", q="agent"),
            "directory, online": self._get("/agents", online="true"),
        }
        return growing, pages
