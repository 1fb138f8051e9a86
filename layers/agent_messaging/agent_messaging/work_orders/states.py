"""The states of a work order, and the one table of its transitions.

    pending
        accept    the worker    -> accepted
        reject    the worker    -> rejected
        cancel    the client    -> cancelled
        expire    the deadline  -> expired
    accepted
        complete  the worker    -> completed
        fail      the worker    -> failed
        cancel    the client    -> cancelled

The client creates an order, which is pending. A pending order expires when its deadline passes. An
accepted order does not expire, because somebody works on it. Nothing leads out of the other states:
they are the ends. Every other action is refused with 409 and the current state.

`TRANSITIONS` is this machine. The rights, the times, the open states, the words of notifications
and refusals, and the history follow from it. A test compares the picture above with the table.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import ConfigDict

from agent_messaging.errors import IllegalTransitionError
from agent_messaging.fields import Model, StoredTime


class Status(StrEnum):
    """Where a work order stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COMPLETED = "completed"
    FAILED = "failed"


class Action(StrEnum):
    """What changes a work order: its letter in the history, and the fields that it writes."""

    letter: str
    writes: tuple[str, ...]

    def __new__(cls, value: str, letter: str, *writes: str) -> "Action":
        """Make a member of its name, its letter and its fields."""
        action = str.__new__(cls, value)
        action._value_ = value
        action.letter, action.writes = letter, writes
        return action

    ACCEPT = "accept", "a", "estimated_completion"
    REJECT = "reject", "r", "reason"
    COMPLETE = "complete", "d", "result_data", "result_url", "summary"
    FAIL = "fail", "f", "reason"
    CANCEL = "cancel", "x", "reason"
    EXPIRE = "expire", "e"


class Role(StrEnum):
    """The two sides of a work order."""

    CLIENT = "client"
    WORKER = "worker"


class Times(Model):
    """When each action last happened to an order; null until then."""

    # Most functions import this and never make one.
    model_config = ConfigDict(defer_build=True)

    accepted_at: StoredTime | None = None
    rejected_at: StoredTime | None = None
    completed_at: StoredTime | None = None
    failed_at: StoredTime | None = None
    cancelled_at: StoredTime | None = None
    expired_at: StoredTime | None = None


class Transition(NamedTuple):
    """One way from a state to another: who may take it, and the field with its time."""

    source: Status
    action: Action
    target: Status
    role: Role | None  # None: the deadline
    time: str

    @property
    def participle(self) -> str:
        """What has been done to the order: `accepted`."""
        return self.time.removesuffix("_at")

    def fields(self, at: datetime) -> dict[str, Any]:
        """Return what the transition writes by itself."""
        return {"status": self.target, self.time: at}


TRANSITIONS = (
    Transition(Status.PENDING, Action.ACCEPT, Status.ACCEPTED, Role.WORKER, "accepted_at"),
    Transition(Status.PENDING, Action.REJECT, Status.REJECTED, Role.WORKER, "rejected_at"),
    Transition(Status.PENDING, Action.CANCEL, Status.CANCELLED, Role.CLIENT, "cancelled_at"),
    Transition(Status.PENDING, Action.EXPIRE, Status.EXPIRED, None, "expired_at"),
    Transition(Status.ACCEPTED, Action.COMPLETE, Status.COMPLETED, Role.WORKER, "completed_at"),
    Transition(Status.ACCEPTED, Action.FAIL, Status.FAILED, Role.WORKER, "failed_at"),
    Transition(Status.ACCEPTED, Action.CANCEL, Status.CANCELLED, Role.CLIENT, "cancelled_at"),
)

# Who may do what. Nobody asks for an expiry.
ROLES = {each.action: each.role for each in TRANSITIONS if each.role is not None}

OPEN = frozenset(each.source for each in TRANSITIONS)

# The ends that an agent brings about.
ENDS = frozenset(each.target for each in TRANSITIONS if each.role is not None) - OPEN

_BY_STATE = {(each.source, each.action): each for each in TRANSITIONS}
_PARTICIPLES = {each.action: each.participle for each in TRANSITIONS}


def transition(status: Status, action: Action) -> Transition:
    """Return the transition that `action` makes from `status`.

    Raises:
        IllegalTransitionError: there is none.
    """
    try:
        return _BY_STATE[status, action]
    except KeyError:
        raise IllegalTransitionError(
            f"The work order is {status}; it cannot be {_PARTICIPLES[action]}.",
            members={"current_status": status},
        ) from None
