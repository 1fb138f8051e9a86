"""Work orders in the plain model: the transitions, who may make them, and what follows.

An order that is pending when its deadline is reached has expired. That is written down by whoever
finds it first (`settle`): a transition, a read, a list, the sweep.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tests.races.model import contacts, history
from tests.races.model.messages import compose
from tests.races.model.world import Chosen, Document, RefusedError, Request, World, text

# (from, what is done): (to, who may do it).
TRANSITIONS = {
    ("pending", "accept"): ("accepted", "worker"),
    ("pending", "reject"): ("rejected", "worker"),
    ("pending", "cancel"): ("cancelled", "client"),
    ("accepted", "complete"): ("completed", "worker"),
    ("accepted", "fail"): ("failed", "worker"),
    ("accepted", "cancel"): ("cancelled", "client"),
}
ROLES = {action: role for (_, action), (_, role) in TRANSITIONS.items()}
# What can follow more than one status: its notification also names the one before.
AMBIGUOUS = [
    status for status, number in Counter(to for to, _ in TRANSITIONS.values()).items() if number > 1
]

# What an order holds until something happens to it.
UNTOUCHED = dict.fromkeys(
    (
        "accepted_at",
        "rejected_at",
        "completed_at",
        "failed_at",
        "cancelled_at",
        "expired_at",
        "estimated_completion",
        "reason",
        "reason_code",
        "ended_by",
        "result_data",
        "result_url",
        "summary",
    )
)
OPTIONAL = ("requirements", "deliverables", "budget_usd", "deadline_at")


def create(world: World, caller: str, body: Document, now: datetime, chosen: Chosen) -> Document:
    """Offer an order: it and the message that brings it to the worker."""
    worker = body["to_agent_id"]
    agent = world.agent(worker)
    if worker == caller or (body.get("deadline_at") or "9999") <= text(now):
        raise RefusedError(422, "invalid")
    if contacts.fate(world, caller, worker) != "delivered":
        raise RefusedError(403, "contact_required")
    if not agent["accepts"]:
        raise RefusedError(409, "worker_unavailable")
    contacts.add_contact(world, caller, worker, now)
    order = {
        **{name: body.get(name) for name in ("title", "description", *OPTIONAL)},
        **UNTOUCHED,
        "work_order_id": chosen("work_order_id", "wo"),
        "message_id": chosen("message_id", "msg"),
        "thread_id": None,
        "client": world.party(caller),
        "worker": world.party(worker),
        "relationship": contacts.relationship(world, worker, caller),
        "verified": True,
        "content_flags": [],
        "status": "pending",
        "created_at": text(now),
        "history": None,
    }
    world.orders[order["work_order_id"]] = order
    history.note(world, order, "client", "create", text(now))
    _bring(world, order, now)
    told = ("work_order_id", "message_id", "status", "created_at")
    return {"success": True, **{name: order[name] for name in told}}


def move(world: World, request: Request, now: datetime) -> Document:
    """One transition by one of the two parties; a refusal names the status as it is."""
    caller, action = request.caller, request.what
    order = _own(world, caller, request.to)
    role = ROLES[action]
    if order[role]["id"] != caller:
        raise RefusedError(403, "wrong_role")
    settle(world, order, now)
    status = order["status"]
    if (status, action) not in TRANSITIONS:
        raise RefusedError(409, "illegal_transition", current_status=status)
    worker = world.agents[order["worker"]["id"]]
    if action == "accept" and worker["active"] >= worker["max_jobs"]:
        raise RefusedError(409, "at_capacity")
    to, _ = TRANSITIONS[status, action]
    worker["active"] += (to == "accepted") - (status == "accepted")
    worker["completed"] += to == "completed"
    body = request.body
    given = {**body, "reason": body.get("rejection_reason", body.get("reason"))}
    order |= {name: given[name] for name in UNTOUCHED if name in given}
    order |= {"status": to, f"{to}_at": text(now)}
    order["ended_by"] = None if to == "accepted" else role
    history.note(world, order, role, action, text(now))
    _notify(world, order, role, status, now)
    if action == "accept":
        contacts.add_contact(world, caller, order["client"]["id"], now)
    told = ["work_order_id", "status", f"{to}_at"]
    told += ["reason"] if to in ("rejected", "cancelled", "failed") else []
    is_final = to != "accepted"
    return {"success": True, "is_final": is_final, **{name: order[name] for name in told}}


def read(world: World, caller: str, work_order_id: str, now: datetime) -> Document:
    """An order, to its two parties."""
    order = _own(world, caller, work_order_id)
    settle(world, order, now)
    return {**seen_by(order, caller), "history": world.histories[work_order_id]}


def listed(
    world: World, caller: str, role: str, status: str | None, now: datetime
) -> list[Document]:
    """The caller's orders in a role, newest first; an overdue one is settled where it is shown."""
    mine = [order for order in world.orders.values() if order[role]["id"] == caller]
    shown = [each for each in mine if status in (None, _status_at(each, now))]
    for order in shown:
        settle(world, order, now)
    found = [seen_by(order, caller) for order in shown]
    return sorted(found, key=lambda order: order["work_order_id"], reverse=True)


