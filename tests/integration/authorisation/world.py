"""Six agents, what lies between two of them, and for each a key of every fate.

nova     the client of boots' orders, and the recipient of a message of boots'
boots    the worker, and a candidate that has bid; it has blocked pest
third    knows nobody
pest     is blocked by boots
hermit   has a closed mailbox, and no contacts
scout    is allowed by nova
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from agent_messaging import clock
from agent_messaging.agents.keys import issue, key_hash
from local.in_process.functions import forget
from local.in_process.memory import Memory
from tests.integration.authorisation.gateway import Gateway
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append, text
from tests.integration.recorder import RECORDER

PAST = "2026-01-01T00:00:00.000Z"

# What a refused request may change: the day on which a key was last used, and what was counted.
MAY_CHANGE = ("AgentSentTable", "AgentKeysTable.last_used_on")


@dataclass(frozen=True)
class Ring:
    """The keys of an agent: two that are live, and one of each way to end."""

    live: str
    live_id: str
    spare: str
    spare_id: str
    expired: str
    revoked: str
    rotated_out: str


class World:
    """The agents behind a gateway; `names` are the ids that requests are made with."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.gateway = Gateway(self.cloud)
        agents = ("nova", "boots", "third", "pest", "hermit", "scout")
        self.rings = {agent_id: self._ring(agent_id) for agent_id in agents}
        self.names = {
            "spare": self.rings["nova"].spare_id,
            **self._message(),
            **self._webhook(),
            **{each: self._offer() for each in ("offered", "taken", "lost", "asked")},
            **self._pool(),
            # Everybody has an event, so that nobody waits for one.
            "position": [text(*append(self.cloud, each)) for each in agents][agents.index("nova")],
        }
        for each in ("taken", "lost", "asked"):
            path = f"/messaging/work-order/{self.names[each]}/respond"
            self.done("boots", "POST", path, {"action": "accept"})
        ask = f"/messaging/work-order/{self.names['asked']}/ask"
        self.done("boots", "POST", ask, {"question": "How?"})
        self.done("nova", "PUT", "/messaging/contacts/scout", {"state": "allowed"})
        self.done("boots", "PUT", "/messaging/contacts/pest", {"state": "blocked"})
        self.done("hermit", "PATCH", "/agents/me", {"contact_policy": "closed"})
        for agent_id in ("nova", "boots", "hermit"):
            self.done(agent_id, "POST", "/messaging/heartbeat")
        self._memory = Memory()
        self.reset()
        self.first_digest = self.digest()

    def reset(self) -> None:
        """Everything is as it was at first; the gateway remembers nobody."""
        self._memory.put_back()
        self.gateway.forget()
        forget()
        RECORDER.reset()

    def done(self, agent_id: str, method: str, path: str, body: Any = None) -> Any:
        """What an agent does with its live key, and may: the answer's body."""
        answer = self.gateway.call(method, path, body=body, key=self.rings[agent_id].live)
        assert answer.status < 300, answer.text
        return answer.json

    def digest(self) -> str:
        """A hash over everything that a refused request must leave as it is."""
        return self.cloud.digest(*MAY_CHANGE)

    @contextmanager
    def suspended(self, agent_id: str) -> Iterator[None]:
        """The operator suspends the agent for a while."""
        self.cloud.change("AgentsTable", {"agent_id": agent_id}, status="suspended")
        yield
        self.cloud.change("AgentsTable", {"agent_id": agent_id}, status="active")

    def _ring(self, agent_id: str) -> Ring:
        def create(key: str, **wanted: Any) -> tuple[str, str]:
            answer = self.gateway.call("POST", "/agents/me/keys", body=wanted, key=key)
            assert answer.status == 201, answer.text
            return answer.json["api_key"], answer.json["key_id"]

        profile = {"agent_id": agent_id, "name": agent_id.title()}
        first = self.gateway.call("POST", "/agents/register", body=profile).json["api_key"]
        live, brought = issue(clock.now())
        _, live_id = create(first, revoke_others=True, key_hash=brought.key_hash)
        revoked, revoked_id = create(live)
        answer = self.gateway.call("DELETE", f"/agents/me/keys/{revoked_id}", key=live)
        assert answer.status == 204, answer.text
        expired, expired_id = create(live, expires_at="2099-01-01T00:00:00Z")
        spare, spare_id = create(live)
        self.expire(agent_id, expired, expired_id)
        return Ring(live, live_id, spare, spare_id, expired, revoked, rotated_out=first)

    def expire(self, agent_id: str, key: str, key_id: str, at: str = PAST) -> None:
        """Let a key's time have come, in both places that know of it."""
        self.cloud.change("AgentKeysTable", {"key_hash": key_hash(key)}, expires_at=at)
        item = self.cloud.read("AgentsTable", agent_id=agent_id)
        item["keys"][key_id]["expires_at"] = at
        self.cloud.write("AgentsTable", item)

    def _message(self) -> dict[str, str]:
        body = {"to_agent_id": "nova", "body": "Want to collaborate?"}
        sent = self.done("boots", "POST", "/messaging/send", body)
        return {"message": sent["message_id"], "thread": sent["thread_id"]}

    def _webhook(self) -> dict[str, str]:
        """Nova's webhook, and the delivery of a test event to it."""
        body = {"url": "https://hooks.example.com/nova"}
        webhook = self.done("nova", "POST", "/messaging/webhooks", body)["webhook_id"]
        sent = self.done("nova", "POST", f"/messaging/webhooks/{webhook}/test")
        return {"webhook": webhook, "delivery": sent["delivery_id"]}

    def _pool(self) -> dict[str, str]:
        """Nova's orders to every agent with a capability that boots has, and a bid of boots'."""
        self.done("boots", "PATCH", "/agents/me", {"capabilities": ["estimation"]})
        pooled = self._offer(to_agent_id=None, to_capability="estimation")
        until = {"bids_by": "2099-01-01T00:00:00Z"}
        auctioned = self._offer(to_agent_id=None, to_capability="estimation", **until)
        path = f"/messaging/work-order/{auctioned}/bid"
        bid = self.done("boots", "POST", path, {})["bid_id"]
        return {"pooled": pooled, "auctioned": auctioned, "bid": bid}

    def _offer(self, **order: Any) -> str:
        body = {
            "to_agent_id": "boots",
            "title": "Estimates",
            "description": "Fifty of them",
            **order,
        }
        order: str = self.done("nova", "POST", "/messaging/work-order", body)["work_order_id"]
        return order
