"""The history of a work order: a short record of each change, and a hash chain computed from them.

The head of an order stores a record of 40 bytes for its creation and for each transition:

    bytes 0 to 5     time: milliseconds since 1970, as at the start of a ULID
    byte 6           role: c, w or s, for client, worker, system
    byte 7           action: n for the creation, or `Action.letter`
    bytes 8 to 39    digest: SHA-256 of the content that the action wrote

`GET /messaging/work-order/{id}` computes the full entries from these records. An entry holds
`previous_sha256`, the hash of the whole entry before it, so the last hash covers all of them. Both
hashes are SHA-256 of canonical JSON (`canonical`).

The content of an action is the fields of its request (`Action.writes`), as the order shows them.
Fields without a value are null.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from agent_messaging import canonical, clock
from agent_messaging.work_orders.states import Action, Role, Status, transition

CREATE = "create"
SYSTEM = "system"

_ROLES: dict[str, str] = {"c": Role.CLIENT, "w": Role.WORKER, "s": SYSTEM}
_ACTIONS: dict[str, str] = {"n": CREATE, **{action.letter: action for action in Action}}
_LETTERS = {name: letter for letters in (_ROLES, _ACTIONS) for letter, name in letters.items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TIME_BYTES = 6


class Record(NamedTuple):
    """The stored record of one change. `digest` is hexadecimal."""

    at: datetime
    role: str
    action: str
    digest: str

    def to_bytes(self) -> bytes:
        """Return the record as the head stores it."""
        time = ((self.at - _EPOCH) // _MILLISECOND).to_bytes(_TIME_BYTES, "big")
        letters = _LETTERS[self.role] + _LETTERS[self.action]
        return time + letters.encode() + bytes.fromhex(self.digest)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Record":
        """Return the record of these bytes."""
        at = _EPOCH + int.from_bytes(raw[:_TIME_BYTES], "big") * _MILLISECOND
        role, action = chr(raw[_TIME_BYTES]), chr(raw[_TIME_BYTES + 1])
        return cls(at, _ROLES[role], _ACTIONS[action], raw[_TIME_BYTES + 2 :].hex())


def record(at: datetime, role: Role | None, action: str, content: Mapping[str, Any]) -> bytes:
    """Return the record of an action, as the head stores it.

    If `role` is None, the system acted. `content` holds the fields of the action as JSON values.
    """
    return Record(at, role or SYSTEM, action, canonical.sha256(content)).to_bytes()


def chain(
    records: Iterable[bytes], parties: Mapping[str, str], earlier: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Yield the full entries, oldest first. `parties` maps each role to its agent's id.

    `earlier` are the workers that lost the order when it was reopened, in order.
    """
    workers = iter((*earlier, parties.get(Role.WORKER, SYSTEM)))
    parties = {**parties, Role.WORKER: next(workers)}
    status: Status | None = None
    previous: str | None = None
    for number, raw in enumerate(records, start=1):
        at, role, action, digest = Record.from_bytes(raw)
        if status is None:
            reached = Status.PENDING
        else:
            reached = transition(status, cast("Action", action)).target
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
        status, previous = reached, canonical.sha256(entry)
        if action == Action.REOPEN:
            parties[Role.WORKER] = next(workers)
