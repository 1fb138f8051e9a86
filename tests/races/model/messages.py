"""Messages in the plain model: sent, held, read, listed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.races.model import contacts
from tests.races.model.agents import target
from tests.races.model.world import Chosen, Document, RefusedError, World, text

# The members of a page that count its whole list.
TOTALS = ("total_messages", "total_orders")

# What a message holds that nobody gave it.
PLAIN: Document = {
    "verified": True,
    "content_flags": [],
    "status": "pending",
    "reply_to_id": None,
    "work_order_id": None,
    "read_at": None,
    "subject": None,
    "body": None,
    "priority": 0,
    "metadata": None,
    "untrusted": None,
    "receipt": None,
}


def compose(
    kind: str, sender: Document, recipient: Document, now: datetime, **fields: Any
) -> Document:
    """A message as its recipient reads it."""
    parties = {"from_agent": sender, "to_agent": recipient}
    return {**PLAIN, **parties, "type": kind, "created_at": text(now), **fields}


def send(world: World, caller: str, body: Document, now: datetime, chosen: Chosen) -> Document:
    """Leave a message; in a thread of the two, or in answer to one that was received."""
    recipient = body["to_agent_id"]
    world.agent(recipient)
    thread_id = _thread(world, caller, body)
    fields = {name: value for name, value in body.items() if name in PLAIN}
    message = _hand_in(
        world,
        caller,
        recipient,
        now,
        chosen,
        kind=body.get("type", "contact_request"),
        thread_id=thread_id or chosen("thread_id", "thr"),
        **fields,
    )
    told = ("message_id", "thread_id", "status", "created_at")
    return {"success": True, **{name: message[name] for name in told}}


def ping(world: World, caller: str, body: Document, now: datetime, chosen: Chosen) -> Document:
    """A message of its own kind, in a thread of its own that the answer does not tell."""
    recipient = body["to_agent_id"]
    world.agent(recipient)
    message = _hand_in(
        world, caller, recipient, now, chosen, kind="ping", thread_id=None, body=body.get("message")
    )
    told = {"message_id": message["message_id"], "status": message["status"]}
    return {"success": True, **told, "target_agent": target(world, recipient, now)}


def mark_read(world: World, caller: str, message_id: str, now: datetime) -> Document:
    """A second time changes nothing."""
    message = world.messages.get(message_id)
    if message is None or message["to_agent"]["id"] != caller:
        raise RefusedError(404, "message_not_found")
    if message["status"] == "pending":
        message |= {"status": "read", "read_at": text(now)}
    told = ("message_id", "status", "read_at")
    return {"success": True, **{name: message[name] for name in told}}


def mark_many_read(world: World, caller: str, message_ids: list[str], now: datetime) -> Document:
    """Each once; which of them are none of the caller's is said."""
    receipts, absent = [], []
    for message_id in dict.fromkeys(message_ids):
        try:
            receipts.append(mark_read(world, caller, message_id, now))
        except RefusedError:
            absent.append(message_id)
    return {"success": True, "messages": receipts, "not_found": absent}


def read(world: World, caller: str, message_id: str) -> Document:
    """One message, to its recipient or to whoever wrote it; a notification nobody wrote."""
    message = world.messages.get(message_id) or world.held.get(message_id)
    is_there = message is not None and message["status"] != "held"
    if message is None or not (
        (is_there and _is_to(message, caller)) or _is_written_by(message, caller)
    ):
        raise RefusedError(404, "message_not_found")
    return seen_by(world, message, caller)


def inbox(world: World, caller: str, status: str | None, kind: str | None) -> list[Document]:
    """The messages to the caller, newest first."""
    mine = (message for message in world.messages.values() if _is_to(message, caller))
    return _newest_first(
        message
        for message in mine
        if status in (None, message["status"]) and kind in (None, message["type"])
    )


