"""The history of a work order: one short record a transition, and the chain computed from them.

The head of an order keeps a record of 40 bytes for its creation and for each transition:

    bytes 0 to 5     time: milliseconds since 1970, as a ULID begins
    byte 6           role: c, w or s, for client, worker, system
    byte 7           action: see `_ACTIONS`
    bytes 8 to 39    digest: SHA-256 of what the action wrote

`GET /messaging/work-order/{id}` computes the full entries from these records. An entry holds
`previous_sha256`, the hash of the whole entry before it, so the last hash covers all of them. Both
hashes are SHA-256 over canonical JSON: names sorted by code point, no spaces, UTF-8 without
escapes that JSON does not need, numbers as this API answers them.

The content of an action is what its request carried, as the order's own members show it
(`CONTENT`); members without a value are null.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from agent_messaging import clock
from agent_messaging.work_orders.states import Action, Role, Status, after

CREATE = "create"
SYSTEM = "system"

# The members of an order that each action writes; a digest covers these.
CONTENT: dict[str, tuple[str, ...]] = {
    CREATE: (
        "title",
        "description",
        "requirements",
        "deliverables",
        "budget_usd",
        "deadline_at",
    ),
    Action.ACCEPT: ("estimated_completion",),
    Action.REJECT: ("reason",),
    Action.COMPLETE: ("result_data", "result_url", "summary"),
    Action.FAIL: ("reason",),
    Action.CANCEL: ("reason",),
    Action.EXPIRE: (),
}
OBJECTS = frozenset({"requirements", "deliverables", "result_data"})

_ROLES: dict[str, str] = {"c": Role.CLIENT, "w": Role.WORKER, "s": SYSTEM}
_ACTIONS: dict[str, str] = {
    "n": CREATE,
    "a": Action.ACCEPT,
    "r": Action.REJECT,
    "d": Action.COMPLETE,
    "f": Action.FAIL,
    "x": Action.CANCEL,
    "e": Action.EXPIRE,
}
_LETTERS = {name: letter for letters in (_ROLES, _ACTIONS) for letter, name in letters.items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TIME_BYTES = 6


class Record(NamedTuple):
    """What is stored of one transition; `digest` is hexadecimal."""

    at: datetime
    role: str
    action: str
    digest: str

    def to_bytes(self) -> bytes:
        """The record as the head keeps it."""
        time = ((self.at - _EPOCH) // _MILLISECOND).to_bytes(_TIME_BYTES, "big")
        letters = _LETTERS[self.role] + _LETTERS[self.action]
        return time + letters.encode() + bytes.fromhex(self.digest)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Record":
        """The inverse of `to_bytes`."""
        at = _EPOCH + int.from_bytes(raw[:_TIME_BYTES], "big") * _MILLISECOND
        role, action = chr(raw[_TIME_BYTES]), chr(raw[_TIME_BYTES + 1])
        return cls(at, _ROLES[role], _ACTIONS[action], raw[_TIME_BYTES + 2 :].hex())


def record(at: datetime, role: str, action: str, content: Mapping[str, Any]) -> bytes:
    """The record of an action of `role` at a time, as the head keeps it.

    `content` holds the action's members; JSON objects among them are JSON text.
    """
    return Record(at, role, action, content_sha256(action, content)).to_bytes()


def content_sha256(action: str, content: Mapping[str, Any]) -> str:
    """The hash of what an action wrote."""
    return _sha256({name: _shown(name, content.get(name)) for name in CONTENT[action]})


def chain(records: Iterable[bytes], parties: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The full entries, oldest first; `parties` gives the agent's id by its role."""
    status: Status | None = None
    previous: str | None = None
    for number, raw in enumerate(records, start=1):
        at, role, action, digest = Record.from_bytes(raw)
        reached = Status.PENDING if status is None else after(status, Action(action))
        entry = {
            "n": number,
            "at": clock.to_text(at),
            "actor": {"role": role, "id": parties.get(role, SYSTEM)},
            "action": action,
            "from": status,
            "to": reached,
            "content_sha256": digest,
            "previous_sha256": previous,
        }
        yield entry
        status, previous = reached, _sha256(entry)


def _shown(name: str, value: Any) -> Any:
    """A member as an answer shows it."""
    if value is None or isinstance(value, str):
        return json.loads(value) if value is not None and name in OBJECTS else value
    if isinstance(value, datetime):
        return clock.to_text(value)
    return int(value) if value == value.to_integral_value() else float(value)


def _sha256(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
