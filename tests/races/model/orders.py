"""Work orders in the plain model: the transitions, who may make them, and what follows.

An order that is pending when its deadline is reached has expired. That is written down by whoever
finds it first (`settle`): a transition, a read, a list, the sweep.
"""

from __future__ import annotations

from datetime import datetime

from tests.races.model import contacts, history, leases
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
    ("accepted", "ask"): ("input_required", "worker"),
    ("input_required", "answer"): ("accepted", "client"),
    ("input_required", "complete"): ("completed", "worker"),
    ("input_required", "fail"): ("failed", "worker"),
    ("input_required", "cancel"): ("cancelled", "client"),
}
ROLES = {action: role for (_, action), (_, role) in TRANSITIONS.items()}
ACTIVE = ("accepted", "input_required")
OPEN = ("pending", *ACTIVE)
# The usual status before. A notification names another one, and always that of a cancellation.
USUAL = {
    "accepted": "pending",
    "rejected": "pending",
    "expired": "pending",
    "completed": "accepted",
    "failed": "accepted",
    "input_required": "accepted",
}

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
OPTIONAL = ("requirements", "deliverables", "budget_usd", "deadline_at", "lease_seconds")
# An order of this model names its worker, and it is no part of another.
ALONE = {
    "offer": "named",
    **dict.fromkeys(
        ("capability", "priority", "bids_by", "price_usd", "reopened_at", "result_schema")
    ),
    "parent_id": None,
    "depends_on": None,
    "is_ready": True,
}


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
        **leases.UNTOUCHED,
        **ALONE,
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
    told = ("work_order_id", "message_id", "status", "created_at", "offer")
    return {"success": True, **{name: order[name] for name in told}}


def move(world: World, request: Request, now: datetime, chosen: Chosen) -> Document:
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
    worker["active"] += (to in ACTIVE) - (status in ACTIVE)
    worker["completed"] += to == "completed"
    body = request.body
    given = {**body, "reason": body.get("rejection_reason", body.get("reason"))}
    order |= {name: given[name] for name in UNTOUCHED if name in given}
    time = {"ask": "asked_at", "answer": "answered_at"}.get(action, f"{to}_at")
    order |= {"status": to, time: text(now)}
    order["ended_by"] = None if to in OPEN else role
    more = _wait(world, order, request, now, chosen)
    history.note(world, order, role, action, text(now), body=body)
    _notify(world, order, request, status, now)
    if action == "accept":
        contacts.add_contact(world, caller, order["client"]["id"], now)
    told = ["work_order_id", "status", time]
    told += ["reason"] if to in ("rejected", "cancelled", "failed") else []
    told += ["lease_expires_at"] if action == "answer" else []
    shown = {name: order[name] for name in told}
    return {"success": True, "is_final": to not in OPEN, **shown, **more}


def _wait(
    world: World, order: Document, request: Request, now: datetime, chosen: Chosen
) -> Document:
    """Until when the order waits from now on, and what else is answered."""
    if request.what == "ask":
        return leases.ask(world, order, request.body["question"], now, chosen)
    if request.what == "answer":
        leases.answer(world, order, request.body["answer"], now)
    elif request.what == "accept":
        leases.start(order, now)
    else:
        leases.stop(order)
    return {}


def progress(world: World, request: Request, now: datetime) -> Document:
    """A report of the worker."""
    order = _own(world, request.caller, request.to)
    if order["worker"]["id"] != request.caller:
        raise RefusedError(403, "wrong_role")
    settle(world, order, now)
    if order["status"] not in ACTIVE:
        raise RefusedError(409, "illegal_transition", current_status=order["status"])
    return leases.report(order, request.body, now)


