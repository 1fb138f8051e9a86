"""Histories written by hand: a good one, what is there after it, and each way to spoil them."""

import json
from dataclasses import replace

from tests.faults.injection.history import End, Operation, Try

AT = "2026-11-26T10:00:00.000Z"
LATER = "2026-11-26T10:05:00.000Z"


def ok(**answer):
    return Try(200, json.dumps(answer))


def refused(code, **members):
    return Try(409, json.dumps({"code": code, **members}))


FAILED = Try(500, "{}")

SENT = Operation(
    "nova",
    "send",
    "boots",
    "mark 1",
    {"to_agent_id": "boots", "body": "mark 1", "subject": "s", "metadata": {"n": 0.1}},
    (FAILED, ok(message_id="msg_1", thread_id="thr_1", created_at=AT)),
)
PINGED = Operation(
    "boots",
    "ping",
    "nova",
    "mark 2",
    {"to_agent_id": "nova", "message": "mark 2"},
    (ok(message_id="msg_2"),),
)
READ = Operation("boots", "mark_read", "msg_1", "mark 3", {}, (ok(read_at=LATER),))
CREATED = Operation(
    "nova",
    "create",
    "boots",
    "mark 4",
    {"title": "mark 4", "description": "d", "requirements": {"n": 1}},
    (ok(work_order_id="wo_1", message_id="msg_3"),),
)
ACCEPTED = Operation("boots", "accept", "wo_1", AT, {}, (ok(accepted_at=LATER),))
TOO_LATE = Operation(
    "boots",
    "reject",
    "wo_1",
    "mark 5",
    {},
    (refused("illegal_transition", current_status="accepted"),),
)
SAID = Operation("nova", "presence", "itself", "mark 6", {}, (ok(),))
GOOD = (SENT, PINGED, READ, CREATED, ACCEPTED, TOO_LATE, SAID)


def view(message_id, sender, recipient, **fields):
    parties = {"from_agent": {"id": sender}, "to_agent": {"id": recipient}}
    return {"message_id": message_id, **parties, "status": "pending", "read_at": None, **fields}


MESSAGES = (
    {"message_id": "msg_1", "display": {"type": "chat_message", "body": "mark 1"}},
    {"message_id": "msg_2", "display": {"type": "ping", "body": "mark 2"}},
    {
        "message_id": "msg_3",
        "display": {"type": "work_order", "body": "d", "work_order_id": "wo_1"},
    },
    {
        "message_id": "msg_4",
        "recipient_id": "nova",
        "display": {
            "type": "notification",
            "body": "Boots has accepted it.",
            "work_order_id": "wo_1",
            "metadata": '{"status": "accepted"}',
        },
    },
)
BRIEF: dict = MESSAGES[2]["display"]
VIEWS = {
    "msg_1": view(
        "msg_1",
        "nova",
        "boots",
        body="mark 1",
        subject="s",
        metadata={"n": 0.1},
        thread_id="thr_1",
        created_at=AT,
    )
    | {"status": "read", "read_at": LATER},
    "msg_2": view("msg_2", "boots", "nova", body="mark 2", type="ping"),
}
ORDER = {
    "work_order_id": "wo_1",
    "message_id": "msg_3",
    "client_id": "nova",
    "worker_id": "boots",
    "title": "mark 4",
    "description": "d",
    "requirements": '{"n": 1}',
    "status": "accepted",
    "accepted_at": LATER,
    "estimated_completion": AT,
}
BOOTS = {"agent_id": "boots", "active_jobs": 1, "max_concurrent_jobs": 1}
NOVA = {"agent_id": "nova", "status_message": "mark 6"}
END = End(
    messages=MESSAGES,
    views=VIEWS,
    orders=(ORDER,),
    agents=(BOOTS, NOVA),
    statuses={"wo_1": ["pending", "accepted"]},
    jobs={"boots": [(0, 1), (1, 1)]},
)


def without(history, operation):
    return tuple(each for each in history if each is not operation)


def instead(history, operation, **changes):
    return tuple(replace(e, **changes) if e is operation else e for e in history)


