"""Many pending orders rejected in one call, each by an ordinary transition of its own."""

from collections.abc import Sequence

from agent_messaging.errors import (
    AgentMessagingError,
    AgentSuspendedError,
    OutOfTimeError,
    UnauthorizedError,
)
from agent_messaging.idempotency import Once
from agent_messaging.work_orders import wire
from agent_messaging.work_orders.desk import Move, WorkOrderDesk

MOST = 25  # orders a call


def reject(
    desk: WorkOrderDesk, move: Move, work_order_ids: Sequence[str], once: Once
) -> wire.RejectManyResponse:
    """Reject up to `MOST` of the orders, in their order, until the time is short.

    A transition is conditional, so a call that is repeated rejects nothing twice.

    Raises:
        KeyRevokedError, AgentSuspendedError: see `admit`; the orders before it are rejected.
        OutOfTimeError: there was no time for the first one.
    """
    ids = list(dict.fromkeys(work_order_ids))
    rejected: list[wire.Rejected] = []
    refused: list[wire.NotRejected] = []
    for work_order_id in ids[:MOST]:
        try:
            order = desk.move(work_order_id, move, once)
        except (UnauthorizedError, AgentSuspendedError):
            raise
        except OutOfTimeError:
            if not rejected and not refused:
                raise
            break
        except AgentMessagingError as error:
            status = error.members.get("current_status")
            refused.append(wire.not_rejected(work_order_id, error.code, status))
        else:
            rejected.append(wire.rejected_one(order))
    done = len(rejected) + len(refused)
    return wire.RejectManyResponse(
        rejected=rejected, not_rejected=refused, has_more=done < len(ids)
    )
