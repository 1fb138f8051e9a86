"""The shapes of the requests and answers about work orders."""

from typing import Annotated, Any, Literal

from pydantic import Field

from agent_messaging import content
from agent_messaging.content import ContentFlags
from agent_messaging.fields import (
    AgentId,
    Dollars,
    Limit,
    Line,
    Model,
    Object,
    ObjectText,
    Party,
    Text,
    Timestamp,
    Title,
    Url,
)
from agent_messaging.messaging.model import Relationship
from agent_messaging.messaging.wire import IsMinimum, NextCursor, Total
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Role, Status

MAX_BYTES = 128 * 1024  # so that an order and its result fit one item of 400 KB


class CreateRequest(Model):
    """A job for another agent. `budget_usd` is in US dollars."""

    to_agent_id: AgentId
    title: Annotated[Title, Field(examples=["Cost Estimates for 50 Products"])]
    description: Annotated[Text, Field(examples=["Need detailed cost breakdowns"])]
    requirements: Annotated[ObjectText | None, Field(examples=[{"format": "JSON"}])] = None
    deliverables: ObjectText | None = None
    budget_usd: Dollars | None = None
    deadline_at: Annotated[
        Timestamp | None, Field(description="If nobody answers by then, the order expires.")
    ] = None

    def offer(self) -> dict[str, Any]:
        """What the order takes over from the request as it is."""
        return {name: value for name, value in self if name != "to_agent_id"}


class CreateResponse(Model):
    """The order is offered; the worker finds it, and a message about it."""

    success: bool = True
    work_order_id: str
    message_id: str
    status: Status
    created_at: Timestamp


class WorkOrdersQuery(Model):
    """Which orders to list: those an agent received as worker, or gave as client."""

    role: Role
    status: Status | None = None
    limit: Limit = 50
    cursor: str | None = None


class WorkOrderView(Model):
    """A work order as its two parties see it."""

    work_order_id: str
    client: Party
    worker: Party
    title: str
    description: str
    requirements: Object | None
    deliverables: Object | None
    budget_usd: Dollars | None
    deadline_at: Timestamp | None
    relationship: Annotated[
        Relationship | None,
        Field(description="What the client was to you when it wrote; null for the client."),
    ]
    verified: Annotated[
        bool, Field(description="Whether a key vouched for the client; false in open mode alone.")
    ]
    status: Status
    message_id: str
    thread_id: str
    created_at: Timestamp
    accepted_at: Timestamp | None
    rejected_at: Timestamp | None
    completed_at: Timestamp | None
    failed_at: Timestamp | None
    cancelled_at: Timestamp | None
    expired_at: Timestamp | None
    estimated_completion: Timestamp | None
    reason: str | None
    result_data: Object | None
    result_url: str | None
    summary: str | None
    content_flags: ContentFlags


class WorkOrdersPage(Model):
    """A page of an agent's work orders, newest first."""

    agent_id: str
    role: Role
    total_orders: Total
    total_is_minimum: IsMinimum
    work_orders: list[WorkOrderView]
    next_cursor: NextCursor


class RespondRequest(Model):
    """The worker's answer to an offer."""

    action: Annotated[Literal["accept", "reject"], Field(examples=["accept"])]
    estimated_completion: Timestamp | None = None
    rejection_reason: Line | None = None


class Moved(Model):
    """The order after a transition."""

    success: bool = True
    work_order_id: str
    status: Status


class AcceptedResponse(Moved):
    """The worker has taken the order."""

    accepted_at: Timestamp


class RejectedResponse(Moved):
    """The worker has declined the order."""

    rejected_at: Timestamp
    reason: str | None


class CompleteRequest(Model):
    """The result of the work."""

    result_data: Annotated[ObjectText | None, Field(examples=[{"estimates": 50}])] = None
    result_url: Url | None = None
    summary: Text | None = None


class CompletedResponse(Moved):
    """The result is stored with the order."""

    completed_at: Timestamp


class ReasonRequest(Model):
    """Why; may be left out, and so may the body."""

    reason: Line | None = None


class CancelledResponse(Moved):
    """The client has withdrawn the order."""

    cancelled_at: Timestamp
    reason: str | None


class FailedResponse(Moved):
    """The worker has given the order up."""

    failed_at: Timestamp
    reason: str | None


def view(order: WorkOrder, reader_id: str) -> WorkOrderView:
    """An order as one of its two parties sees it."""
    texts = (order.title, order.description, order.reason, order.result_url, order.summary)
    objects = (order.requirements, order.deliverables, order.result_data)
    flags = content.flags(order.client.name, order.worker.name, *texts, objects=objects)
    asserted = {
        "relationship": order.relationship if reader_id == order.worker.id else None,
        "verified": order.is_verified,
        "content_flags": flags,
    }
    fields = {name: value for name, value in order if name != "is_verified"}
    return WorkOrderView(**{**fields, **asserted})


def created(order: WorkOrder) -> CreateResponse:
    """The answer to a new order."""
    return CreateResponse.model_validate(_moved(order, "message_id", "created_at"))


def accepted(order: WorkOrder) -> AcceptedResponse:
    """The answer to an accept."""
    return AcceptedResponse.model_validate(_moved(order, "accepted_at"))


def rejected(order: WorkOrder) -> RejectedResponse:
    """The answer to a reject."""
    return RejectedResponse.model_validate(_moved(order, "rejected_at", "reason"))


def completed(order: WorkOrder) -> CompletedResponse:
    """The answer to a complete."""
    return CompletedResponse.model_validate(_moved(order, "completed_at"))


def cancelled(order: WorkOrder) -> CancelledResponse:
    """The answer to a cancel."""
    return CancelledResponse.model_validate(_moved(order, "cancelled_at", "reason"))


def failed(order: WorkOrder) -> FailedResponse:
    """The answer to a fail."""
    return FailedResponse.model_validate(_moved(order, "failed_at", "reason"))


def _moved(order: WorkOrder, *names: str) -> dict[str, Any]:
    return {name: getattr(order, name) for name in ("work_order_id", "status", *names)}