def reject_many(
    world: World, caller: str, chosen: list[str], reason: str | None, now: datetime
) -> Document:
    """Reject each as if it were rejected alone."""
    rejected, refused = [], []
    for work_order_id in dict.fromkeys(chosen):
        body = {"rejection_reason": reason}
        try:
            done = move(world, Request("reject", caller, body, work_order_id), now)
        except RefusedError as refusal:
            status = refusal.members.get("current_status")
            refused.append(
                {"work_order_id": work_order_id, "code": refusal.code, "current_status": status}
            )
        else:
            names = ("work_order_id", "status", "rejected_at")
            rejected.append({name: done[name] for name in names})
    return {"success": True, "rejected": rejected, "not_rejected": refused, "has_more": False}


def pending_of(world: World, worker: str, client: str) -> list[str]:
    """A client's orders that wait for the worker, newest first."""
    mine = [each for each in world.orders.values() if each["worker"]["id"] == worker]
    waiting = [
        each["work_order_id"]
        for each in mine
        if each["client"]["id"] == client and each["status"] == "pending"
    ]
    return sorted(waiting, reverse=True)


def sweep(world: World, now: datetime) -> int:
    """How many orders it finds expired."""
    return sum(settle(world, order, now) for order in world.orders.values())


def settle(world: World, order: Document, now: datetime) -> bool:
    """Write an expiry down, as of the deadline, and tell both parties; False if there is none."""
    deadline = order["deadline_at"]
    if order["status"] != "pending" or _status_at(order, now) != "expired":
        return False
    order |= {"status": "expired", "expired_at": deadline, "ended_by": "system"}
    history.note(world, order, "system", "expire", deadline)
    for role in ("client", "worker"):
        body = "A work order expired: nobody answered by its deadline."
        _notify_of_system(world, order, role, body, now, before="pending")
    return True


def leave(world: World, caller: str, now: datetime) -> Document:
    """Leave for good: what is open on either side ends, and whoever stays is told."""
    mine = {
        role: [each for each in world.orders.values() if each[role]["id"] == caller]
        for role in ("worker", "client")
    }
    if any(each["status"] == "accepted" for each in mine["worker"]):
        raise RefusedError(409, "agent_busy")
    del world.agents[caller]
    for order in mine["worker"]:
        _end(world, order, "worker", now)
    for order in mine["client"]:
        _end(world, order, "client", now)
    return {"success": True, "agent_id": caller}


