"""Rules about messages: said, answered, marked read. And the one about agents that come."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.races.model import messages
from tests.races.model.machine import Machine
from tests.races.model.values import names, objects, picks, policies, times, words
from tests.races.model.world import Document, Request

more = st.fixed_dictionaries(
    {},
    optional={
        "subject": st.none() | words,
        "priority": st.integers(0, 10),
        "type": st.sampled_from(["contact_request", "chat_message"]),
        "metadata": objects,
    },
)


class Writing(Machine):
    """Whatever agents write to each other."""

    @initialize(
        callers=st.lists(st.sampled_from(["ada", "cyd"]), min_size=1, max_size=3),
        decision=st.sampled_from([None, "allowed", "blocked"]),
    )
    def knock_at_a_door(self, callers: list[str], decision: str | None) -> None:
        """Bob has strangers wait; he may answer one, who then comes back."""
        for caller in callers:
            self.write(Request("ping", caller, {"to_agent_id": "bob"}))
        if decision:
            self.decide_about("bob", callers[0], decision)
            self.write(Request("ping", callers[0], {"to_agent_id": "bob"}))

    @rule(pick=picks, to=names, word=st.none() | words, times=times)
    def ping(self, pick: int, to: str, word: str | None, times: int) -> None:
        body = {"to_agent_id": to, "message": word}
        self.write_often(Request("ping", self.caller(pick), body), times)

    @rule(pick=picks, to=names, word=words, more=more, times=times)
    def send(self, pick: int, to: str, word: str, more: Document, times: int) -> None:
        body = {"to_agent_id": to, "body": word, **more}
        self.write_often(Request("send", self.caller(pick), body), times)

    @precondition(lambda self: self.world.messages)
    @rule(
        which=picks,
        to=st.none() | names,
        is_reply=st.booleans(),
        thread=st.none() | picks,
        times=times,
    )
    def go_on(
        self, which: int, to: str | None, *, is_reply: bool, thread: int | None, times: int
    ) -> None:
        """In answer to a message, in a thread, or in both, fitting or not."""
        message = self.choose([*self.world.messages.values()], which)
        threads = [message["thread_id"], *self.world.threads]
        body = {
            "to_agent_id": to or message["from_agent"]["id"],
            "body": "Yes",
            "reply_to_id": message["message_id"] if is_reply else None,
            "thread_id": None if thread is None else self.choose(threads, thread),
        }
        self.write_often(Request("send", message["to_agent"]["id"], body), times)

    @precondition(lambda self: self.world.messages)
    @rule(which=picks, pick=st.none() | picks)
    def mark_read(self, which: int, pick: int | None) -> None:
        message = self.choose([*self.world.messages.values()], which)
        caller = message["to_agent"]["id"] if pick is None else self.caller(pick)
        message_id = message["message_id"]
        self.change(
            "POST",
            f"/messaging/mark-read/{message_id}",
            caller,
            None,
            lambda: messages.mark_read(self.world, caller, message_id, self.bench.now),
        )

    @precondition(lambda self: self.world.messages)
    @rule(pick=picks, which=st.lists(picks, min_size=1, max_size=5))
    def mark_many_read(self, pick: int, which: list[int]) -> None:
        caller = self.caller(pick)
        ids = [self.choose([*self.world.messages], each) for each in which]
        self.change(
            "POST",
            "/messaging/mark-read",
            caller,
            {"message_ids": ids},
            lambda: messages.mark_many_read(self.world, caller, ids, self.bench.now),
        )

    @rule(name=st.sampled_from(["dan", "ada"]), policy=policies)
    def register(self, name: str, policy: str) -> None:
        if name in self.world.agents:
            body = {"agent_id": name, "name": "Other"}
            answer = self.bench.cloud.post("/agents/register", body=body)
            assert (answer.status, answer.json["code"]) == (409, "agent_id_taken")
            return
        self.tick()
        self.bench.register(name, name.title(), policy)
        self.world.register(name, name.title(), policy)
