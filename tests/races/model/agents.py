"""Agents in the plain model: what one sees of itself, and others of it."""

from __future__ import annotations

from datetime import datetime

from tests.races.model.world import Document, World, text


def profile(world: World, caller: str, now: datetime) -> Document:
    """What matters here of the caller's own profile."""
    agent = world.agents[caller]
    shown = availability(world, caller, now)
    return {
        **shown,
        "name": agent["name"],
        "contact_policy": agent["policy"],
        "completed_jobs": agent["completed"],
        "status": "active",
    }


def change_policy(world: World, caller: str, policy: str, now: datetime) -> Document:
    """Whose messages the caller takes from now on."""
    world.agents[caller]["policy"] = policy
    return profile(world, caller, now)


def is_online(agent: Document, now: datetime) -> bool:
    """Whether the lease still runs; at its very end it does not."""
    return agent["lease_until"] is not None and now < agent["lease_until"]


def target(world: World, agent_id: str, now: datetime) -> Document:
    """The agent that was pinged."""
    shown = availability(world, agent_id, now)
    kept = ("is_online", "last_seen_at", "status_message", "accepts_work_orders")
    return {
        **world.party(agent_id),
        **{name: shown[name] for name in kept},
        "content_flags": [],
    }


def availability(world: World, agent_id: str, now: datetime) -> Document:
    """What every document about an agent's presence holds."""
    agent = world.agents[agent_id]
    return {
        "agent_id": agent_id,
        "is_online": is_online(agent, now),
        "last_seen_at": agent["seen_at"] and text(agent["seen_at"]),
        "status_message": agent["status_message"],
        "accepts_work_orders": agent["accepts"],
        "max_concurrent_jobs": agent["max_jobs"],
        "current_active_jobs": agent["active"],
        "content_flags": [],
    }
