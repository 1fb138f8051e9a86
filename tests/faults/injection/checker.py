"""Holds a history against what is there in the end; each finding is of one kind:

    lost             it was acknowledged, and is not there as it was sent
    doubled          one operation has two effects, or two answers
    unexpected       an effect that nobody asked for, or that was refused; a wrong refusal
    false_conflict   refused because of its own effect, or for a reason that never held
    two_winners      two transitions of one order out of the same state
    drifted          a count of jobs that is not the number of orders, or was above its limit

Nothing is known of an operation that never had an answer: its effect may be there, once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tests.faults.injection.checked_orders import (
    capacity,
    jobs,
    notifications,
    orders,
    transitions,
)
from tests.faults.injection.checked_registers import registers
from tests.faults.injection.history import LEADS_TO, MESSAGES, End, Finding, Findings, Operation

KINDS = ("lost", "doubled", "unexpected", "false_conflict", "two_winners", "drifted")
# What a transition may be refused for. Nothing else in the history may be refused at all.
CONFLICTS = ("illegal_transition", "at_capacity")
WRITTEN_BY_AGENTS = ("ping", "chat_message", "contact_request")


def check(history: Sequence[Operation], end: End) -> list[Finding]:
    """Everything that is wrong."""
    return [
        *answers(history),
        *messages(history, end),
        *receipts(history, end),
        *orders(history, end),
        *transitions(history, end),
        *capacity(history, end),
        *notifications(end),
        *jobs(end),
        *(Finding("lost", sentence) for sentence in registers(history, end)),
    ]


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """How many there are of each kind."""
    counts = Counter(each.kind for each in findings)
    return {kind: counts[kind] for kind in KINDS}


def answers(history: Sequence[Operation]) -> Findings:
    """One answer per operation; a refusal only where there may be one."""
    for each in history:
        texts = {success.text for success in each.successes}
        if each.kind in (*MESSAGES, *LEADS_TO, "create") and len(texts) > 1:
            yield Finding("doubled", f"{each} was answered in {len(texts)} ways")
        code = (each.refusal or {}).get("code")
        if code and not (each.kind in LEADS_TO and code in CONFLICTS):
            yield Finding("unexpected", f"{each} was refused: {code}")
        if code and each.successes:
            yield Finding("false_conflict", f"{each} was refused after it had succeeded")


def messages(history: Sequence[Operation], end: End) -> Findings:
    """Each message that was acknowledged is there once and as it was sent, and no other is."""
    stored = Counter(
        i["display"].get("body") for i in end.messages if i["display"]["type"] in WRITTEN_BY_AGENTS
    )
    asked = {each.mark: each for each in history if each.kind in MESSAGES}
    for mark, number in stored.items():
        operation = asked.get(mark)
        if operation is None or operation.refusal:
            yield Finding("unexpected", f"a message that nobody sent: {mark}")
        elif number > 1:
            yield Finding("doubled", f"{operation}: {number} messages")
    for operation in asked.values():
        if operation.answer is None:
            continue
        view = end.views.get(operation.answer["message_id"])
        if view is None or not stored[operation.mark]:
            yield Finding("lost", f"{operation} is not there")
        elif wrong := _differing(operation, view):
            yield Finding("lost", f"{operation} has another {', '.join(wrong)}")


def _differing(operation: Operation, view: Any) -> list[str]:
    """The fields of a message that are not as they were sent and answered."""
    sent = {name: value for name, value in operation.sent.items() if name != "to_agent_id"}
    if operation.kind == "ping":
        sent = {"body": sent["message"], "type": "ping"}
    else:
        sent |= {name: operation.answer[name] for name in ("thread_id", "created_at")}
    parties = {"from": (view["from_agent"]["id"], operation.agent)}
    parties["to"] = (view["to_agent"]["id"], operation.target)
    wrong = [name for name, value in sent.items() if view[name] != value]
    return wrong + [name for name, (found, wanted) in parties.items() if found != wanted]


def receipts(history: Sequence[Operation], end: End) -> Findings:
    """What was marked read is read, since then; nothing else is. What is read is what was sent."""
    asked = {each.target: each for each in history if each.kind == "mark_read"}
    for each in history:
        if each.kind == "mark_read" and each.answer:
            view = end.views.get(each.target, {})
            if view.get("read_at") != each.answer["read_at"]:
                yield Finding("lost", f"{each}: it is {view.get('status')}")
        if each.kind == "read" and each.answer and each.answer["body"] != each.mark:
            yield Finding("lost", f"{each} brought something else")
    for message_id, view in end.views.items():
        if view["status"] == "read" and message_id not in asked:
            yield Finding("unexpected", f"nobody read {message_id}")


def succeeded(history: Iterable[Operation]) -> tuple[int, int]:
    """How many operations were answered in the end, of those that a client could repeat.

    A refusal is an answer: whether it was right is for `check` to say.
    """
    repeatable = [each for each in history if each.is_repeatable]
    return sum(not each.is_unknown for each in repeatable), len(repeatable)
