"""The states of a work order, and the one table of what leads from which to which.

    pending ──accept──> accepted ──complete──> completed
       │                   ├──────fail───────> failed
       │                   └──────cancel─────> cancelled
       ├──reject──> rejected
       ├──cancel──> cancelled
       └──expire──> expired            when `deadline_at` is reached before somebody acts

A worker accepts, rejects, completes and fails; a client cancels; time expires. What is not in the
table is refused with 409 and the present state. An accepted order does not expire: somebody works
on it, and its client may cancel it.
"""

from enum import StrEnum

from agent_messaging.errors import IllegalTransitionError


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
    """What moves a work order."""

    ACCEPT = "accept"
    REJECT = "reject"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    EXPIRE = "expire"


class Role(StrEnum):
    """The two sides of a work order."""

    CLIENT = "client"
    WORKER = "worker"


TRANSITIONS: dict[Status, dict[Action, Status]] = {
    Status.PENDING: {
        Action.ACCEPT: Status.ACCEPTED,
        Action.REJECT: Status.REJECTED,
        Action.CANCEL: Status.CANCELLED,
        Action.EXPIRE: Status.EXPIRED,
    },
    Status.ACCEPTED: {
        Action.COMPLETE: Status.COMPLETED,
        Action.FAIL: Status.FAILED,
        Action.CANCEL: Status.CANCELLED,
    },
    Status.REJECTED: {},
    Status.CANCELLED: {},
    Status.EXPIRED: {},
    Status.COMPLETED: {},
    Status.FAILED: {},
}

# Who may do what; nobody asks for an expiry.
ROLES: dict[Action, Role] = {
    Action.ACCEPT: Role.WORKER,
    Action.REJECT: Role.WORKER,
    Action.COMPLETE: Role.WORKER,
    Action.FAIL: Role.WORKER,
    Action.CANCEL: Role.CLIENT,
}

OPEN = frozenset(status for status, actions in TRANSITIONS.items() if actions)


def after(status: Status, action: Action) -> Status:
    """The state that `action` leads to.

    Raises:
        IllegalTransitionError: `action` does not lead out of `status`.
    """
    try:
        return TRANSITIONS[status][action]
    except KeyError:
        raise IllegalTransitionError(
            f"The work order is {status}; it cannot be {PARTICIPLES[action]}.",
            members={"current_status": status},
        ) from None


PARTICIPLES: dict[Action, str] = {
    Action.ACCEPT: "accepted",
    Action.REJECT: "rejected",
    Action.COMPLETE: "completed",
    Action.FAIL: "failed",
    Action.CANCEL: "cancelled",
    Action.EXPIRE: "expired",
}
