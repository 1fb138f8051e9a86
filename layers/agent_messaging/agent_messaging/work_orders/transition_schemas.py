"""The requests and answers of the transitions of work orders, and their operations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import Field, model_validator

from agent_messaging import ids
from agent_messaging.fields import (
    ANY_CASE,
    AgentId,
    Line,
    Model,
    Moment,
    PartialText,
    Percent,
    QuestionId,
    Request,
    Text,
    Timestamp,
    Url,
    ValueText,
    WorkOrderId,
    at,
    wrong_fields,
)
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action, IsFinal, Status

REASONS = ("reason", "rejection_reason")


class ReasonRequest(Request):
    """An optional reason. You can also leave out the body."""

    reason: Annotated[Line | None, Field(description="Why.")] = None
    rejection_reason: Annotated[
        Line | None, Field(description="Another name of `reason`. Send one of the two.")
    ] = None

    @model_validator(mode="after")
    def _require_one_reason(self) -> Self:
        if None not in (self.reason, self.rejection_reason) and (
            self.reason != self.rejection_reason
        ):
            raise wrong_fields(
                self,
                (
                    "rejection_reason",
                    "is not the same as `reason`",
                    "Send only one of `reason` and `rejection_reason`.",
                ),
            )
        return self

    def changes(self, _now: datetime) -> dict[str, Any]:
        """Return the fields that the request sets in the order."""
        return {"reason": self.rejection_reason if self.reason is None else self.reason}


class Decision(Request):
    """What the worker decides about a pending order, and when it expects to complete it."""

    action: Annotated[Literal["accept", "reject"], ANY_CASE, Field(examples=["accept"])]
    estimated_completion: Annotated[
        Moment | None,
        Field(
            description="With `accept`: when you expect to complete the order. A time, or a "
            "duration from now on, such as `PT24H`."
        ),
    ] = None


# The fingerprint of a request has its fields in this order, so those of `Decision` stay first.
class RespondRequest(ReasonRequest, Decision):
    """The worker's answer to a work order. Only a rejection has a reason."""

    @model_validator(mode="after")
    def _require_applicable(self) -> Self:
        names = REASONS if self.action == "accept" else ("estimated_completion",)
        other = "reject" if self.action == "accept" else "accept"
        faults = [
            (
                name,
                f"does not apply to the action `{self.action}`",
                f"Leave out `{name}` to {self.action} the order, or send the action `{other}`.",
            )
            for name in names
            if getattr(self, name) is not None
        ]
        if faults:
            raise wrong_fields(self, *faults)
        return self

    def changes(self, now: datetime) -> dict[str, Any]:
        """Return the fields that the request sets in the order at `now`."""
        if self.action == "reject":
            return super().changes(now)
        return {"estimated_completion": at(self.estimated_completion, now)}


class ClaimRequest(Request):
    """When you expect to complete the order. You can also leave out the body."""

    estimated_completion: Annotated[
        Moment | None,
        Field(
            description="When you expect to complete the order. A time, or a duration from now on, "
            "such as `PT24H`."
        ),
    ] = None

    def completion(self, now: datetime) -> datetime | None:
        """Return when the worker expects to complete the order, as a time."""
        return at(self.estimated_completion, now)


class CompleteRequest(Request):
    """The result of the work."""

    result_data: Annotated[
        ValueText | None,
        Field(description="An object, an array or a string.", examples=[{"estimates": 50}]),
    ] = None
    result_url: Url | None = None
    summary: Text | None = None

    def changes(self, _now: datetime) -> dict[str, Any]:
        """Return the fields that the request sets in the order."""
        return dict(self)


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


class AskedResponse(TransitionResponse):
    """The order waits for the client's answer."""

    question_id: str
    asked_at: Timestamp
    answer_by: Timestamp


class AnsweredResponse(TransitionResponse):
    """The worker goes on with the order."""

    answered_at: Timestamp
    lease_expires_at: Annotated[
        Timestamp | None, Field(description="The end of the worker's lease. Null without a lease.")
    ]


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
ASK = Operation(Action.ASK, AskedResponse)
ANSWER = Operation(Action.ANSWER, AnsweredResponse)
CANCEL = Operation(Action.CANCEL, CancelledResponse)


def shown(response: type[Answer], order: WorkOrder) -> Answer:
    """Return an answer with the order's values of its fields."""
    names = (name for name in response.model_fields if hasattr(order, name))
    return response.model_validate({name: getattr(order, name) for name in names})


class AskRequest(Request):
    """What the worker needs to know from the client."""

    question: Annotated[Text, Field(examples=["In which currency?"])]

    def changes(self, now: datetime) -> dict[str, Any]:
        """Return the fields that the request sets in the order."""
        return {"question": self.question, "question_id": ids.new("qst", now)}


class AnswerRequest(Request):
    """The client's answer to the question that waits."""

    answer: Annotated[Text, Field(examples=["US dollars."])]
    question_id: Annotated[
        QuestionId | None,
        Field(description="The question that you answer. If another one waits now: 409."),
    ] = None

    def changes(self, _now: datetime) -> dict[str, Any]:
        """Return the fields that the request sets in the order."""
        return {"answer": self.answer, "for_question": self.question_id}


class ProgressRequest(Request):
    """What the worker reports. A field that you leave out keeps its last value."""

    percent: Annotated[Percent | None, Field(examples=[40])] = None
    note: Annotated[Line | None, Field(examples=["20 of 50 done."])] = None
    partial_result: Annotated[
        PartialText | None,
        Field(
            description="An object, an array or a string, at most 16 KiB.",
            examples=[{"estimates": 20}],
        ),
    ] = None


class ProgressResponse(TransitionResponse):
    """The report is stored. With a lease, the lease is renewed."""

    lease_expires_at: Annotated[
        Timestamp | None,
        Field(description="Report progress again before this time. Null while no lease runs."),
    ]


# The bodies of the actions that one method of the service carries out.
ActionRequest = ReasonRequest | CompleteRequest | AskRequest | AnswerRequest


def progressed(order: WorkOrder) -> ProgressResponse:
    """Return the answer to a report."""
    return shown(ProgressResponse, order)


class RejectManyRequest(ReasonRequest):
    """Which pending orders to reject: the orders of one client, or up to 25 orders by id."""

    client_id: AgentId | None = None
    work_order_ids: Annotated[list[WorkOrderId] | None, Field(min_length=1, max_length=25)] = None


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
