"""What the server chose and has not told yet: read at once, and taken over into the model.

A notification has an id that no answer names, and so has the thread of a ping or an order. Only
these ids are taken over; all else in what is read has to be what the model expects.
"""

from __future__ import annotations

from local.in_process.requests import Answer
from tests.races.model import messages
from tests.races.model.bench import Bench
from tests.races.model.world import Document, World, moment_of, text


class Learning:
    """Of a machine: what it reads after each step that left an id unknown."""

    bench: Bench
    world: World

    def pages(self, path: str, caller: str, query: dict[str, object]) -> list[Answer]:
        """Every page of a list."""
        raise NotImplementedError

    def learn(self) -> None:
        """Read what is unknown, until nothing is."""
        for message in self.world.threadless:
            self._learn_thread(message)
        self.world.threadless.clear()
        recipients = dict.fromkeys(notice["to_agent"]["id"] for notice in self.world.unseen)
        for recipient in recipients:
            self._learn_notices(recipient)
        assert not self.world.unseen, f"never arrived: {self.world.unseen}"

    def _learn_thread(self, message: Document) -> None:
        """From the message itself, as its recipient reads it, wherever it lies."""
        recipient, sender = message["to_agent"]["id"], message["from_agent"]["id"]
        path = f"/messaging/messages/{message['message_id']}"
        is_held = message["status"] == "held"
        if is_held:
            path = f"/messaging/contacts/{sender}"
        answer = self.bench.call("GET", path, recipient)
        assert answer.status == 200, answer.text
        shown = answer.json["request"] if is_held else answer.json
        self._new_thread(shown, message)
        expected = message if is_held else messages.seen_by(self.world, message, recipient)
        assert shown == expected, f"answered: {shown}\nexpected: {expected}"
        if message["type"] == "work_order":
            self.world.orders[message["work_order_id"]]["thread_id"] = message["thread_id"]

    def _learn_notices(self, recipient: str) -> None:
        """From the recipient's inbox: each notification that is new there has to be expected."""
        query = {"type": "notification", "limit": 100}
        found = [
            message
            for page in self.pages("/messaging/inbox", recipient, query)
            for message in page.json["messages"]
            if message["message_id"] not in self.world.messages
        ]
        for shown in found:
            notice = self._expected(shown)
            assert text(moment_of(shown["message_id"])) == notice["created_at"]
            notice["message_id"] = shown["message_id"]
            if notice["thread_id"] is None:
                self._new_thread(shown, notice)
            self.world.messages[notice["message_id"]] = notice
        late = [n for n in self.world.unseen if n["to_agent"]["id"] == recipient]
        assert not late, f"never arrived: {late}"

    def _expected(self, shown: Document) -> Document:
        """The notification that this one is, and is no more waited for."""
        for index, notice in enumerate(self.world.unseen):
            unknown = {"message_id"} | ({"thread_id"} if notice["thread_id"] is None else set())
            if {k: v for k, v in shown.items() if k not in unknown} == {
                k: v for k, v in notice.items() if k not in unknown
            }:
                return self.world.unseen.pop(index)
        raise AssertionError(f"arrived: {shown}\nexpected one of: {self.world.unseen}")

    def _new_thread(self, shown: Document, message: Document) -> None:
        thread_id = shown["thread_id"]
        assert thread_id.startswith("thr_")
        assert thread_id not in self.world.threads
        message["thread_id"] = thread_id
        self.world.threads[thread_id] = messages.parties(message)
