"""Contacts in the plain model: who may write to whom, and what is held meanwhile."""

from __future__ import annotations

from datetime import datetime

from tests.races.model.world import Document, RefusedError, World, text

# (the recipient's policy, its entry for the sender): what becomes of a message.
FATES = {
    ("open", None): "delivered",
    ("open", "held"): "delivered",
    ("open", "allowed"): "delivered",
    ("open", "blocked"): "refused",
    ("approved", None): "held",
    ("approved", "held"): "too soon",
    ("approved", "allowed"): "delivered",
    ("approved", "blocked"): "refused",
    ("closed", None): "refused",
    ("closed", "held"): "refused",
    ("closed", "allowed"): "delivered",
    ("closed", "blocked"): "refused",
}


def fate(world: World, sender: str, recipient: str) -> str:
    """What becomes of a message; an agent may always leave itself a note."""
    if sender == recipient:
        return "delivered"
    return FATES[world.agents[recipient]["policy"], state_of(world, recipient, sender)]


def state_of(world: World, owner: str, other: str) -> str | None:
    """The owner's entry for another agent, None if there is none."""
    entry = world.contacts.get((owner, other))
    return entry and entry["state"]


def relationship(world: World, recipient: str, sender: str) -> str:
    """What the sender is to the recipient."""
    state = "allowed" if sender == recipient else state_of(world, recipient, sender)
    return {"allowed": "contact", "blocked": "blocked"}.get(state or "", "stranger")


def hold(world: World, message: Document, now: datetime) -> None:
    """The message waits with the recipient's contacts."""
    key = (message["to_agent"]["id"], message["from_agent"]["id"])
    world.held[message["message_id"]] = message
    world.contacts[key] = _entry(message["from_agent"], "held", now, message)


def add_contact(world: World, owner: str, other: str, now: datetime) -> None:
    """Who writes to an agent makes it a contact, and lets in what it had asked; a block stays."""
    if owner == other:
        return
    if (owner, other) not in world.contacts:
        world.contacts[owner, other] = _entry(world.party(other), "allowed", now)
    elif state_of(world, owner, other) == "held":
        _release(world, owner, other, now)


def decide(world: World, caller: str, other: str, state: str, now: datetime) -> Document:
    """Allow or block; what waits is delivered, or dropped."""
    world.agent(other)
    if caller == other:
        raise RefusedError(422, "invalid")
    if state == "allowed" and state_of(world, caller, other) == "held":
        _release(world, caller, other, now)
    else:
        known = world.contacts.get((caller, other), {"created_at": text(now)})
        created_at = known["created_at"]
        entry = _entry(world.party(other), state, now)
        world.contacts[caller, other] = {**entry, "created_at": created_at}
    return {"success": True, **world.contacts[caller, other]}


def remove(world: World, caller: str, other: str) -> Document:
    """A stranger again; what waits is dropped."""
    read(world, caller, other)
    del world.contacts[caller, other]
    return {"success": True, "contact_id": other}


def read(world: World, caller: str, other: str) -> Document:
    """One entry."""
    if (caller, other) not in world.contacts:
        raise RefusedError(404, "contact_not_found")
    return world.contacts[caller, other]


def listed(world: World, caller: str, state: str | None) -> list[Document]:
    """The caller's entries in the order of the ids."""
    own = sorted(
        (other, entry) for (owner, other), entry in world.contacts.items() if owner == caller
    )
    return [entry for _, entry in own if state in (None, entry["state"])]


def _release(world: World, owner: str, other: str, now: datetime) -> None:
    entry = world.contacts[owner, other]
    message = {**entry["request"], "status": "pending"}
    world.messages[message["message_id"]] = message
    world.released[message["message_id"]] = text(now)
    world.contacts[owner, other] = {
        **entry,
        "state": "allowed",
        "updated_at": text(now),
        "request": None,
    }


def _entry(
    contact: Document, state: str, now: datetime, request: Document | None = None
) -> Document:
    return {
        "contact": contact,
        "state": state,
        "created_at": text(now),
        "updated_at": text(now),
        "request": request,
        "content_flags": [],
    }
