"""Holds what was asked of work orders against the orders, their notifications and the jobs."""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from agent_messaging.work_orders.states import TRANSITIONS, Status
from tests.faults.injection.history import LEADS_TO, MARKS, End, Finding, Findings, Operation

LEGAL = {str(s): {str(t.target) for t in TRANSITIONS if t.source is s} for s in Status}


def orders(history: Sequence[Operation], end: End) -> Findings:
    """Each order that was acknowledged is there once and as it was sent, and no other is."""
    stored = defaultdict(list)
    for item in end.orders:
        stored[item["title"]].append(item)
    asked = {each.mark: each for each in history if each.kind == "create"}
    for title in stored.keys() - asked.keys():
        yield Finding("unexpected", f"an order that nobody gave: {title}")
    for title, operation in asked.items():
        items = stored[title]
        if len(items) > 1:
            yield Finding("doubled", f"{operation}: {len(items)} orders")
        if items and operation.refusal:
            yield Finding("unexpected", f"{operation} was refused, and is there")
        if operation.answer and not any(_is_as_sent(operation, item) for item in items):
            yield Finding("lost", f"{operation} is not there as it was sent")
    briefs = Counter(
        i["display"]["work_order_id"] for i in end.messages if i["display"]["type"] == "work_order"
    )
    for item in end.orders:
        if (number := briefs[item["work_order_id"]]) != 1:
            kind = "doubled" if number else "lost"
            yield Finding(kind, f"{number} messages bring order {item['title']}")


def _is_as_sent(operation: Operation, item: Any) -> bool:
    sent, answer = operation.sent, operation.answer
    return (
        item["work_order_id"] == answer["work_order_id"]
        and item["message_id"] == answer["message_id"]
        and (item["client_id"], item["worker_id"]) == (operation.agent, operation.target)
        and item["description"] == sent["description"]
        and json.loads(item["requirements"]) == sent["requirements"]
    )


def transitions(history: Sequence[Operation], end: End) -> Findings:
    """Each order went a legal way, each step by one operation, which is the one that is told so."""
    stored = {item["work_order_id"]: item for item in end.orders}
    moves = defaultdict(list)
    for each in history:
        if each.kind in LEADS_TO:
            moves[each.target].append(each)
    for order_id, way in end.statuses.items():
        yield from _illegal_steps(order_id, way)
        for status in way[1:]:
            made = [m for m in moves[order_id] if LEADS_TO[m.kind] == status]
            won = [m for m in made if m.answer]
            if len(won) > 1:
                yield Finding("two_winners", f"{order_id} was {status} by {len(won)}")
            if status != "expired" and not any(_is_there(m, stored) for m in made):
                yield Finding("unexpected", f"nobody asked that {order_id} be {status}")
        for move in moves[order_id]:
            yield from _judged(move, stored, way)


def _illegal_steps(order_id: str, way: Sequence[str]) -> Findings:
    for before, after in itertools.pairwise(way):
        if after not in LEGAL[before]:
            yield Finding("two_winners", f"{order_id} went from {before} to {after}")


def _is_there(move: Operation, stored: Any) -> bool:
    """Whether it is this very operation that moved the order."""
    return stored.get(move.target, {}).get(MARKS[move.kind]) == move.mark


def _judged(move: Operation, stored: Any, way: Sequence[str]) -> Findings:
    item, status = stored.get(move.target, {}), LEADS_TO[move.kind]
    if move.answer:
        is_kept = _is_there(move, stored) and status in way
        if not is_kept or item[f"{status}_at"] != move.answer[f"{status}_at"]:
            yield Finding("lost", f"{move} was acknowledged, and is not what happened")
    if move.refusal:
        if _is_there(move, stored):
            yield Finding("false_conflict", f"{move} was refused, and is what happened")
        said = move.refusal.get("current_status")
        if said and (said not in way or status in LEGAL[said]):
            yield Finding("false_conflict", f"{move} was refused for the order is {said}")


def capacity(history: Sequence[Operation], end: End) -> Findings:
    """Whoever was told that a worker takes no more jobs: there was a moment when it took none."""
    for each in history:
        if (each.refusal or {}).get("code") != "at_capacity":
            continue
        seen = end.jobs.get(each.agent, ())
        if each.kind != "accept" or not any(active >= most for active, most in seen):
            yield Finding("false_conflict", f"{each} was refused, and {each.agent} was never full")


def notifications(end: End) -> Findings:
    """One to the party that did not act for each step of an order; of an expiry, one to each."""
    told = Counter(
        (shown["work_order_id"], json.loads(shown["metadata"])["status"], i["recipient_id"])
        for i in end.messages
        if (shown := i["display"])["type"] == "notification"
    )
    due = Counter()
    for item in end.orders:
        client, worker = item["client_id"], item["worker_id"]
        for status in end.statuses[item["work_order_id"]][1:]:
            other = {"expired": (client, worker), "cancelled": (worker,)}.get(status, (client,))
            due.update((item["work_order_id"], status, each) for each in other)
    for missing in due - told:
        yield Finding("lost", f"{missing[2]} was not told that {missing[0]} is {missing[1]}")
    for more in told - due:
        kind = "doubled" if due[more] else "unexpected"
        yield Finding(kind, f"{more[2]} was told that {more[0]} is {more[1]}")


def jobs(end: End) -> Findings:
    """An agent's active jobs are its accepted orders, and never were more than it takes."""
    for agent in end.agents:
        own = Counter(i["status"] for i in end.orders if i["worker_id"] == agent["agent_id"])
        counts = {"active_jobs": own["accepted"], "completed_jobs": own["completed"]}
        for name, true in counts.items():
            if agent.get(name, 0) != true:
                told = f"{agent['agent_id']} has {true} {name}, not {agent.get(name)}"
                yield Finding("drifted", told)
    for agent_id, seen in end.jobs.items():
        if any(active > most or active < 0 for active, most in seen):
            yield Finding("drifted", f"{agent_id} had more jobs than it takes: {max(seen)}")
