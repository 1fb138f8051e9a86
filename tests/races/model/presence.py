"""Presence in the plain model: leases, availability, and what waits."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from tests.races.model.agents import availability, is_online
from tests.races.model.messages import pending_of
from tests.races.model.orders import waiting_for
from tests.races.model.world import DIGITS, Document, RefusedError, World, text

LEASE = timedelta(seconds=90)


def heartbeat(world: World, caller: str, now: datetime) -> Document:
    """Online for ninety seconds more."""
    _renew(world, caller, now)
    return {
        "success": True,
        "agent_id": caller,
        "is_online": True,
        "last_heartbeat_at": text(now),
        "expires_at": text(now + LEASE),
        "next_heartbeat_in": 30,
        "pending_messages": min(100, len(pending_of(world, caller))),
        "pending_work_orders": min(100, len(waiting_for(world, caller, now))),
        "input_required_work_orders": questions_for(world, caller),
        "feed_position": start_of_feed(caller),
    }


def questions_for(world: World, client: str) -> int:
    """The client's orders that are written down as waiting for its answer."""
    mine = [each for each in world.orders.values() if each["client"]["id"] == client]
    return sum(each["status"] == "input_required" for each in mine)


def start_of_feed(agent_id: str) -> str:
    """The position of a feed without events: the relay does not run."""
    digest = hashlib.sha256(f"{agent_id}#0.0".encode()).digest()
    number = int.from_bytes(digest[:3], "big")
    check = "".join(DIGITS[number >> shift & 31] for shift in (15, 10, 5, 0))
    return f"0.0.{check}"


def update(world: World, caller: str, changes: Document, now: datetime) -> Document:
    """What is left out keeps its value; it counts as a heartbeat."""
    _renew(world, caller, now)
    names = {"accepts_work_orders": "accepts", "max_concurrent_jobs": "max_jobs"}
    for name, value in changes.items():
        world.agents[caller][names.get(name, name)] = value
    return {"success": True, **availability(world, caller, now)}


def go_offline(world: World, caller: str, now: datetime) -> Document:
    """The lease ends now, if it still runs."""
    agent = world.agents[caller]
    if is_online(agent, now):
        agent["lease_until"] = now
    seen_at = agent["seen_at"]
    return {
        "success": True,
        "agent_id": caller,
        "is_online": False,
        "last_seen_at": seen_at and text(seen_at),
    }


def read(world: World, caller: str, agent_id: str, now: datetime) -> Document:
    """A closed agent shows itself to its contacts alone."""
    agent = world.agent(agent_id)
    entry = world.contacts.get((agent_id, caller))
    is_contact = entry is not None and entry["state"] == "allowed"
    if agent["policy"] == "closed" and caller != agent_id and not is_contact:
        raise RefusedError(403, "contact_required")
    shown = {"agent_name": agent["name"]}
    return {**availability(world, agent_id, now), **shown}


def stats(world: World, caller: str, now: datetime) -> Document:
    """The caller's own counts; nothing has been rolled up."""
    agent = world.agents[caller]
    return {
        "agent_id": caller,
        "unread_messages": len(pending_of(world, caller)),
        "pending_work_orders": len(waiting_for(world, caller, now)),
        "active_work_orders": agent["active"],
        "completed_work_orders": agent["completed"],
        "computed_at": None,
    }


def _renew(world: World, caller: str, now: datetime) -> None:
    world.agents[caller] |= {"seen_at": now, "lease_until": now + LEASE}
