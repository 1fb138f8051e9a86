"""The history of a work order: one short record a transition, and the chain computed from them.

The head of an order keeps a record of about 65 bytes for its creation and for each transition:

    <time> <role> <action> <digest>     01kg5m3v9k w accept kX3v...

    time      milliseconds since 1970 in Crockford's base 32, as a ULID begins
    role      c, w or s: client, worker, system
    digest    SHA-256 of what the action wrote, in URL-safe base64 without padding

`GET /messaging/work-order/{id}` computes the full entries from these records. An entry holds
`previous_sha256`, the hash of the whole entry before it, so the last hash covers all of them. Both
hashes are SHA-256 over canonical JSON: names sorted by code point, no spaces, UTF-8 without
escapes that JSON does not need, numbers as this API answers them.

The content of an action is what its request carried, as the order's own members show it
(`CONTENT`); members without a value are null.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from agent_messaging import clock
from agent_messaging.ids import ALPHABET, base32
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
_LETTERS = {role: letter for letter, role in _ROLES.items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TIME_DIGITS = 10


class Record(NamedTuple):
    """What is stored of one transition; `digest` is hexadecimal."""

    at: datetime
    role: str
    action: str
    digest: str

    def to_text(self) -> str:
        """The record as the head keeps it."""
        time = base32((self.at - _EPOCH) // _MILLISECOND, _TIME_DIGITS)
        digest = base64.urlsafe_b64encode(bytes.fromhex(self.digest)).decode().rstrip("=")
        return f"{time} {_LETTERS[self.role]} {self.action} {digest}"

    @classmethod
    def from_text(cls, text: str) -> "Record":
        """The inverse of `to_text`."""
        time, letter, action, digest = text.split(" ")
        milliseconds = 0
        for digit in time:
            milliseconds = milliseconds * 32 + ALPHABET.index(digit)
        at = _EPOCH + milliseconds * _MILLISECOND
        return cls(at, _ROLES[letter], action, base64.urlsafe_b64decode(digest + "=").hex())


def record(at: datetime, role: str, action: str, content: Mapping[str, Any]) -> str:
    """The record of an action of `role` at a time, as the head keeps it.

    `content` holds the action's members; JSON objects among them are JSON text.
    """
    return Record(at, role, action, content_sha256(action, content)).to_text()


def content_sha256(action: str, content: Mapping[str, Any]) -> str:
    """The hash of what an action wrote."""
    return _sha256({name: _shown(name, content.get(name)) for name in CONTENT[action]})


def chain(records: Iterable[str], parties: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The full entries, oldest first; `parties` gives the agent's id by its role."""
    status: Status | None = None
    previous: str | None = None
    for number, text in enumerate(records, start=1):
        at, role, action, digest = Record.from_text(text)
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