BAD = {
    "a message is gone": ("lost", GOOD, {"messages": MESSAGES[1:]}),
    "a message cannot be read": ("lost", GOOD, {"views": {"msg_1": VIEWS["msg_1"]}}),
    "a message has another subject": (
        "lost",
        GOOD,
        {"views": VIEWS | {"msg_1": VIEWS["msg_1"] | {"subject": "t"}}},
    ),
    "a message went to another": (
        "lost",
        GOOD,
        {"views": VIEWS | {"msg_2": VIEWS["msg_2"] | {"to_agent": {"id": "eve"}}}},
    ),
    "a receipt is gone": (
        "lost",
        GOOD,
        {"views": VIEWS | {"msg_1": VIEWS["msg_1"] | {"status": "pending", "read_at": None}}},
    ),
    "an order is gone": ("lost", without(GOOD, ACCEPTED)[:4], {"orders": (), "statuses": {}}),
    "an order has other requirements": (
        "lost",
        GOOD,
        {"orders": (ORDER | {"requirements": '{"n": 2}'},)},
    ),
    "an order came without its message": (
        "lost",
        GOOD,
        {"messages": (*MESSAGES[:2], MESSAGES[3])},
    ),
    "a notification is missing": ("lost", GOOD, {"messages": MESSAGES[:3]}),
    "a transition was undone": (
        "lost",
        GOOD,
        {"orders": (ORDER | {"accepted_at": AT},)},
    ),
    "a status message is an old one": (
        "lost",
        (*GOOD, replace(SAID, mark="mark 7")),
        {},
    ),
    "a message is there twice": ("doubled", GOOD, {"messages": (*MESSAGES, MESSAGES[0])}),
    "an order is there twice": (
        "doubled",
        GOOD,
        {
            "orders": (ORDER, ORDER | {"work_order_id": "wo_2"}),
            "messages": (*MESSAGES, {**MESSAGES[2], "display": BRIEF | {"work_order_id": "wo_2"}}),
            "statuses": {**END.statuses, "wo_2": ["pending"]},
        },
    ),
    "a notification is there twice": ("doubled", GOOD, {"messages": (*MESSAGES, MESSAGES[3])}),
    "one key has two answers": (
        "doubled",
        instead(GOOD, PINGED, tries=(ok(message_id="msg_2"), ok(message_id="msg_9"))),
        {},
    ),
    "a message that nobody sent": ("unexpected", without(GOOD, PINGED), {}),
    "a message that was refused": (
        "unexpected",
        instead(GOOD, PINGED, tries=(Try(422, '{"code": "invalid"}'),)),
        {},
    ),
    "an order that nobody gave": ("unexpected", without(GOOD, CREATED), {}),
    "a transition that nobody asked for": ("unexpected", without(GOOD, ACCEPTED), {}),
    "a receipt that nobody asked for": ("unexpected", without(GOOD, READ), {}),
    "a limit that is none": (
        "unexpected",
        (*GOOD, replace(PINGED, mark="x", tries=(Try(429, '{"code": "rate_limited"}'),))),
        {},
    ),
    "refused for its own effect": (
        "false_conflict",
        instead(GOOD, ACCEPTED, tries=(FAILED, TOO_LATE.tries[0])),
        {},
    ),
    "refused after it had succeeded": (
        "false_conflict",
        instead(GOOD, ACCEPTED, tries=(*ACCEPTED.tries, TOO_LATE.tries[0])),
        {},
    ),
    "refused for a state that never was": (
        "false_conflict",
        instead(
            GOOD,
            TOO_LATE,
            tries=(refused("illegal_transition", current_status="cancelled"),),
        ),
        {},
    ),
    "refused for a limit that was never reached": (
        "false_conflict",
        (*GOOD, replace(ACCEPTED, mark=LATER, tries=(refused("at_capacity"),))),
        {"jobs": {"boots": [(0, 2), (1, 2)]}},
    ),
    "accepted by two": ("two_winners", (*GOOD, replace(ACCEPTED, mark=LATER)), {}),
    "accepted after it was rejected": (
        "two_winners",
        GOOD,
        {"statuses": {"wo_1": ["pending", "rejected", "accepted"]}},
    ),
    "more active jobs than orders": (
        "drifted",
        GOOD,
        {"agents": (BOOTS | {"active_jobs": 2}, NOVA)},
    ),
    "no active jobs, and an order": (
        "drifted",
        GOOD,
        {"agents": ({"agent_id": "boots"}, NOVA)},
    ),
    "more jobs than it takes": ("drifted", GOOD, {"jobs": {"boots": [(1, 1), (2, 1)]}}),
}
