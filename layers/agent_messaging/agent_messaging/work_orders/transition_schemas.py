"""The requests and answers of the transitions of work orders, and the operations that they make."""

from dataclasses import dataclass
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from agent_messaging.fields import (
    AgentId,
    Line,
    Model,
    ObjectText,
    Text,
    Timestamp,
    Url,
    WorkOrderId,
)
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action, Status


class RespondRequest(Model):
    """The worker's answer to an offer."""

    action: Annotated[Literal["accept", "reject"], Field(examples=["accept"])]
    estimated_completion: Timestamp | None = None
    rejection_reason: Line | None = None


class Estimate(Model):
    """When the worker that accepts an order expects to complete it."""

    estimated_completion: Timestamp | None = None


class CompleteRequest(Model):
    """The result of the work."""

    result_data: Annotated[ObjectText | None, Field(examples=[{"estimates": 50}])] = None
    result_url: Url | None = None
    summary: Text | None = None


class ReasonRequest(Model):
    """Why; may be left out, and so may the body."""

    reason: Line | None = None


class TransitionResponse(Model):
    """The order after a transition."""

    success: bool = True
    work_order_id: str
    status: Status


class AcceptedResponse(TransitionResponse):
    """The worker has taken the order."""

    accepted_at: Timestamp


class RejectedResponse(TransitionResponse):
    """The worker has declined the order."""

    rejected_at: Timestamp
    reason: str | None


class CompletedResponse(TransitionResponse):
    """The result is stored with the order."""

    completed_at: Timestamp


class CancelledResponse(TransitionResponse):
    """The client has withdrawn the order."""

    cancelled_at: Timestamp
    reason: str | None


class FailedResponse(TransitionResponse):
    """The worker has given the order up."""

    failed_at: Timestamp
    reason: str | None


Answer = TypeVar("Answer", bound=Model)


@dataclass(frozen=True)
class Operation(Generic[Answer]):
    """An action that an agent asks for, and the model of its answer."""

    action: Action
    response: type[Answer]

    def answer(self, order: WorkOrder) -> Answer:
        """Return the answer, from the order after the transition."""
        return shown(self.response, order)


ACCEPT = Operation(Action.ACCEPT, AcceptedResponse)
REJECT = Operation(Action.REJECT, RejectedResponse)
COMPLETE = Operation(Action.COMPLETE, CompletedResponse)
FAIL = Operation(Action.FAIL, FailedResponse)
CANCEL = Operation(Action.CANCEL, CancelledResponse)


def shown(response: type[Answer], order: WorkOrder) -> Answer:
    """Return an answer whose fields are the order's."""
    names = response.model_fields.keys() & WorkOrder.model_fields.keys()
    return response.model_validate({name: getattr(order, name) for name in names})


class RejectManyRequest(Model):
    """Which pending orders to reject: those of one client, or up to 25 by id."""

    client_id: AgentId | None = None
    work_order_ids: Annotated[list[WorkOrderId] | None, Field(min_length=1, max_length=25)] = None
    reason: Line | None = None


class Rejected(Model):
    """An order that this call rejected."""

    work_order_id: str
    status: Status
    rejected_at: Timestamp


class NotRejected(Model):
    """An order that this call left as it was, and why."""

    work_order_id: str
    code: Annotated[str, Field(description="The code with which a single reject is refused.")]
    current_status: Annotated[
        Status | None, Field(description="The order's status, if the status is the reason.")
    ]


class RejectManyResponse(Model):
    """What became of each order. Repeat the call while `has_more` is true."""

    success: bool = True
    rejected: list[Rejected]
    not_rejected: list[NotRejected]
    has_more: Annotated[
        bool, Field(description="Whether more orders are left: the call was full, or out of time.")
    ]


def not_rejected(work_order_id: str, code: str, status: str | None) -> NotRejected:
    """Return one of many orders that was left as it was."""
    current = None if status is None else Status(status)
    return NotRejected(work_order_id=work_order_id, code=code, current_status=current)
