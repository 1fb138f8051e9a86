"""Contacts and messages: all types, long parts, chunks of the sent log, and repeated requests."""

from __future__ import annotations

from typing import Any

from tests.releases.histories.agents import ok, register
from tests.releases.versions import Versions

LONG = "What is said at length. " * 200  # stored apart
PING, SEND = "/messaging/ping", "/messaging/send"
NOVA, BOOTS = {"agent_id": "nova"}, {"agent_id": "boots"}


def contacts(versions: Versions) -> None:
    """Each version holds, allows, blocks, lists and removes what the other stored."""
    register(versions, "boots", contact_policy="approved")
    for stranger in ("nova", "scout", "third", "fourth"):
        register(versions, stranger)
        assert versions.send(stranger, "boots", body=LONG, metadata={"n": 1.5})["status"] == "held"
        again = {"to_agent_id": "boots", "body": "Again"}
        ok(versions.post(SEND, {"from_agent_id": stranger}, again), 429)
        assert ok(versions.get(f"/messaging/contacts/{stranger}", BOOTS))["request"]
    held = list(versions.pages("/messaging/contacts", {**BOOTS, "state": "held", "limit": 3}))
    assert [len(page["contacts"]) for page in held] == [3, 1]
    for stranger, state in (("nova", "allowed"), ("scout", "allowed"), ("third", "blocked")):
        decide(versions, stranger, state)
    assert len(versions.inbox("boots")["messages"]) == 2
    for stranger in ("third", "fourth"):
        decide(versions, stranger, "blocked")
        refused = {"to_agent_id": "boots", "body": "No"}
        ok(versions.post(SEND, {"from_agent_id": stranger}, refused), 403)
    ok(versions.get("/messaging/contacts", BOOTS))
    for stranger in ("nova", "third"):
        ok(versions.call("DELETE", f"/messaging/contacts/{stranger}", BOOTS))
        ok(versions.get(f"/messaging/contacts/{stranger}", BOOTS), 404)
    assert versions.send("third", "boots")["status"] == "held"


def decide(versions: Versions, agent_id: str, state: str) -> None:
    """Boots answers a contact request, or changes its mind."""
    path = f"/messaging/contacts/{agent_id}"
    ok(versions.call("PUT", path, BOOTS, {"state": state}))
    ok(versions.get(path, BOOTS))


def messages(versions: Versions) -> None:
    """Each version sends, lists, reads and marks the messages of the other, in one thread."""
    callers = {name: versions.keyed(register(versions, name)) for name in ("nova", "boots")}
    everything: dict[str, Any] = {"subject": "Subject", "priority": 7, "metadata": {"n": [1, 2.5]}}
    opening = send(versions, callers["nova"], "boots", **everything, body="Short")
    thread = opening["thread_id"]
    long = send(versions, callers["boots"], "nova", reply_to_id=opening["message_id"], body=LONG)
    for number in range(3):
        versions.pass_time(milliseconds=1)
        chat = {"type": "chat_message", "thread_id": thread, "body": f"{number} {LONG}"}
        send(versions, callers["nova"], "boots", **chat)
    ping = {"to_agent_id": "nova", "message": "There?"}
    ok(versions.post(PING, body=ping, caller=callers["boots"]))
    lists(versions, thread)
    for agent_id, message in (("boots", opening), ("nova", long)):
        path = f"/messaging/mark-read/{message['message_id']}"
        ok(versions.post(path, {"agent_id": agent_id}))
        ok(versions.post(path, {"agent_id": agent_id}))
        for reader in (NOVA, BOOTS):
            ok(versions.get(f"/messaging/messages/{message['message_id']}", reader))
    waiting = [each["message_id"] for each in versions.inbox("boots", status="pending")["messages"]]
    for some in (waiting[:1], waiting):
        ok(versions.post("/messaging/mark-read", BOOTS, {"message_ids": some}))
    lists(versions, thread)


def send(versions: Versions, caller: Any, to: str, **message: Any) -> Any:
    """A message under a key, so that the limits count it."""
    return ok(versions.post(SEND, body={"to_agent_id": to, **message}, caller=caller))


def lists(versions: Versions, thread_id: str) -> None:
    """Every list of messages, page by page: a cursor of one version serves the other."""
    for query in (
        {**BOOTS, "limit": 3},
        {**BOOTS, "status": "read"},
        {**NOVA, "type": "ping"},
    ):
        assert list(versions.pages("/messaging/inbox", query))
    assert len(list(versions.pages("/messaging/sent", {**NOVA, "limit": 3}))) >= 1
    assert len(list(versions.pages(f"/messaging/threads/{thread_id}", {**BOOTS, "limit": 4}))) == 2


def sent_log(versions: Versions) -> None:
    """Both append to the same chunk of a minute, and open the next one when it is full."""
    caller = versions.keyed(register(versions, "nova"))
    register(versions, "boots")
    register(versions, "scout")
    for number in range(14):
        send(versions, caller, ("boots", "scout")[number % 3 == 0], body=f"Message {number}")
    chunks = [each for each in versions.items("AgentSentTable") if each["sender_id"] == "nova"]
    assert sorted(int(chunk["n"]) for chunk in chunks) == [2, 12]
    pages = list(versions.pages("/messaging/sent", {**NOVA, "limit": 10}))
    assert sum(len(page["messages"]) for page in pages) == 14


def repeated_messages(versions: Versions) -> None:
    """An Idempotency-Key that one version has used is known to the other."""
    caller = versions.keyed(register(versions, "nova"))
    register(versions, "boots")
    for number in range(2):
        for path, body in ((SEND, {"body": "Once", "metadata": {"a": 1.0}}), (PING, {})):
            body |= {"to_agent_id": "boots"}
            given: dict[str, Any] = {"caller": caller, "key": f"key-{number}"}
            first = versions.post(path, body=body, **given)
            again = versions.post(path, body=body, **given)
            assert ok(first) == ok(again)
            assert again.headers["Idempotency-Replayed"] == "true"
            ok(versions.post(path, body={**body, "to_agent_id": "nova"}, **given), 422)
    assert len(versions.inbox("boots")["messages"]) == 4
