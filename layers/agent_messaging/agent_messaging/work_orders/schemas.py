"""The requests and answers about work orders. `transition_schemas` has those of transitions."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from agent_messaging.agents.schemas import Capability
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.fields import (
    ANY_CASE,
    AgentId,
    Dollars,
    IsMinimum,
    LeaseSeconds,
    Limit,
    MaxLapses,
    Model,
    Moment,
    NextCursor,
    ObjectText,
    Priority,
    Request,
    SchemaText,
    Seconds,
    StoredValue,
    Text,
    Timestamp,
    Title,
    Total,
    ValueText,
    WantsReceipts,
    WorkOrderId,
    at,
    wrong_fields,
)
from agent_messaging.messaging.model import Relationship
from agent_messaging.work_orders import history
from agent_messaging.work_orders.model import (
    OFFERED,
    OFFERED_LATER,
    Question,
    SharedFields,
    WorkOrder,
)
from agent_messaging.work_orders.states import IsFinal, Status

MAX_BYTES = 128 * 1024  # so that each part fits an item of 400 KB, and a page holds several

# The fields that only an order for candidates has.
FOR_CANDIDATES = ("priority", "bids_by", "max_lapses")

# The bytes of an order in an answer without its texts and objects.
FRAME = 1500


class CreateRequest(Request):
    """A job for another agent, or for all with a capability. `budget_usd` is in US dollars."""

    to_agent_id: Annotated[
        AgentId | None, Field(description="The worker. Send this or `to_capability`.")
    ] = None
    title: Annotated[Title, Field(examples=["Cost Estimates for 50 Products"])]
    description: Annotated[Text, Field(examples=["Need detailed cost breakdowns"])]
    requirements: Annotated[ObjectText | None, Field(examples=[{"format": "JSON"}])] = None
    deliverables: Annotated[
        ValueText | None, Field(description="An object, an array or a string.")
    ] = None
    budget_usd: Dollars | None = None
    deadline_at: Annotated[
        Moment | None,
        Field(
            description="The order expires if the worker does not answer by then. A time, or a "
            "duration from now on, such as `PT24H`."
        ),
    ] = None
    deadline_in_seconds: Annotated[
        Seconds | None, Field(description="The deadline in seconds from now on.")
    ] = None
    parent_id: Annotated[
        WorkOrderId | None,
        Field(
            description="Offer a part of this order, which you accepted as its worker. The budgets "
            "of its children are at most its own in all. Without a deadline the child takes its "
            "parent's, and it may not be later. At most 8 levels."
        ),
    ] = None
    depends_on: Annotated[
        list[WorkOrderId] | None,
        Field(
            min_length=1,
            max_length=10,
            description="Children of the same parent that have to be completed first. Until then, "
            "nobody can accept this order.",
        ),
    ] = None
    lease_seconds: Annotated[
        LeaseSeconds | None,
        Field(
            description="Let the order lapse if the worker, once it has accepted, reports no "
            "progress for so long. Then it fails, or an order for candidates is offered to others "
            "again. From 60 seconds to 7 days."
        ),
    ] = None
    wants_receipts: WantsReceipts = False
    result_schema: Annotated[
        SchemaText | None,
        Field(
            description="A JSON Schema (2020-12) of at most 16 KiB. `complete` is refused unless "
            "its `result_data` matches. The schema cannot refer to other documents.",
            examples=[{"type": "object", "required": ["estimates"]}],
        ),
    ] = None
    to_capability: Annotated[
        Capability | None,
        Field(
            description="Offer the order to every agent with this capability. The first that "
            "claims it is the worker."
        ),
    ] = None
    priority: Annotated[
        Priority | None,
        Field(description="With `to_capability`: from 0 to 10. Candidates see the highest first."),
    ] = None
    bids_by: Annotated[
        Moment | None,
        Field(
            description="With `to_capability`: let candidates bid until then, and award the order "
            "to one of them. A time, or a duration from now on, such as `PT24H`."
        ),
    ] = None
    max_lapses: Annotated[
        MaxLapses | None,
        Field(
            description="With `to_capability`: how often the order may lapse before it fails. "
            "From 1 to 10. The default is 3."
        ),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _require_one_kind(cls, sent: Any) -> Any:
        """Refuse fields of two kinds of offers, before their values matter."""
        if not isinstance(sent, dict):
            return sent
        is_for_candidates = sent.get("to_capability") is not None
        other = "to_capability" if is_for_candidates else "to_agent_id"
        names = ("to_agent_id",) if is_for_candidates else FOR_CANDIDATES
        faults = [
            (name, f"cannot be combined with `{other}`", f"Remove `{name}`, or remove `{other}`.")
            for name in names
            if None not in (sent.get(name), sent.get(other))
        ]
        if faults:
            raise wrong_fields(cls, *faults)
        return sent

    @model_validator(mode="after")
    def _require_one_offer(self) -> Self:
        if self.to_agent_id is None and self.to_capability is None:
            raise wrong_fields(
                self,
                (
                    "to_agent_id",
                    "is missing, and so is `to_capability`",
                    "Set `to_agent_id` to the `agent_id` of an agent from GET /api/v1/agents, or "
                    "`to_capability` to a capability that the worker must have.",
                ),
            )
        return self

    @model_validator(mode="after")
    def _require_one_deadline(self) -> Self:
        if self.deadline_at is not None and self.deadline_in_seconds is not None:
            raise wrong_fields(
                self,
                (
                    "deadline_in_seconds",
                    "cannot be combined with `deadline_at`",
                    "Remove `deadline_in_seconds`. The order takes one deadline.",
                ),
            )
        return self

    @model_validator(mode="after")
    def _require_parent(self) -> Self:
        if self.depends_on is not None and self.parent_id is None:
            raise wrong_fields(
                self,
                (
                    "depends_on",
                    "needs a `parent_id`",
                    "Add the `parent_id` of these orders, or remove `depends_on`.",
                ),
            )
        return self

    def offer(self, now: datetime) -> dict[str, Any]:
        """Return the fields that the order copies from the request, with its deadline as a time."""
        seconds = self.deadline_in_seconds
        sent = self.deadline_at if seconds is None else timedelta(seconds=seconds)
        names = (*OFFERED, *OFFERED_LATER)
        first = None if self.depends_on is None else tuple(dict.fromkeys(self.depends_on))
        fields = {name: getattr(self, name, None) for name in names}
        return fields | {
            "deadline_at": at(sent, now),
            "bids_by": at(self.bids_by, now),
            "capability": self.to_capability,
            "depends_on": first,
        }


class CreateResponse(Model):
    """The order is created. A named worker receives it with a message in its inbox."""

    success: bool = True
    work_order_id: str
    message_id: Annotated[
        str | None,
        Field(description="The message to the worker. Null for an order to candidates."),
    ]
    status: Status
    created_at: Timestamp
    offer: str


class Role(StrEnum):
    """What the caller is to the orders of a list."""

    CLIENT = "client"
    WORKER = "worker"
    CANDIDATE = "candidate"


class WorkOrdersQuery(Model):
    """Which orders to list: those that you have as worker, created as client, or could take.

    With `role=worker` you can filter by `client_id`, with `role=client` by `worker_id`, and with
    `role=candidate` by `capability`.
    """

    role: Annotated[Role, ANY_CASE] = Role.WORKER
    status: Annotated[Status | None, ANY_CASE] = None
    client_id: Annotated[
        AgentId | None, Field(description="With `role=worker`: list only orders from this client.")
    ] = None
    worker_id: Annotated[
        AgentId | None, Field(description="With `role=client`: list only orders to this worker.")
    ] = None
    capability: Annotated[
        Capability | None,
        Field(
            description="With `role=candidate`: list orders that need this one of your "
            "capabilities. Not needed if you have only one."
        ),
    ] = None
    limit: Limit = 50
    cursor: str | None = None

    @property
    def own_filter(self) -> str | None:
        """The name of the filter by the caller's own role, if the query has it, or None."""
        own = f"{self.role}_id"
        return own if getattr(self, own) is not None else None

    @property
    def other_filter(self) -> str:
        """The name of the filter by the other party."""
        return "worker_id" if self.role is Role.CLIENT else "client_id"


