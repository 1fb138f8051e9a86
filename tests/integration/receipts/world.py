"""Some messages to one recipient: from a friend, from strangers that have to wait, and orders.

`insist` is how each side calls: again and again until it has an answer, under the same key.
"""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from agent_messaging import clock, ids
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import decide, set_policy
from tests.integration.receipts.faulty import Faults
from tests.integration.receipts.ledger import Told

RETENTION = timedelta(days=90)
FRIEND, RECIPIENT = "nova", "boots"
STRANGERS = tuple(f"stranger-{number}" for number in range(10))
ATTEMPTS = 30


class Clock:
    """The time of all functions. It goes on with each step, so no two steps share a time."""

    def __init__(self) -> None:
        self.time = clock.now()

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time

    @property
    def text(self) -> str:
        """The present, as answers write it."""
        return clock.to_text(self.time)


class World:
    """The agents, their messages, and the bad network between functions and tables."""

    def __init__(self, cloud: Cloud, now: Clock, faults: Faults, chance: random.Random) -> None:
        self.cloud, self.now, self.faults, self.chance = cloud, now, faults, chance
        self.told: dict[str, Told] = {}
        self.on_try = lambda told: None
        for agent_id in (FRIEND, RECIPIENT, *STRANGERS):
            cloud.register(agent_id)
        decide(cloud, RECIPIENT, FRIEND, "allowed")
        set_policy(cloud, RECIPIENT, "approved")
        cloud.change("AgentsTable", {"agent_id": RECIPIENT}, max_concurrent_jobs=100)

    def insist(
        self, method: str, path: str, agent_id: str, body: Any = None, **expected: Any
    ) -> Any:
        """The answer to a request, which is repeated until the server has one.

        `touched` are messages whose senders look after each attempt. `absent` answers None for 404.
        """
        identity = "from_agent_id" if path.endswith(("/send", "/work-order")) else "agent_id"
        key = ids.new("key", self.now()) if method == "POST" else None
        for _ in range(ATTEMPTS):
            with self.faults.on():
                answer = self.cloud.call(method, path, {identity: agent_id}, body, key=key)
            if answer.status in (200, 201):
                return answer.json
            if answer.status == 404 and expected.get("absent"):
                return None
            assert answer.status >= 500, f"{path}: {answer.text}"
            self.now.time += timedelta(seconds=5)
            for told in expected.get("touched", ()):
                self.on_try(told)
        raise AssertionError(f"{method} {path} was not answered in {ATTEMPTS} attempts")

    def fill(self, number: int) -> None:
        """The strangers' requests, and what the friend sends: one in three is an order."""
        for stranger in STRANGERS[: number // 3]:
            self._send(stranger)
        while len(self.told) < number:
            if self.chance.random() < 0.35:
                self._order()
            else:
                self._send(FRIEND)

    def _send(self, sender_id: str) -> None:
        body = {
            "to_agent_id": RECIPIENT,
            "body": "Want to collaborate?" * self.chance.choice((1, 20, 200)),
            "wants_receipts": self.chance.random() < 0.5,
        }
        sent = self.insist("POST", "/messaging/send", sender_id, body)
        assert sent["status"] == ("pending" if sender_id == FRIEND else "held")
        self._tell(sent, sender_id, thread_id=sent["thread_id"])

    def _order(self) -> None:
        body = {"to_agent_id": RECIPIENT, "title": "A job for you", "description": "Do it please."}
        order = self.insist("POST", "/messaging/work-order", FRIEND, body)
        self._tell(order, FRIEND, work_order_id=order["work_order_id"])

    def _tell(self, sent: dict[str, Any], sender_id: str, **fields: Any) -> None:
        message_id = sent["message_id"]
        created_at = ids.time_of(message_id)
        ends_at = (created_at + RETENTION).replace(microsecond=0)
        self.told[message_id] = Told(
            message_id=message_id,
            thread_id=fields.get("thread_id"),
            sender_id=sender_id,
            created_at=clock.to_text(created_at),
            ends_at=clock.to_text(ends_at),
            # Nothing is written later than a day after the end, as said by any clock.
            fails_at=clock.to_text(ends_at + timedelta(days=1, minutes=5)),
            was_held=sender_id != FRIEND,
            work_order_id=fields.get("work_order_id"),
        )

    # --- what senders see

    def receipt(self, told: Told) -> dict[str, Any]:
        """The receipt that the sender of a message reads."""
        answer = self.cloud.get(
            f"/messaging/messages/{told.message_id}", {"agent_id": told.sender_id}
        )
        assert answer.status == 200, answer.text
        receipt: dict[str, Any] = answer.json["receipt"]
        return receipt

    def listed(self, path: str, agent_id: str) -> Iterator[tuple[Told, dict[str, Any]]]:
        """The receipts on a whole list of a sender."""
        for page in self.cloud.pages(path, {"agent_id": agent_id}):
            for message in page["messages"]:
                if message["message_id"] in self.told and message["receipt"] is not None:
                    yield self.told[message["message_id"]], message["receipt"]

    # --- what only a test can know

    def head(self, message_id: str) -> dict[str, Any]:
        """The stored message."""
        return self.cloud.read("AgentMessagesTable", recipient_id=RECIPIENT, message_id=message_id)

    def acknowledged_at(self) -> str:
        """When the recipient's last acknowledgement took effect, which its answer does not say."""
        item = self.cloud.read("AgentOutboxTable", agent_id=RECIPIENT, entry="position")
        return str(item["acked_at"])

    def notification(self, order_id: str) -> tuple[str, str]:
        """The time and the id of the answer to an order."""
        found = [
            item
            for item in self.cloud.items("AgentMessagesTable")
            if item["recipient_id"] == FRIEND
            and item.get("display", {}).get("work_order_id") == order_id
        ]
        (item,) = found
        assert json.loads(item["display"]["metadata"])["status"] in ("accepted", "rejected")
        return item["display"]["created_at"], item["message_id"]
