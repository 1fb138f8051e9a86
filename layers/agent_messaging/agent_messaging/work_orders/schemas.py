"""The shapes of the requests and answers about work orders."""

import json
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.fields import (
    AgentId,
    Dollars,
    IsMinimum,
    Limit,
    Line,
    Model,
    NextCursor,
    Object,
    ObjectText,
    Party,
    Text,
    Timestamp,
    Title,
    Total,
    Url,
    WorkOrderId,
)
from agent_messaging.messaging.model import Relationship
from agent_messaging.work_orders import history
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Role, Status

MAX_BYTES = 128 * 1024  # so that each part fits one item of 400 KB, and a page several

# All that an answer says of an order beside its texts and objects.
FRAME = 1500


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
    """Which orders to list: those an agent received as worker, or gave as client.

    A worker filters by `client_id`, a client by `worker_id`.
    """

    role: Role
    status: Status | None = None
    client_id: Annotated[
        AgentId | None, Field(description="With `role=worker`: only orders of this client.")
    ] = None
    worker_id: Annotated[
        AgentId | None, Field(description="With `role=client`: only orders to this worker.")
    ] = None
    limit: Limit = 50
    cursor: str | None = None

    @property
    def own_filter(self) -> str | None:
        """The filter that names the caller's own side instead of the other one, if it is given."""
        own = f"{self.role}_id"
        return own if getattr(self, own) is not None else None

    @property
    def other_filter(self) -> str:
        """The filter that names the other side."""
        return "worker_id" if self.role is Role.CLIENT else "client_id"


class HistoryActor(Model):
    """Who moved the order; the system ends an order at its deadline."""

    role: Literal["client", "worker", "system"]
    id: str


class HistoryEntry(Model):
    """One transition; entry 1 is the creation.

    `content_sha256` hashes what the action wrote, `previous_sha256` the whole entry before it.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    n: int
    at: Timestamp
    actor: HistoryActor
    action: str
    from_status: Annotated[Status | None, Field(alias="from")]
    to: Status
    content_sha256: str
    previous_sha256: str | None


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
    history: Annotated[
        list[HistoryEntry] | None,
        Field(description="Every transition, oldest first; null in lists."),
    ] = None


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
    flags = flagging.flags(order.client.name, order.worker.name, *texts, objects=objects)
    asserted = {
        "relationship": order.relationship if reader_id == order.worker.id else None,
        "verified": order.is_verified,
        "content_flags": flags,
    }
    fields = {name: value for name, value in order if name in WorkOrderView.model_fields}
    return WorkOrderView(**{**fields, **asserted, "history": None})


def whole_view(order: WorkOrder, reader_id: str) -> WorkOrderView:
    """The same with the order's history."""
    parties = {"client": order.client.id, "worker": order.worker.id}
    chain = [HistoryEntry(**entry) for entry in history.chain(order.history, parties)]
    return view(order, reader_id).model_copy(update={"history": chain})


def answer_bytes(order: WorkOrder) -> int:
    """How many bytes an order takes of an answer, told without parsing its JSON objects."""
    texts = (order.title, order.description, order.reason, order.summary, order.result_url)
    names = (order.client.name, order.worker.name)
    objects = (order.requirements, order.deliverables, order.result_data)
    written = (json.dumps(text, ensure_ascii=False) for text in (*texts, *names) if text)
    return FRAME + sum(len(text.encode()) for text in (*written, *filter(None, objects)))


def created(order: WorkOrder) -> CreateResponse:
    """The answer to a new order."""
    return CreateResponse.model_validate(_moved(order, "message_id", "created_at"))


def accepted(order: WorkOrder) -> AcceptedResponse:
    """The answer to an accept."""
    return AcceptedResponse.model_validate(_moved(order, "accepted_at"))


def rejected(order: WorkOrder) -> RejectedResponse:
    """The answer to a reject."""
    return RejectedResponse.model_validate(_moved(order, "rejected_at", "reason"))


def rejected_one(order: WorkOrder) -> Rejected:
    """One of many that were rejected."""
    return Rejected.model_validate(_moved(order, "rejected_at"))


def not_rejected(work_order_id: str, code: str, status: str | None) -> NotRejected:
    """One of many that was left, for a reason."""
    current = None if status is None else Status(status)
    return NotRejected(work_order_id=work_order_id, code=code, current_status=current)


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
