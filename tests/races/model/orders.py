"""Work orders in the plain model: the transitions, who may make them, and what follows.

An order that is pending when its deadline is reached has expired. That is written down by whoever
finds it first (`settle`): a transition, a read, a list, the sweep.
"""

from __future__ import annotations

from datetime import datetime

from tests.races.model import contacts
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
    contacts.befriend(world, caller, worker, now)
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
    }
    world.orders[order["work_order_id"]] = order
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
    _notify(world, order, role, now)
    if action == "accept":
        contacts.befriend(world, caller, order["client"]["id"], now)
    told = ["work_order_id", "status", f"{to}_at"]
    told += ["reason"] if to in ("rejected", "cancelled", "failed") else []
    return {"success": True, **{name: order[name] for name in told}}


def read(world: World, caller: str, work_order_id: str, now: datetime) -> Document:
    """An order, to its two parties."""
    order = _own(world, caller, work_order_id)
    settle(world, order, now)
    return seen_by(order, caller)


def listed(
    world: World, caller: str, role: str, status: str | None, now: datetime
) -> list[Document]:
    """The caller's orders in a role, newest first."""
    mine = [order for order in world.orders.values() if order[role]["id"] == caller]
    for order in mine:
        settle(world, order, now)
    found = [seen_by(order, caller) for order in mine if status in (None, order["status"])]
    return sorted(found, key=lambda order: order["work_order_id"], reverse=True)


def sweep(world: World, now: datetime) -> int:
    """How many orders it finds expired."""
    return sum(settle(world, order, now) for order in world.orders.values())


def settle(world: World, order: Document, now: datetime) -> bool:
    """Write an expiry down, as of the deadline, and tell both parties; False if there is none."""
    deadline = order["deadline_at"]
    if order["status"] != "pending" or deadline is None or text(now) < deadline:
        return False
    order |= {"status": "expired", "expired_at": deadline}
    for role in ("client", "worker"):
        notice = compose(
            "notification",
            {"id": "system", "name": "System"},
            order[role],
            now,
            relationship=None,
            thread_id=None,
            subject="Work order expired",
            body="A work order has expired: nobody answered by its deadline.",
            work_order_id=order["work_order_id"],
            metadata={"status": "expired"},
        )
        world.unseen.append(notice)
    return True


def waiting_for(world: World, worker: str) -> list[Document]:
    """The orders that wait for the worker; one that is overdue too, until somebody finds it."""
    orders = world.orders.values()
    return [
        each for each in orders if each["worker"]["id"] == worker and each["status"] == "pending"
    ]


def seen_by(order: Document, reader: str) -> Document:
    """An order as one of its parties reads it."""
    return order if reader == order["worker"]["id"] else {**order, "relationship": None}


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


def _notify(world: World, order: Document, role: str, now: datetime) -> None:
    """Tell the party that did not act; who is blocked gets no word of its own in."""
    other = {"client": "worker", "worker": "client"}[role]
    to, done = order[other], order["status"]
    actor = world.party(order[role]["id"])
    relationship = contacts.relationship(world, to["id"], actor["id"])
    said = f"{order[role]['name']} has {done} the work order “{order['title']}”."
    if order["reason"]:
        said += f" Reason: {order['reason']}"
    if relationship == "blocked":
        said = f"The {role}, whom you block, has {done} a work order."
        actor = order[role]
    notice = compose(
        "notification",
        actor,
        to,
        now,
        relationship=relationship,
        thread_id=order["thread_id"],
        subject=f"Work order {done}",
        body=said,
        work_order_id=order["work_order_id"],
        metadata={"status": done},
    )
    world.unseen.append(notice)
