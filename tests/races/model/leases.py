"""Leases, reports and questions of work orders in the plain model."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.races.model.world import Chosen, Document, World, text

WEEK = timedelta(days=7)

# What an order holds of them until something happens.
UNTOUCHED: Document = {
    "asked_at": None,
    "answered_at": None,
    "lease_expires_at": None,
    "question_id": None,
    "answer_by": None,
    "overdue_at": None,
    "lapses": 0,
    "progress": None,
    "questions": None,
}


def ends_at(order: Document) -> str | None:
    """When the clock ends the order in its present state."""
    name = {
        "pending": "deadline_at",
        "accepted": "lease_expires_at",
        "input_required": "answer_by",
    }.get(order["status"])
    ended: str | None = order[name] if name else None
    return ended


def start(order: Document, now: datetime) -> None:
    """Accepting and answering start a full lease."""
    if order["lease_seconds"]:
        order["lease_expires_at"] = text(now + timedelta(seconds=order["lease_seconds"]))


def stop(order: Document) -> None:
    """Nothing runs any more."""
    order |= {"lease_expires_at": None, "question_id": None, "answer_by": None}


def ask(world: World, order: Document, question: str, now: datetime, chosen: Chosen) -> Document:
    """The lease rests, and the answer is awaited for a week, or until the deadline."""
    stop(order)
    until, deadline = text(now + WEEK), order["deadline_at"]
    if deadline and deadline > text(now):
        until = min(until, deadline)
    asked = {"question_id": chosen("question_id", "qst"), "asked_at": text(now)}
    order |= {**asked, "answer_by": until}
    entry = {**asked, "question": question, "answer": None, "answered_at": None}
    world.questions.setdefault(order["work_order_id"], []).append(entry)
    return {"question_id": order["question_id"], "answer_by": until}


def answer(world: World, order: Document, words: str, now: datetime) -> None:
    """The worker goes on, with a full lease."""
    stop(order)
    start(order, now)
    world.questions[order["work_order_id"]][-1] |= {"answer": words, "answered_at": text(now)}


def lapse(order: Document) -> None:
    """Why it failed: nobody was there in time, or the deadline came before an answer."""
    is_at_deadline = order["answer_by"] and order["answer_by"] == order["deadline_at"]
    order |= {"reason_code": "deadline" if is_at_deadline else "lapsed", "lapses": 1}
    stop(order)


def report(order: Document, body: Document, now: datetime) -> Document:
    """What is left out keeps its value; the lease is renewed."""
    names = ("percent", "note", "partial_result")
    known = order["progress"] or dict.fromkeys(names)
    given = {name: value for name, value in body.items() if value is not None}
    order["progress"] = {**known, **given, "reported_at": text(now)}
    order["updated_at"] = text(now)
    if order["lease_expires_at"]:
        start(order, now)
    told = ("work_order_id", "status", "lease_expires_at")
    return {"success": True, "is_final": False, **{name: order[name] for name in told}}
