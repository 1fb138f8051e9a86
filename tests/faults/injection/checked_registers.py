"""What is overwritten by one writer, one write after the other: the last one stays.

The writer does not know of a write without an answer whether it happened, or when it will: what it
wrote since the last write that it knows of may stand there too.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from tests.faults.injection.history import End, Operation

ABSENT = "absent"


def registers(history: Sequence[Operation], end: End) -> Iterator[str]:
    """Where something else stands than what was written last: a sentence each."""
    writes = defaultdict(list)
    for each in history:
        if each.kind in STANDING:
            writes[each.kind, each.agent, each.target].append(each)
    for (kind, agent, target), operations in writes.items():
        stands = STANDING[kind](end, agent, target)
        if stands not in possible(operations):
            yield f"{kind} of {target} by {agent}: {stands} stands there"


def possible(operations: Sequence[Operation]) -> set[Any]:
    """What may stand there after these writes, in their order."""
    values: set[Any] = {ABSENT}
    for each in operations:
        if each.answer is not None:
            values = {each.mark}
        elif each.is_unknown:
            values.add(each.mark)
    return values


def _status_message(end: End, agent: str, _target: str) -> Any:
    item = next((item for item in end.agents if item["agent_id"] == agent), {})
    return item.get("status_message", ABSENT)


def _contact(end: End, agent: str, target: str) -> Any:
    return end.contacts.get((agent, target), ABSENT)


STANDING = {"presence": _status_message, "contact": _contact}
