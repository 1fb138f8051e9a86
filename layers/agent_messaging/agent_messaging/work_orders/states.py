"""The states of a work order, and the one table of its transitions.

    pending
        accept    the worker    -> accepted
        reject    the worker    -> rejected
        cancel    the client    -> cancelled
        expire    the deadline  -> expired
        claim     the worker    -> accepted
        award     the client    -> accepted
    accepted
        complete  the worker    -> completed
        fail      the worker    -> failed
        cancel    the client    -> cancelled
        ask       the worker    -> input_required
        lapse     the deadline  -> failed
        reopen    the deadline  -> pending
    input_required
        answer    the client    -> accepted
        complete  the worker    -> completed
        fail      the worker    -> failed
        cancel    the client    -> cancelled
        lapse     the deadline  -> failed

A new order is pending. There are three ways to find its worker (`OfferKind`). A named worker
accepts or rejects the order. Or the first candidate claims it. Or candidates bid, and the client
awards the order to one of them.

A pending order expires when its deadline passes. An accepted order does not expire, because its
worker is working on it. If it has a lease, it lapses when the worker does not renew the lease in
time. A lapse ends an order of a named worker. Another order is reopened: it is pending again, for
another worker, until it has lapsed too often. While a question of the worker waits for an answer,
the lease rests. A question lapses too, so that no order waits for ever. The other states are final.
Every other action is refused with 409 and the current state.

When an agent has left, the system acts in its place: it rejects the pending orders of a worker, and
cancels the open orders of a client. `LEFT` says so, with the order's `reason_code`. The system also
cancels the open children of an order that ended, and what depends on an order that ended without
completion (`settling`).

`TRANSITIONS` is this machine. The rights, the times, the open states, the texts of notifications
and errors, and the history follow from it. A test compares the picture above with the table.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field

from agent_messaging.errors import IllegalTransitionError
from agent_messaging.fields import Model, StoredTime


class Status(StrEnum):
    """The state of a work order."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    INPUT_REQUIRED = "input_required"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    COMPLETED = "completed"
    FAILED = "failed"


class OfferKind(StrEnum):
    """How an order finds its worker."""

    NAMED = "named"
    POOL = "pool"
    BIDS = "bids"


IsFinal = Annotated[bool, Field(description="True if the status cannot change any more.")]


class Action(StrEnum):
    """An action on a work order: its letter in the history, and the fields that it writes."""

    letter: str
    writes: tuple[str, ...]

    def __new__(cls, value: str, letter: str, *writes: str) -> "Action":
        """Create a member from its name, its letter and its fields."""
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
    ASK = "ask", "q", "question"
    ANSWER = "answer", "y", "answer"
    LAPSE = "lapse", "l"
    CLAIM = "claim", "t", "estimated_completion"
    AWARD = "award", "w", "price_usd", "estimated_completion"
    REOPEN = "reopen", "o"


class Role(StrEnum):
    """The two parties of a work order."""

    CLIENT = "client"
    WORKER = "worker"


class ReasonCode(StrEnum):
    """Why the system ended an order that did not expire."""

    WORKER_LEFT = "worker_left"
    CLIENT_LEFT = "client_left"
    LAPSED = "lapsed"
    DEADLINE = "deadline"
    PARENT_CANCELLED = "parent_cancelled"
    DEPENDENCY_FAILED = "dependency_failed"


class Times(Model):
    """When each action happened to an order. Null until then."""

    # Most functions import this model and never create an instance.
    model_config = ConfigDict(defer_build=True)

    accepted_at: StoredTime | None = None
    rejected_at: StoredTime | None = None
    completed_at: StoredTime | None = None
    failed_at: StoredTime | None = None
    cancelled_at: StoredTime | None = None
    expired_at: StoredTime | None = None
    asked_at: StoredTime | None = None
    answered_at: StoredTime | None = None
    reopened_at: StoredTime | None = None


class Transition(NamedTuple):
    """A transition: its two states, its action, who may make it, and the field of its time."""

    source: Status
    action: Action
    target: Status
    role: Role | None  # None: the system
    time: str

    @property
    def participle(self) -> str:
        """The past participle of the action, such as `accepted`."""
        return self.time.removesuffix("_at")

    @property
    def event(self) -> str:
        """What the feed calls it: the new state, or a name of its own."""
        return EVENTS.get(self.action, str(self.target))

    def fields(self, at: datetime) -> dict[str, Any]:
        """Return the fields that the transition always writes."""
        return {"status": self.target, self.time: at}


# What the feed calls a transition that is not called after its new state.
EVENTS = {Action.ANSWER: "answered", Action.AWARD: "awarded", Action.REOPEN: "lapsed"}

