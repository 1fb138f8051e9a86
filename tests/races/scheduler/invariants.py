"""What holds after every run, whatever was asked, and wherever anybody died."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from agent_messaging.work_orders.history import chain
from tests.races.scheduler.world import Seen, World

ENDINGS = ("rejected", "cancelled", "expired", "completed", "failed")
TIMES = ("accepted", *ENDINGS)
OPEN = ("pending", "accepted", "input_required")
ACTIVE = ("accepted", "input_required")
MOVES = ("accept", "reject", "complete", "fail", "cancel", "claim", "award")


def check(world: World) -> None:
    """Raise AssertionError if anything is half-written, doubled, or contradicts an answer."""
    stored = world.items("WorkOrdersTable")
    orders = {order["work_order_id"]: order for order in stored if order["part"] == "head"}
    messages = world.items("AgentMessagesTable")
    for order in orders.values():
        _check_order(order)
        _check_history(order)
        _check_messages(order, messages)
    _check_agents(world, list(orders.values()))
    _check_answers(world, orders, messages)
    _check_records(world, orders, messages)


def _check_order(order: dict[str, Any]) -> None:
    status = order["status"]
    moved = [name for name in TIMES if f"{name}_at" in order]
    was_accepted = ["accepted"] if "accepted" in moved else []
    ended = [name for name in moved if name in ENDINGS]
    assert moved == was_accepted + ended
    reached = ([*was_accepted, *ended] or ["pending"])[-1]
    assert status == reached or (status, reached) == ("input_required", "accepted"), moved
    assert len(ended) <= 1, f"two endings: {ended}"
    if was_accepted and ended:
        assert status in ("completed", "failed", "cancelled"), moved
    is_open, has_worker = status in OPEN, "worker_id" in order
    assert is_open == ("open_client_id" in order)
    assert (is_open and has_worker) == ("open_worker_id" in order)
    is_listed = status == "pending" and not has_worker and order.get("is_ready", True)
    assert is_listed == ("pool_for" in order)
    due = _due(order)
    assert (due is not None) == ("due_at" in order) == ("due_shard" in order)
    assert due is None or order["due_at"].partition("#")[0] <= due, "the sweep comes too late"
    assert (status == "accepted" and "lease_seconds" in order) == ("lease_expires_at" in order)
    assert (status == "input_required") == ("answer_by" in order) == ("question_id" in order)
    assert int(order.get("asked", 0)) - int(order.get("answered", 0)) in (0, 1)
    if status == "accepted":
        assert order.get("asked") == order.get("answered")
    if "accepted_at" in order and "deadline_at" in order:
        assert order["accepted_at"] < order["deadline_at"], "accepted too late by its own clock"


def _due(order: dict[str, Any]) -> str | None:
    """When the sweep has to look at it, None if never."""
    status = order["status"]
    if status == "input_required":
        return str(order["answer_by"])
    if status == "accepted" and "lease_seconds" in order:
        return str(order["lease_expires_at"])
    is_told = status == "accepted" and "overdue_at" in order
    return order.get("deadline_at") if status in ("pending", "accepted") and not is_told else None


def is_lapsed(order: dict[str, Any]) -> bool:
    """Whether the clock ended it after it was accepted."""
    return order.get("reason_code") in ("lapsed", "deadline")


def is_settled(order: dict[str, Any]) -> bool:
    """Whether it was cancelled because another order ended."""
    return order.get("reason_code") in ("parent_cancelled", "dependency_failed")


def _check_history(order: dict[str, Any]) -> None:
    """One record of the creation and one of each move, in the order in which they happened."""
    moved = [(order[f"{name}_at"], name) for name in TIMES if f"{name}_at" in order]
    expected = [(order["display"]["created_at"], "pending"), *moved]
    parties = {"client": order["client_id"], "worker": order.get("worker_id", "system")}
    entries = [*chain(order["history"], parties, earlier_workers(order))]
    talk = [entry for entry in entries if entry["action"] in ("ask", "answer")]
    told = [(entry["at"], entry["to"]) for entry in entries if entry not in talk]
    between = [told.pop(1) for _ in earlier_workers(order) * 2]
    assert [to for _, to in between] == ["accepted", "pending"] * (len(between) // 2)
    assert told == expected, "another history"
    actions = Counter(entry["action"] for entry in talk)
    for name, action in (("asked", "ask"), ("answered", "answer")):
        assert actions[action] == int(order.get(name, 0)), "another number of questions"


def earlier_workers(order: dict[str, Any]) -> list[str]:
    """Those that have lost the order, which was then offered to others."""
    return list(order["display"].get("excluded", ()))


def _check_messages(order: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    """One message about the order, one notice of each move, two of the system's, one if ready.

    Whenever it is offered to others again, its client and the worker that lost it are told.

    An order for candidates comes with no message. What ends it before it has a worker is told to
    the client alone, if that has not done it itself.
    """
    is_for_candidates = "capability" in order["display"]
    shown = [message["display"] for message in messages if "display" in message]
    about = [each for each in shown if each.get("work_order_id") == order["work_order_id"]]
    kinds = Counter(message["type"] for message in about)
    assert kinds["work_order"] == int(not is_for_candidates)
    notices = Counter(
        json.loads(message["metadata"])["status"]
        for message in about
        if message["type"] == "notification"
    )
    moved = [name for name in TIMES if f"{name}_at" in order]
    expected = Counter(moved)
    by_system = order["status"] == "expired" or is_lapsed(order) or is_settled(order)
    if is_for_candidates and "worker_id" not in order:
        expected = Counter({order["status"]: int(by_system)})
    else:
        expected[order["status"]] += by_system
        expected["input_required"] = int(order.get("asked", 0))
        expected["accepted"] += int(order.get("answered", 0))
        expected["pending"] = int("Work order ready" in {each["subject"] for each in about})
    rounds = len(earlier_workers(order))
    expected += Counter(accepted=rounds, pending=2 * rounds)
    assert notices == +expected, notices


def _check_agents(world: World, orders: list[dict[str, Any]]) -> None:
    for agent in world.items("AgentsTable"):
        own = Counter(o["status"] for o in orders if o.get("worker_id") == agent["agent_id"])
        active = sum(own[status] for status in ACTIVE)
        assert agent["active_jobs"] == active, f"active_jobs of {agent['agent_id']}"
        assert agent["completed_jobs"] == own["completed"]
        assert agent["active_jobs"] <= agent["max_concurrent_jobs"]
        if "deleted_at" in agent:
            assert "keys" not in agent
            assert not active


def _check_answers(world: World, orders: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    """What was acknowledged is there as it was acknowledged; what was seen stays seen."""
    by_id = {message["message_id"]: message for message in messages}
    requests = {entry.get("request_id") for entry in world.items("ContactsTable")}
    for seen in world.history:
        assert seen.status in (0, 200, 201, 204, 401, 403, 404, 409, 422, 429, 500, 503), seen
        if seen.status != 200:
            continue
        if seen.what in ("send", "ping") and seen.json["status"] == "pending":
            assert seen.json["message_id"] in by_id, "an acknowledged message is lost"
        if seen.what == "hold" and not world.told("block", "forget"):
            held = seen.json["message_id"]
            assert held in requests or held in by_id, "an acknowledged request is lost"
        if seen.what == "create":
            assert seen.json["work_order_id"] in orders, "an acknowledged order is lost"
            assert seen.json["message_id"] in by_id or seen.json["offer"] != "named"
        if seen.what in MOVES:
            order = orders[seen.json["work_order_id"]]
            assert order.get(f"{seen.json['status']}_at"), "an acknowledged move did not happen"
        if seen.what in ("send", "ping", "hold", "create") and seen.json["message_id"]:
            assert _is_logged(world, seen), "an acknowledged message is in no sent list"
    _check_expiries(world)


def _is_logged(world: World, seen: Seen) -> bool:
    ulid = seen.json["message_id"].removeprefix("msg_")
    logs = [i for i in world.items("AgentSentTable") if i["sender_id"] == seen.who]
    return sum(ulid in chunk for chunk in logs) == 1


def _check_expiries(world: World) -> None:
    """Whoever asks after somebody was told `expired` is told so too."""
    expired = [
        (seen.told_at, order_id)
        for seen in world.history
        for order_id, status in statuses(seen)
        if status == "expired"
    ]
    for seen in world.history:
        for order_id, status in statuses(seen):
            is_later = any(at <= seen.asked_at and order_id == other for at, other in expired)
            assert status == "expired" or not is_later, f"told expired, and later {status}"


def statuses(seen: Seen) -> list[tuple[str, str]]:
    """What an answer says of orders: their ids, and how they stand."""
    body = seen.json
    if "current_status" in body:
        return [(seen.order_id, body["current_status"])]
    if seen.status != 200:
        return []
    if "work_orders" in body:
        return [(order["work_order_id"], order["status"]) for order in body["work_orders"]]
    is_of_one = {"work_order_id", "status"} <= body.keys()
    return [(body["work_order_id"], body["status"])] if is_of_one else []


def _check_records(world: World, orders: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    """A record's answer names what is there: there is never one without the other."""
    known = {message["message_id"] for message in messages} | orders.keys()
    known |= {entry.get("request_id") for entry in world.items("ContactsTable")}
    for record in world.items("IdempotencyTable"):
        answer = json.loads(record["answer"])
        effect = answer.get("work_order_id") or answer["message_id"]
        assert effect in known or world.told("block", "forget"), "a record without its effect"