class Progress(Model):
    """What the worker last reported. Each field keeps its last value."""

    percent: int | None
    note: str | None
    partial_result: StoredValue | None
    reported_at: Timestamp


class HistoryActor(Model):
    """Who made the change. The system ends an order at its deadline, or if a party has left."""

    role: Literal["client", "worker", "system"]
    id: str


class HistoryEntry(Model):
    """One change of the order. Entry 1 is its creation.

    `content_sha256` is the hash of the fields that the action wrote. `previous_sha256` is the hash
    of the whole previous entry.
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


def _drop_defaults(schema: dict[str, Any]) -> None:
    """Remove the stored fields' defaults from an answer's schema, because it has every field."""
    for name in SharedFields.model_fields:
        schema["properties"].get(name, {}).pop("default", None)


class WorkOrderView(SharedFields):
    """A work order, as its client or its worker sees it."""

    model_config = ConfigDict(
        serialize_by_alias=True, defer_build=False, json_schema_extra=_drop_defaults
    )

    description: Annotated[
        str | None, Field(description="Null in the list of a candidate. GET shows it.")
    ]
    offer: Annotated[
        str,
        Field(
            description="How the order finds its worker. `named`: the client chose it. `pool`: "
            "whoever claims it first. `bids`: the client awards it to a bid."
        ),
    ]
    is_final: IsFinal
    relationship: Annotated[
        Relationship | None,
        Field(
            description="What the client was to you when it created the order. Null if you "
            "are the client."
        ),
    ]
    is_verified: Annotated[
        bool,
        Field(
            serialization_alias="verified",
            description="True if the client used its key. False only in open mode.",
        ),
    ]
    ended_by: Annotated[
        str | None,
        Field(
            description="Who ended the order: `client`, `worker` or `system`. Null while it is "
            "open."
        ),
    ]
    content_flags: ContentFlags
    lapses: Annotated[int, Field(description="How often the order lapsed.")]
    is_ready: Annotated[
        bool,
        Field(
            description="False while an order that it depends on is not completed. Until then, "
            "nobody can accept it."
        ),
    ]
    progress: Annotated[
        Progress | None,
        Field(
            description="What the worker reported while it works. Null before the first report, "
            "and for a candidate."
        ),
    ]
    questions: Annotated[
        list[Question] | None,
        Field(
            description="What the worker asked, oldest first, with the answers. Null in lists, "
            "and for a candidate."
        ),
    ] = None
    generation: Annotated[
        int, Field(description="How often the state changed. A new order has generation 1.")
    ]
    updated_at: Annotated[
        Timestamp, Field(description="When the state changed last, or progress was reported.")
    ]
    history: Annotated[
        list[HistoryEntry] | None,
        Field(
            description="Every change of the order, oldest first. Null in lists, and for a "
            "candidate."
        ),
    ] = None


# Functions that show orders also read them. So build the model at start, not in a request.
WorkOrder.model_rebuild()

# The fields that a view copies from the order.
_TAKEN_OVER = tuple(name for name in SharedFields.model_fields if name != "relationship")


class WorkOrdersPage(Model):
    """A page of your work orders, newest first. For a candidate, by priority, then oldest first."""

    agent_id: str
    role: Role
    total_orders: Total
    total_is_minimum: IsMinimum
    work_orders: list[WorkOrderView]
    next_cursor: NextCursor


class ChildrenQuery(Model):
    """How many levels of children to list. With 1, only the children themselves."""

    depth: Annotated[int, Field(ge=1, le=8, description="How many levels to list.")] = 1
    limit: Limit = 50
    cursor: str | None = None


class ChildrenPage(Model):
    """A page of the orders below an order. Each comes before its own children."""

    work_order_id: str
    work_orders: list[WorkOrderView]
    next_cursor: NextCursor


def view(order: WorkOrder, reader_id: str, questions: Sequence[Question] = ()) -> WorkOrderView:
    """Return an order as its client or its worker sees it. Its flags are also of `questions`."""
    texts = [order.title, order.description, order.reason, order.result_url, order.summary]
    texts += [text for each in questions for text in (each.question, each.answer)]
    objects = _objects(order)
    fields = {name: getattr(order, name) for name in _TAKEN_OVER}
    fields["is_final"] = order.is_final
    fields["relationship"] = order.relationship if reader_id == order.taken_by.id else None
    fields["ended_by"] = order.ended_by
    fields["lapses"] = order.lapses or 0
    fields["offer"] = order.kind
    fields["is_ready"] = order.is_ready is not False
    fields["progress"] = _progress(order)
    fields["generation"] = order.generation
    fields["updated_at"] = order.updated_at
    fields["content_flags"] = flagging.flags(
        order.client.name, order.taken_by.name, order.note, *texts, objects=objects
    )
    return WorkOrderView.model_validate(fields)


def _progress(order: WorkOrder) -> Progress | None:
    if order.reported_at is None:
        return None
    return Progress(**{name: getattr(order, name) for name in Progress.model_fields})


def whole_view(order: WorkOrder, reader_id: str, questions: Sequence[Question]) -> WorkOrderView:
    """Return the view of an order, for its parties with its history and its questions."""
    if not order.has_party(reader_id):
        return view(order, reader_id)
    parties = {"client": order.client.id, "worker": order.taken_by.id}
    entries = history.chain(order.history, parties, order.excluded or ())
    chain = [HistoryEntry(**entry) for entry in entries]
    update = {"history": chain, "questions": [*questions]}
    return view(order, reader_id, questions).model_copy(update=update)


def _objects(order: WorkOrder) -> tuple[str | None, ...]:
    """Return the JSON of an order that agents wrote."""
    sent = (order.requirements, order.deliverables, order.result_schema)
    return (*sent, order.result_data, order.partial_result)


def answer_bytes(order: WorkOrder) -> int:
    """Return how many bytes an order takes in an answer, without parsing its JSON objects."""
    texts = (order.title, order.description, order.reason, order.summary, order.result_url)
    names = (order.client.name, order.taken_by.name, order.note)
    objects = _objects(order)
    written = (json.dumps(text, ensure_ascii=False) for text in (*texts, *names) if text)
    return FRAME + sum(len(text.encode()) for text in (*written, *filter(None, objects)))


def created(order: WorkOrder) -> CreateResponse:
    """Return the answer to a new order."""
    return CreateResponse(
        work_order_id=order.work_order_id,
        message_id=order.message_id,
        status=order.status,
        created_at=order.created_at,
        offer=order.kind,
    )
