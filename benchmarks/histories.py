"""Histories that grow, and the pages that show them: messages, orders, agents.

The growing entries are copies of one that went through the API. The pages always show the same.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from agent_messaging import clock, ids
from agent_messaging.messaging.sent_chunks import minute_of, slot
from agent_messaging.storage.table import encode
from benchmarks.workload import Workload
from local.in_process.functions import clients
from local.in_process.host import Host
from local.in_process.metering import Meter

PAGE = {"limit": "20"}
OLD = "00000000"  # the beginning of old ids, after their prefix


def _old(number: int) -> str:
    """Return the ULID of an old message. There is one for each minute from 1970 on."""
    return ids.base32(number * 60_000 << 80, ids.ULID_DIGITS)


Growing = tuple[str, Callable[[int], dict[str, Any]]]  # a table, and what makes its n-th item


class Page(NamedTuple):
    """How to read a page, and whether its filter examines more than it shows."""

    read: Callable[..., Any]
    is_filtered: bool = False


Pages = dict[str, Page]


class History:
    """Two agents with empty tables, and a meter."""

    def __init__(self) -> None:
        self.cloud = Host()
        self.workload = Workload(self.cloud)
        self.clients = clients()
        self.meter = Meter(self.cloud, self.clients)

    def _get(
        self, path: str, agent: str = "boots", *, is_filtered: bool = False, **query: str
    ) -> Page:
        def read(**more: str) -> Any:
            return self.workload.call("GET", path, agent, query={**PAGE, **query, **more})

        return Page(read, is_filtered)

    def messages(self) -> tuple[list[Growing], Pages]:
        """Return messages that were read, before twenty read and three pending ones."""
        thread = self.workload.send("nova", "boots", "x" * 45)["thread_id"]
        sent = [self.workload.send("nova", "boots", "x" * 45, thread_id=thread) for _ in range(23)]
        for message in sent[:20]:
            self.workload.call("POST", f"/messaging/mark-read/{message['message_id']}", "boots", {})
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
        """Return orders that were completed, before three open ones."""
        done = self.workload.offer()
        for step in ("accept", "complete"):
            self.workload.move(done, step)
        for _ in range(3):
            self.workload.offer()
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
            "stats": Page(lambda: self.workload.call("GET", "/messaging/stats", "boots")),
        }
        return [("WorkOrdersTable", older)], pages

    def agents(self) -> tuple[list[Growing], Pages]:
        """Return agents of the directory, behind the twenty of a page. Three are online."""
        for number in range(20):
            self.cloud.register(f"a-{number:02}", name="Agent", capabilities=["estimates"])
        now = clock.now()
        for number in range(3):
            self.cloud.lease(f"a-{number:02}", now.replace(year=now.year + 1), now)

        def line(facet: str, before: str = "") -> Callable[[int], dict[str, Any]]:
            return lambda number: encode({"facet": facet, "place": f"{before}b-{number:06}"})

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
