"""A recipient that acts at random, over all doors that it has."""

import json
from datetime import timedelta
from typing import Any

from agent_messaging import clock
from agent_messaging.errors import AgentMessagingError
from agent_messaging.feed import position
from agent_messaging.feed.model import DeliveredVia
from agent_messaging.feed.position import START
from agent_messaging.feed.service import FeedService
from agent_messaging.storage.table import FAILURES
from local.in_process.functions import app
from tests.integration.receipts.ledger import Told
from tests.integration.receipts.world import RECIPIENT, World

ACTIONS = {
    "list": 1,
    "look": 1,
    "acknowledge": 2,
    "webhook": 3,
    "give_up": 1,
    "mark_read": 4,
    "mark_many_read": 1,
    "reply": 3,
    "respond": 3,
    "decide": 3,
    "nothing": 2,
}


class Recipient:
    """What it does, it notes in the ledger, as soon as it is sure."""

    def __init__(self, world: World) -> None:
        self.world, self.chance = world, world.chance
        relay = app("relay")
        self.feed = FeedService(relay.feed, relay.outbox)
        self.receipts = relay.receipts
        self.is_over = False  # the retention of all messages has ended
        self.answered: set[str] = set()
        self.decided: set[str] = set()
        self.acknowledged: set[str] = set()

    def act(self) -> list[Told]:
        """One random action. Return the messages that it is about."""
        (name,) = self.chance.choices([*ACTIONS], [*ACTIONS.values()])
        return getattr(self, f"_{name}")()

    def _insist(self, method: str, path: str, body: Any = None, **expected: Any) -> Any:
        return self.world.insist(method, f"/messaging/{path}", RECIPIENT, body, **expected)

    def _some(self, number: int = 1, **wanted: bool) -> list[Told]:
        """Messages in the inbox."""
        found = [
            told
            for told in self.world.told.values()
            if told.is_in_inbox
            and all(bool(getattr(told, name)) == is_ for name, is_ in wanted.items())
        ]
        return self.chance.sample(found, min(number, len(found)))

    # --- what is no observation

    def _list(self) -> list[Told]:
        self._insist("GET", "inbox")
        return self._some()

    def _look(self) -> list[Told]:
        for told in (touched := self._some()):
            self._insist("GET", f"messages/{told.message_id}")
        return touched

    def _nothing(self) -> list[Told]:
        return self.chance.sample([*self.world.told.values()], 1)

    # --- delivered

    def _acknowledge(self) -> list[Told]:
        """Read the feed, by socket or by GET, and acknowledge up to an event of it."""
        via = self.chance.choice((DeliveredVia.SOCKET, DeliveredVia.FEED))
        found = self.feed.feed.events(RECIPIENT, START, 1000)
        if not found:
            return []
        last = self.chance.randrange(len(found))
        events = [json.loads(each["data"])["message_id"] for each in found[: last + 1]]
        reached = [each for each in events if each not in self.acknowledged]
        touched = [self.world.told[each] for each in reached if each in self.world.told]
        # A contact request is an event too, but no delivery.
        kinds = {json.loads(each["data"])["message_id"]: each["type"] for each in found[: last + 1]}
        touched = [each for each in touched if kinds[each.message_id] != "contact.requested"]
        for told in touched:
            told.tried.add("acknowledge")
        text = position.of_key(found[last]["entry"]).to_text(RECIPIENT)
        self._until(lambda: self.feed.acknowledge(RECIPIENT, text, via, clock.now()), touched)
        at = self.world.acknowledged_at() if touched else ""
        for told in touched:
            self.acknowledged.add(told.message_id)
            self._note(told.acknowledged, told, (at, via.value))
        return touched

    def _webhook(self) -> list[Told]:
        """The receiver of a webhook answers 2xx for one event. The sender of webhooks notes it."""
        for told in (touched := self._some()):
            told.tried.add("acknowledge")
            at = self.world.now()
            self._until(
                lambda told=told, at=at: self.receipts.delivered(
                    told.sender_id,
                    told.message_id,
                    to_agent_id=RECIPIENT,
                    at=at,
                    via=DeliveredVia.WEBHOOK,
                    wants_events=False,
                    now=clock.now(),
                ),
                touched,
            )
            self._note(told.acknowledged, told, (clock.to_text(at), DeliveredVia.WEBHOOK.value))
        return touched

    def _give_up(self) -> list[Told]:
        """All attempts of a webhook failed."""
        for told in (touched := self._some()):
            given = (told.sender_id, told.message_id, RECIPIENT, "503 at the 10th attempt")
            self._until(
                lambda given=given: self.receipts.delivery_error(*given, clock.now()), touched
            )
            if not self.is_over:
                told.error = given[3]
        return touched

    # --- read

    def _mark_read(self) -> list[Told]:
        for told in (touched := self._some()):
            told.tried.add("read")
            path = f"mark-read/{told.message_id}"
            answer = self._insist("POST", path, touched=touched, absent=self.is_over)
            self._note_read(told, answer)
        return touched

    def _mark_many_read(self) -> list[Told]:
        touched = self._some(4)
        for told in touched:
            told.tried.add("read")
        if touched:
            body = {"message_ids": [told.message_id for told in touched]}
            answer = self._insist("POST", "mark-read", body, touched=touched)
            read = {each["message_id"]: each for each in answer["messages"]}
            for told in touched:
                self._note_read(told, read.get(told.message_id))
        return touched

    def _note_read(self, told: Told, answer: Any) -> None:
        if self.is_over and told.read_at is None:
            assert answer is None
            told.tried.discard("read")
        else:
            assert told.read_at in (None, answer["read_at"])
            told.read_at = answer["read_at"]

    # --- acted

    def _reply(self) -> list[Told]:
        for told in (touched := self._some(work_order_id=False)):
            told.tried.add("act")
            body = {
                "to_agent_id": told.sender_id,
                "body": "Let us talk about it.",
                "reply_to_id": told.message_id,
            }
            sent = self._insist("POST", "send", body, touched=touched)
            self._note(told.acted, told, (sent["created_at"], sent["message_id"]))
        return touched

    def _respond(self) -> list[Told]:
        orders = self._some(50, work_order_id=True)
        touched = [each for each in orders if each.message_id not in self.answered][:1]
        for told in touched if not self.is_over else []:
            self.answered.add(told.message_id)
            told.tried.add("act")
            body = {"action": self.chance.choice(("accept", "reject"))}
            self._insist("POST", f"work-order/{told.work_order_id}/respond", body, touched=touched)
            self._note(told.acted, told, self.world.notification(told.work_order_id))
        return touched

    # --- held

    def _decide(self) -> list[Told]:
        """Answer a request, or forget it. What is blocked or forgotten stays held."""
        held = [
            told
            for told in self.world.told.values()
            if told.was_held and told.message_id not in self.decided
        ]
        if not held or self.is_over:
            return []
        told = self.chance.choice(held)
        self.decided.add(told.message_id)
        what = self.chance.choice(("allowed", "allowed", "allowed", "blocked", "removed", "wait"))
        path = f"contacts/{told.sender_id}"
        if what == "allowed":
            told.tried.add("release")
        if what == "removed":
            self._insist("DELETE", path, touched=[told], absent=True)
        elif what != "wait":
            self._insist("PUT", path, {"state": what}, touched=[told])
        if what == "allowed":
            told.released_at = self.world.head(told.message_id)["released_at"]
        return [told]

    def _note(self, into: list[Any], told: Told, fact: tuple[str, str]) -> None:
        """What comes after the end of the retention is no observation."""
        if fact[0] < told.ends_at:
            into.append(fact)

    def _until(self, call: Any, touched: list[Told]) -> None:
        """Repeat what is no route yet in this test, until it succeeds."""
        while True:
            with self.world.faults.on():
                try:
                    call()
                except (*FAILURES, AgentMessagingError):
                    self.world.now.time += timedelta(seconds=5)
                else:
                    return
            for told in touched:
                self.world.on_try(told)
