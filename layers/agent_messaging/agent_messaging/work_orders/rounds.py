"""The rounds of an order for candidates: it is reopened when the lease of its worker ends. Pure.

A reopened order is pending without a worker. The worker that lost it is in `excluded`, and cannot
take it again. After `max_lapses` lapses the order fails instead. `lapses` counts the rounds: every
write of an order for candidates has the condition that the round is still the one that was read
(`transition_write`). So a worker of an earlier round changes nothing, even if the order has the
same status again.
"""

from collections.abc import Sequence
from typing import Any

MAX_LAPSES = 3

# The fields of an accepted order that a reopened one does not have. It keeps the last report of
# progress and all questions, for the next worker. Candidates see none of that.
_OF_A_ROUND = (
    "worker",
    "message_id",
    "thread_id",
    "accepted_at",
    "asked_at",
    "answered_at",
    "overdue_at",
    "estimated_completion",
    "price_usd",
    "relationship",
)


def are_left(lapses: int | None, max_lapses: int | None) -> bool:
    """Return whether another lapse gives the order to another worker."""
    return (lapses or 0) + 1 < (max_lapses or MAX_LAPSES)


def reopened(worker_id: str, excluded: Sequence[str] | None, generation: int) -> dict[str, Any]:
    """Return the fields that change when the order of a worker is reopened."""
    return {
        **dict.fromkeys(_OF_A_ROUND),
        "excluded": (*(excluded or ()), worker_id),
        "reopened_as": generation + 1,
    }