def _end(world: World, order: Document, gone: str, now: datetime) -> None:
    """What the system does in the place of a party that is gone."""
    settle(world, order, now)
    action = {"worker": "reject", "client": "cancel"}[gone]
    if (order["status"], action) not in TRANSITIONS:
        return
    if order["status"] == "accepted":
        world.agents[order["worker"]["id"]]["active"] -= 1
    before = order["status"]
    to, _ = TRANSITIONS[before, action]
    ended = {"status": to, f"{to}_at": text(now), "ended_by": "system"}
    order |= {**ended, "reason_code": f"{gone}_left"}
    history.note(world, order, "system", action, text(now))
    stays = {"worker": "client", "client": "worker"}[gone]
    body = f"A work order was {to}, because its {gone} has left."
    _notify_of_system(world, order, stays, body, now, before=before)


def _notify_of_system(
    world: World, order: Document, role: str, body: str, now: datetime, *, before: str
) -> None:
    """Nobody can read what one that is gone is told."""
    if order[role]["id"] not in world.agents:
        return
    code = {"reason_code": order["reason_code"]} if order["reason_code"] else {}
    notice = compose(
        "notification",
        {"id": "system", "name": "System"},
        order[role],
        now,
        relationship=None,
        thread_id=None,
        subject=f"Work order {order['status']}",
        body=body,
        work_order_id=order["work_order_id"],
        metadata={**_step(before, order["status"]), **code},
    )
    world.unseen.append(notice)


def _status_at(order: Document, now: datetime) -> str:
    """How an order stands, whether anybody has written that down or not."""
    deadline = order["deadline_at"]
    is_late = order["status"] == "pending" and deadline is not None and text(now) >= deadline
    return "expired" if is_late else str(order["status"])


def waiting_for(world: World, worker: str, now: datetime) -> list[Document]:
    """The orders that wait for the worker: not overdue ones, nor those of clients it blocks."""
    return [
        each
        for each in world.orders.values()
        if each["worker"]["id"] == worker
        and each["status"] == "pending"
        and text(now) < (each["deadline_at"] or "9999")
        and contacts.state_of(world, worker, each["client"]["id"]) != "blocked"
    ]


def seen_by(order: Document, reader: str) -> Document:
    """An order as one of its parties reads it."""
    shown = {**order, "is_final": order["status"] not in ("pending", "accepted")}
    return shown if reader == order["worker"]["id"] else {**shown, "relationship": None}


def _own(world: World, caller: str, work_order_id: str) -> Document:
    order = world.orders.get(work_order_id)
    if order is None or caller not in (order["client"]["id"], order["worker"]["id"]):
        raise RefusedError(404, "work_order_not_found")
    return order


def _bring(world: World, order: Document, now: datetime) -> None:
    message = compose(
        "work_order",
        order["client"],
        order["worker"],
        now,
        message_id=order["message_id"],
        thread_id=order["thread_id"],
        relationship=order["relationship"],
        subject=order["title"],
        body=order["description"],
        work_order_id=order["work_order_id"],
    )
    world.messages[order["message_id"]] = message
    world.threadless.append(message)


def _step(before: str, status: str) -> Document:
    """What a program is told of a transition."""
    return {"status": status, **({"previous_status": before} if status in AMBIGUOUS else {})}


def _notify(world: World, order: Document, role: str, before: str, now: datetime) -> None:
    """Tell the party that did not act; nothing is quoted of who is blocked."""
    other = {"client": "worker", "worker": "client"}[role]
    to, done = order[other], order["status"]
    actor = world.party(order[role]["id"])
    relationship = contacts.relationship(world, to["id"], actor["id"])
    quotes: Document | None = {"title": order["title"], "reason": order["reason"]}
    if relationship == "blocked":
        quotes = None
        actor = order[role]
    notice = compose(
        "notification",
        actor,
        to,
        now,
        relationship=relationship,
        thread_id=order["thread_id"],
        subject=f"Work order {done}",
        body=f"The {role} {done} a work order.",
        untrusted=quotes,
        work_order_id=order["work_order_id"],
        metadata=_step(before, done),
    )
    world.unseen.append(notice)
