"""The requests and answers of the transitions of work orders, and their operations."""

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
from agent_messaging.work_orders.states import Action, IsFinal, Status


class RespondRequest(Model):
    """The worker's answer to a work order."""

    action: Annotated[Literal["accept", "reject"], Field(examples=["accept"])]
    estimated_completion: Timestamp | None = None
    rejection_reason: Line | None = None


class Estimate(Model):
    """When the worker expects to complete the order that it accepts."""

    estimated_completion: Timestamp | None = None


class CompleteRequest(Model):
    """The result of the work."""

    result_data: Annotated[ObjectText | None, Field(examples=[{"estimates": 50}])] = None
    result_url: Url | None = None
    summary: Text | None = None


class ReasonRequest(Model):
    """An optional reason. You can also leave out the body."""

    reason: Line | None = None


class TransitionResponse(Model):
    """The order after a transition."""

    success: bool = True
    work_order_id: str
    status: Status
    is_final: IsFinal


class AcceptedResponse(TransitionResponse):
    """The worker accepted the order."""

    accepted_at: Timestamp


class RejectedResponse(TransitionResponse):
    """The worker rejected the order."""

    rejected_at: Timestamp
    reason: str | None


class CompletedResponse(TransitionResponse):
    """The worker completed the order, and the result is stored with it."""

    completed_at: Timestamp


class CancelledResponse(TransitionResponse):
    """The client cancelled the order."""

    cancelled_at: Timestamp
    reason: str | None


class FailedResponse(TransitionResponse):
    """The worker marked the order as failed."""

    failed_at: Timestamp
    reason: str | None


Answer = TypeVar("Answer", bound=Model)


@dataclass(frozen=True)
class Operation(Generic[Answer]):
    """An action that an agent requests, and the model of its answer."""

    action: Action
    response: type[Answer]

    def answer(self, order: WorkOrder) -> Answer:
        """Return the answer from the order after the transition."""
        return shown(self.response, order)


ACCEPT = Operation(Action.ACCEPT, AcceptedResponse)
REJECT = Operation(Action.REJECT, RejectedResponse)
COMPLETE = Operation(Action.COMPLETE, CompletedResponse)
FAIL = Operation(Action.FAIL, FailedResponse)
CANCEL = Operation(Action.CANCEL, CancelledResponse)


def shown(response: type[Answer], order: WorkOrder) -> Answer:
    """Return an answer with the order's values of its fields."""
    names = (name for name in response.model_fields if hasattr(order, name))
    return response.model_validate({name: getattr(order, name) for name in names})


class RejectManyRequest(Model):
    """Which pending orders to reject: the orders of one client, or up to 25 orders by id."""

    client_id: AgentId | None = None
    work_order_ids: Annotated[list[WorkOrderId] | None, Field(min_length=1, max_length=25)] = None
    reason: Line | None = None


class Rejected(Model):
    """An order that this call rejected."""

    work_order_id: str
    status: Status
    rejected_at: Timestamp


class NotRejected(Model):
    """An order that this call did not reject, and why."""

    work_order_id: str
    code: Annotated[
        str, Field(description="The error code that you get if you reject only this order.")
    ]
    current_status: Annotated[
        Status | None, Field(description="The order's status, if it is the reason; null otherwise.")
    ]


class RejectManyResponse(Model):
    """The result for each order. Repeat the call while `has_more` is true."""

    success: bool = True
    rejected: list[Rejected]
    not_rejected: list[NotRejected]
    has_more: Annotated[
        bool,
        Field(
            description="True if orders are left, because this call reached its limit of 25 orders "
            "or ran out of time."
        ),
    ]


def not_rejected(work_order_id: str, code: str, status: str | None) -> NotRejected:
    """Return the entry of an order that was not rejected."""
    current = None if status is None else Status(status)
    return NotRejected(work_order_id=work_order_id, code=code, current_status=current)