TRANSITIONS = (
    Transition(Status.PENDING, Action.ACCEPT, Status.ACCEPTED, Role.WORKER, "accepted_at"),
    Transition(Status.PENDING, Action.REJECT, Status.REJECTED, Role.WORKER, "rejected_at"),
    Transition(Status.PENDING, Action.CANCEL, Status.CANCELLED, Role.CLIENT, "cancelled_at"),
    Transition(Status.PENDING, Action.EXPIRE, Status.EXPIRED, None, "expired_at"),
    Transition(Status.PENDING, Action.CLAIM, Status.ACCEPTED, Role.WORKER, "accepted_at"),
    Transition(Status.PENDING, Action.AWARD, Status.ACCEPTED, Role.CLIENT, "accepted_at"),
    Transition(Status.ACCEPTED, Action.COMPLETE, Status.COMPLETED, Role.WORKER, "completed_at"),
    Transition(Status.ACCEPTED, Action.FAIL, Status.FAILED, Role.WORKER, "failed_at"),
    Transition(Status.ACCEPTED, Action.CANCEL, Status.CANCELLED, Role.CLIENT, "cancelled_at"),
    Transition(Status.ACCEPTED, Action.ASK, Status.INPUT_REQUIRED, Role.WORKER, "asked_at"),
    Transition(Status.ACCEPTED, Action.LAPSE, Status.FAILED, None, "failed_at"),
    Transition(Status.ACCEPTED, Action.REOPEN, Status.PENDING, None, "reopened_at"),
    Transition(Status.INPUT_REQUIRED, Action.ANSWER, Status.ACCEPTED, Role.CLIENT, "answered_at"),
    Transition(
        Status.INPUT_REQUIRED, Action.COMPLETE, Status.COMPLETED, Role.WORKER, "completed_at"
    ),
    Transition(Status.INPUT_REQUIRED, Action.FAIL, Status.FAILED, Role.WORKER, "failed_at"),
    Transition(Status.INPUT_REQUIRED, Action.CANCEL, Status.CANCELLED, Role.CLIENT, "cancelled_at"),
    Transition(Status.INPUT_REQUIRED, Action.LAPSE, Status.FAILED, None, "failed_at"),
)

# What the system does to an open order of an agent that left, by the agent's role in the order.
LEFT = {
    Role.WORKER: (Action.REJECT, ReasonCode.WORKER_LEFT),
    Role.CLIENT: (Action.CANCEL, ReasonCode.CLIENT_LEFT),
}

# The actions that only orders of some kinds allow. All kinds allow the others.
KINDS = {
    Action.ACCEPT: OfferKind.NAMED,
    Action.REJECT: OfferKind.NAMED,
    Action.CLAIM: OfferKind.POOL,
    Action.AWARD: OfferKind.BIDS,
}

# The role that may make each action. No agent can ask for an expiry.
ROLES = {each.action: each.role for each in TRANSITIONS if each.role is not None}

OPEN = frozenset(each.source for each in TRANSITIONS)

# The states in which an order is one of its worker's active jobs.
ACTIVE = frozenset({Status.ACCEPTED, Status.INPUT_REQUIRED})

# The final states that follow from an agent's action.
ENDS = frozenset(each.target for each in TRANSITIONS if each.role is not None) - OPEN

# The states from which each state is reached, the most usual first.
SOURCES = {
    status: tuple(dict.fromkeys(each.source for each in TRANSITIONS if each.target is status))
    for status in Status
}

_BY_STATE = {(each.source, each.action): each for each in TRANSITIONS}
_PARTICIPLES = {
    **{each.action: each.participle for each in TRANSITIONS},
    Action.ASK: "asked about",
    Action.CLAIM: "claimed",
    Action.AWARD: "awarded",
}


def is_possible(status: Status, action: Action) -> bool:
    """Return whether there is a transition that `action` makes from `status`."""
    return (status, action) in _BY_STATE


def transition(
    status: Status,
    action: Action,
    *,
    by_system: bool = False,
    work_order_id: str | None = None,
    kind: OfferKind = OfferKind.NAMED,
) -> Transition:
    """Return the transition that `action` makes from `status`.

    With `by_system`, the system makes it in the place of an agent. The error names the calls on an
    order of this kind, with `work_order_id`.

    Raises:
        IllegalTransitionError: there is no such transition.
    """
    try:
        step = _BY_STATE[status, action]
    except KeyError:
        raise IllegalTransitionError(
            f"The work order is {status}, so it cannot be {_PARTICIPLES[action]}.",
            fix=what_can_be_done(status, ROLES.get(action), work_order_id, kind),
            members={"current_status": status},
        ) from None
    return step._replace(role=None) if by_system else step


_CALLS = {Action.ACCEPT: "respond", Action.REJECT: "respond"}
PATH = "/api/v1/messaging/work-order"


def what_can_be_done(
    status: Status,
    role: Role | None,
    work_order_id: str | None = None,
    kind: OfferKind = OfferKind.NAMED,
) -> str:
    """Return which calls the two parties can make on an order now, those of `role` first.

    Without a `work_order_id`, its place in the paths stays open.
    """
    if status not in OPEN:
        return (
            f"The order is {status}, and that is final. To start again, its client creates a new "
            "one with POST /api/v1/messaging/work-order."
        )
    parties = sorted(Role, key=lambda each: each is not role)
    path = f"{PATH}/{work_order_id or '{work_order_id}'}"
    return f"The order is {status}. " + " ".join(
        filter(None, (_calls(status, each, path, kind) for each in parties))
    )


def _calls(status: Status, role: Role, path: str, kind: OfferKind) -> str:
    """Return which calls a party can make. Empty if there are none."""
    steps = [each for each in TRANSITIONS if (each.source, each.role) == (status, role)]
    actions = [each.action for each in steps if KINDS.get(each.action, kind) is kind]
    if kind is OfferKind.BIDS and status is Status.PENDING and role is Role.WORKER:
        return f"A candidate can call POST {path}/bid."
    names = dict.fromkeys(_CALLS.get(action, str(action)) for action in actions)
    calls = " or ".join(f"POST {path}/{name}" for name in names)
    return f"Its {role} can call {calls}."
