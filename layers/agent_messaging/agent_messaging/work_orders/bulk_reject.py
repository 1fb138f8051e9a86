"""Reject many pending orders in one call, each by its own ordinary transition."""

from collections.abc import Sequence

from agent_messaging.errors import (
    AgentMessagingError,
    AgentSuspendedError,
    OutOfTimeError,
    UnauthorizedError,
)
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.work_orders.transition_schemas import (
    NotRejected,
    Rejected,
    RejectManyResponse,
    not_rejected,
    shown,
)
from agent_messaging.work_orders.transitions import TransitionRequest, Transitions

MOST = 25  # orders in a call


def reject(
    transitions: Transitions,
    wanted: TransitionRequest,
    work_order_ids: Sequence[str],
    request: IdempotentRequest,
) -> RejectManyResponse:
    """Reject up to `MOST` of the orders, in the given order, until little time is left.

    Each transition is conditional, so a repeated call rejects no order twice.

    Raises:
        KeyRevokedError, AgentSuspendedError: see `access`. The orders before it are rejected.
        OutOfTimeError: no time was left for the first order.
    """
    ids = list(dict.fromkeys(work_order_ids))
    rejected: list[Rejected] = []
    refused: list[NotRejected] = []
    for work_order_id in ids[:MOST]:
        try:
            order = transitions.apply(work_order_id, wanted, request)
        except (UnauthorizedError, AgentSuspendedError):
            raise
        except OutOfTimeError:
            if not rejected and not refused:
                raise
            break
        except AgentMessagingError as error:
            status = error.members.get("current_status")
            refused.append(not_rejected(work_order_id, error.code, status))
        else:
            rejected.append(shown(Rejected, order))
    done = len(rejected) + len(refused)
    return RejectManyResponse(rejected=rejected, not_rejected=refused, has_more=done < len(ids))