def read(world: World, caller: str, work_order_id: str, now: datetime) -> Document:
    """An order, to its two parties."""
    order = _own(world, caller, work_order_id)
    settle(world, order, now)
    talk = {
        "history": world.histories[work_order_id],
        "questions": world.questions.get(work_order_id, []),
    }
    return {**seen_by(order, caller), **talk}


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
            request = Request("reject", caller, body, work_order_id)
            done = move(world, request, now, Chosen(None, now, world))
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
    """How many orders it finds expired. It also ends what lapsed, and tells of what is overdue."""
    expired = 0
    for order in world.orders.values():
        expired += settle(world, order, now) and order["status"] == "expired"
        is_leased = order["lease_seconds"] or order["overdue_at"]
        deadline = order["deadline_at"] or "9999"
        if order["status"] == "accepted" and not is_leased and deadline <= text(now):
            order["overdue_at"] = text(now)
    return expired


BODIES = {
    None: "A work order expired: nobody answered by its deadline.",
    "lapsed": "A work order failed: nobody renewed its lease or answered its question in time.",
    "deadline": "A work order failed: its question had no answer by the deadline.",
}


def settle(world: World, order: Document, now: datetime) -> bool:
    """Write down what the clock ended, as of then, and tell both; False if there is nothing."""
    ended, before = leases.ends_at(order), order["status"]
    to = _status_at(order, now)
    if ended is None or to == before:
        return False
    order |= {"status": to, f"{to}_at": ended, "ended_by": "system"}
    if before in ACTIVE:
        world.agents[order["worker"]["id"]]["active"] -= 1
        leases.lapse(order)
    history.note(world, order, "system", "expire" if before == "pending" else "lapse", ended)
    for role in ("client", "worker"):
        _notify_of_system(world, order, role, BODIES[order["reason_code"]], now, before=before)
    return True


def leave(world: World, caller: str, now: datetime) -> Document:
    """Leave for good: what is open on either side ends, and whoever stays is told."""
    mine = {
        role: [each for each in world.orders.values() if each[role]["id"] == caller]
        for role in ("worker", "client")
    }
    if any(each["status"] in ACTIVE for each in mine["worker"]):
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
    if order["status"] in ACTIVE:
        world.agents[order["worker"]["id"]]["active"] -= 1
    leases.stop(order)
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
    ended = leases.ends_at(order)
    if ended is None or text(now) < ended:
        return str(order["status"])
    return "expired" if order["status"] == "pending" else "failed"


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
    shown = {**order, "is_final": order["status"] not in OPEN}
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
    return {
        "status": status,
        **({} if USUAL.get(status) == before else {"previous_status": before}),
    }


def _notify(world: World, order: Document, request: Request, before: str, now: datetime) -> None:
    """Tell the party that did not act; nothing is quoted of who is blocked."""
    role = ROLES[request.what]
    other = {"client": "worker", "worker": "client"}[role]
    to, done = order[other], order["status"]
    actor = world.party(order[role]["id"])
    relationship = contacts.relationship(world, to["id"], actor["id"])
    quotes: Document | None = {
        "title": order["title"],
        "reason": order["reason"],
        "question": request.body.get("question"),
        "answer": request.body.get("answer"),
    }
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
        subject=f"Work order {SUBJECTS.get(request.what, done)}",
        body=_told(order, request, role),
        untrusted=quotes,
        work_order_id=order["work_order_id"],
        metadata={**_step(before, done), **_question(order)},
    )
    world.unseen.append(notice)


SUBJECTS = {"ask": "question", "answer": "question answered"}


def _question(order: Document) -> Document:
    return {"question_id": order["question_id"]} if order["question_id"] else {}


def _told(order: Document, request: Request, role: str) -> str:
    path = f"/api/v1/messaging/work-order/{order['work_order_id']}"
    if request.what == "ask":
        return (
            "The worker asked a question about a work order, and waits for the answer. Answer with "
            f"POST {path}/answer. A reply to this message answers nothing."
        )
    if request.what == "answer":
        return f"The client answered your question. GET {path} shows it."
    return f"The {role} {order['status']} a work order."