def sent(world: World, caller: str) -> list[Document]:
    """What the caller wrote, newest first, also what is held."""
    known = {**world.held, **world.messages}
    mine = (message for message in known.values() if _is_written_by(message, caller))
    return [seen_by(world, message, caller) for message in _newest_first(mine)]


def thread(world: World, caller: str, thread_id: str) -> list[Document]:
    """A thread that the caller is in, newest first."""
    found = [each for each in world.messages.values() if each["thread_id"] == thread_id]
    if not found or caller not in parties(found[0]):
        raise RefusedError(404, "thread_not_found")
    return [seen_by(world, message, caller) for message in _newest_first(found)]


def pending_of(world: World, caller: str) -> list[Document]:
    """What waits for the caller, whether its id is known yet or not."""
    known = inbox(world, caller, "pending", None)
    return known + [notice for notice in world.unseen if _is_to(notice, caller)]


def seen_by(world: World, message: Document, reader: str) -> Document:
    """A message as one of its two parties reads it."""
    shown = message if _is_to(message, reader) else {**message, "relationship": None}
    is_own = _is_written_by(message, reader)
    return {**shown, "receipt": receipt_of(world, message)} if is_own else shown


def receipt_of(world: World, message: Document) -> Document:
    """What its sender sees of a message that nobody has acknowledged: the relay does not run."""
    is_held, read_at = message["status"] == "held", message["read_at"]
    queued_at = world.released.get(message["message_id"], message["created_at"])
    nothing = ("acted_at", "acted_by", "failed_at", "reason", "delivery_error")
    return {
        "status": "held" if is_held else "read" if read_at else "queued",
        "queued_at": None if is_held else queued_at,
        "delivered_at": read_at,
        "delivered_via": read_at and "inbox",
        "read_at": read_at,
        **dict.fromkeys(nothing),
    }


def parties(message: Document) -> set[str]:
    """The ids of the two."""
    return {message["from_agent"]["id"], message["to_agent"]["id"]}


def _thread(world: World, caller: str, body: Document) -> str | None:
    """The thread that the body asks for, None for a new one."""
    thread_id, reply_to_id = body.get("thread_id"), body.get("reply_to_id")
    recipient = body["to_agent_id"]
    if thread_id and world.threads[thread_id] != {caller, recipient}:
        raise RefusedError(422, "invalid")
    if not reply_to_id:
        return thread_id
    answered = world.messages.get(reply_to_id)
    is_theirs = answered and _is_to(answered, caller) and answered["from_agent"]["id"] == recipient
    if not answered or not is_theirs or thread_id not in (None, answered["thread_id"]):
        raise RefusedError(422, "invalid")
    return answered["thread_id"]


def _hand_in(
    world: World,
    caller: str,
    recipient: str,
    now: datetime,
    chosen: Chosen,
    *,
    kind: str,
    **fields: Any,
) -> Document:
    fate = contacts.fate(world, caller, recipient)
    if fate == "refused":
        raise RefusedError(403, "contact_refused")
    if fate == "too soon":
        raise RefusedError(429, "contact_pending")
    contacts.add_contact(world, caller, recipient, now)
    message = compose(
        kind,
        world.party(caller),
        world.party(recipient),
        now,
        message_id=chosen("message_id", "msg"),
        relationship=contacts.relationship(world, recipient, caller),
        **fields,
    )
    if message["thread_id"] is None:
        world.threadless.append(message)
    else:
        world.threads[message["thread_id"]] = parties(message)
    if fate == "held":
        message["status"] = "held"
        contacts.hold(world, message, now)
    else:
        world.messages[message["message_id"]] = message
    return message


def _is_to(message: Document, agent_id: str) -> bool:
    return message["to_agent"]["id"] == agent_id


def _is_written_by(message: Document, agent_id: str) -> bool:
    return message["from_agent"]["id"] == agent_id and message["type"] != "notification"


def _newest_first(found: Any) -> list[Document]:
    return sorted(found, key=lambda message: message["message_id"], reverse=True)
