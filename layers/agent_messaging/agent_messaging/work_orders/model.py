"""A work order: a job that a client offers to a worker, with its state and its result.

Each field is declared once, here or in `Times`. `item` stores the fields, and `schemas` shows them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from agent_messaging import clock
from agent_messaging.errors import NotReadyError, QuestionChangedError, TooManyQuestionsError
from agent_messaging.fields import (
    LONG_TEXT_BYTES,
    Model,
    Party,
    StoredDollars,
    StoredObject,
    StoredTime,
    StoredValue,
)
from agent_messaging.messaging.model import Relationship
from agent_messaging.work_orders import history, rounds
from agent_messaging.work_orders.states import (
    OPEN,
    Action,
    OfferKind,
    ReasonCode,
    Role,
    Status,
    Times,
    Transition,
    transition,
)

# The fields that the client writes when it creates an order, as its history records them.
OFFERED = ("title", "description", "requirements", "deliverables", "budget_usd", "deadline_at")
# The same, of later versions. The hash of a creation covers only those that have a value, so an
# order without them has the same hash as before.
OFFERED_LATER = (
    *("lease_seconds", "result_schema", "parent_id", "depends_on"),
    *("capability", "priority", "bids_by"),
)
# A question waits this long for its answer, unless the deadline comes first.
ANSWER_WITHIN = timedelta(days=7)
# An order has at most so many questions, and so many bytes of questions and answers. So it can be
# read in one answer.
MOST_QUESTIONS = 100
MOST_QUESTION_BYTES = 1024 * 1024

CLOCK_ACTIONS = (Action.EXPIRE, Action.LAPSE, Action.REOPEN)

# Stands in for the worker of an order that has none. No agent has this id.
NOBODY = Party(id="a candidate", name="")


def written_by_client(order: "WorkOrder") -> tuple[str, ...]:
    """Return the names of the fields that the hash of the creation covers."""
    return OFFERED + tuple(name for name in OFFERED_LATER if getattr(order, name) is not None)


class Stored(Enum):
    """Where a field is stored if it is not an attribute of the head; see `item`."""

    DISPLAY = "display"
    OFFER = "offer"
    RESULT = "result"
    PARTIAL = "partial"
    SCHEMA = "schema"


class Offer(Model):
    """The fields that an order has from its creation on, and its status.

    `relationship` is what the client was to the worker when it created the order. `thread_id` is
    the thread of the message that brought the order to the worker. An order for candidates has no
    worker, message and thread while it is pending. Then `message_id` is the notification of its
    claim or award, which begins the thread.
    """

    model_config = ConfigDict(defer_build=True)

    work_order_id: str
    client: Party
    worker: Annotated[
        Party | None,
        Field(description="Null while an order for candidates is pending."),
    ] = None
    title: Annotated[str, Stored.DISPLAY]
    description: Annotated[str | None, Stored.OFFER] = None
    requirements: Annotated[StoredObject | None, Stored.OFFER] = None
    deliverables: Annotated[StoredValue | None, Stored.OFFER] = None
    budget_usd: Annotated[StoredDollars | None, Stored.DISPLAY] = None
    deadline_at: StoredTime | None = None
    lease_seconds: Annotated[
        int | None,
        Field(
            description="How long the worker may stay silent after it accepted, in seconds. Null "
            "without a lease."
        ),
    ] = None
    result_schema: Annotated[
        StoredObject | None,
        Stored.SCHEMA,
        Field(
            description="The JSON Schema that `result_data` has to match. Null if there is none."
        ),
    ] = None
    parent_id: Annotated[
        str | None,
        Field(description="The order that this one is a part of. Null if it stands alone."),
    ] = None
    depends_on: Annotated[
        tuple[str, ...] | None,
        Field(
            description="Children of the same parent that have to be completed before this one can "
            "be accepted. Null without any."
        ),
    ] = None
    capability: Annotated[
        str | None,
        Stored.DISPLAY,
        Field(description="What a candidate must be able to do. Null if the order names a worker."),
    ] = None
    priority: Annotated[
        int | None,
        Stored.DISPLAY,
        Field(description="From 0 to 10, for an order to candidates. They see the highest first."),
    ] = None
    bids_by: Annotated[
        StoredTime | None,
        Stored.DISPLAY,
        Field(description="Until when candidates can bid. Null without bids."),
    ] = None
    relationship: Annotated[Relationship | None, Stored.DISPLAY] = None
    is_verified: Annotated[bool, Stored.DISPLAY] = False
    status: Status = Status.PENDING
    message_id: str | None = None
    thread_id: str | None = None
    created_at: Annotated[StoredTime, Stored.DISPLAY]


class SharedFields(Times, Offer):
    """The fields that both parties may see: the offer, the times, and what actions wrote.

    `reason` is an agent's, of a rejection, cancellation or failure. `reason_code` is the system's.
    """

    estimated_completion: StoredTime | None = None
    reason: str | None = None
    reason_code: Annotated[
        str | None,
        Field(
            description="Why the system ended the order: `worker_left` or `client_left`, because "
            "that agent left. `lapsed`: the worker did not renew its lease in time, or the client "
            "did not answer a question within 7 days. `deadline`: a question was open at the "
            "deadline. `parent_cancelled`: its parent ended, or lost its worker. "
            "`dependency_failed`: an order that it depended on ended without completion. More "
            "codes may follow. Null otherwise."
        ),
    ] = None
    lease_expires_at: Annotated[
        StoredTime | None,
        Field(
            description="The order lapses unless the worker reports progress before this time: it "
            "fails, or an order for candidates is offered to others again, up to `max_lapses`. "
            "Null without a lease, and while a question rests it."
        ),
    ] = None
    question_id: Annotated[
        str | None, Field(description="The question that waits for the client's answer.")
    ] = None
    answer_by: Annotated[
        StoredTime | None, Field(description="The order fails without an answer by this time.")
    ] = None
    overdue_at: Annotated[
        StoredTime | None,
        Field(
            description="When both agents were told that the deadline of an accepted order passed."
        ),
    ] = None
    lapses: Annotated[
        int | None, Field(description="How often the order lapsed. Null if it never did.")
    ] = None
    is_ready: Annotated[
        bool | None,
        Field(
            description="False while an order that it depends on is not completed. Until then, "
            "nobody can accept it."
        ),
    ] = None
    price_usd: Annotated[
        StoredDollars | None, Field(description="The price of the bid that won. Null without.")
    ] = None
    result_data: Annotated[StoredValue | None, Stored.RESULT] = None
    result_url: Annotated[str | None, Stored.RESULT] = None
    summary: Annotated[str | None, Stored.RESULT] = None


class Question(Model):
    """A question of the worker, and the client's answer."""

    question_id: str
    question: str
    asked_at: StoredTime
    answer: str | None = None
    answered_at: StoredTime | None = None


class WorkOrder(SharedFields):
    """One work order as it is stored.

    `offer_bytes`, `result_bytes`, `partial_bytes` and `schema_bytes` are the sizes of parts outside
    the head. Until these parts are read, their fields are None. `history` holds the records of the
    module `history`. An ended order is kept until `purge_at`, in seconds since 1970.

    `percent`, `note` and `partial_result` are the worker's last report of progress, at
    `reported_at`. `reports` counts the reports of a minute (`progress`). The order has
    `asked` questions, `answered` of them with an answer. Together these texts have `asked_bytes`.
    `due_at` is its stored key of the index `due`. `max_lapses` is the number of lapses that end it.
    `excluded` are the earlier workers of a reopened order, in order. `reopened_as` is the
    generation in which it was reopened last.

    A child is `depth` levels below an order without a parent. An order has had so many `children`,
    whose budgets take `committed_cents`. They may take its own budget, or `room_cents` if that is
    set. `has_dependents` is True if siblings depend on it.
    """

    offer_bytes: int | None = None
    result_bytes: int | None = None
    partial_bytes: int | None = None
    schema_bytes: int | None = None
    percent: int | None = None
    note: str | None = None
    partial_result: Annotated[StoredValue | None, Stored.PARTIAL] = None
    reported_at: StoredTime | None = None
    reports: int | None = None
    asked: int | None = None
    answered: int | None = None
    asked_bytes: int | None = None
    due_at: str | None = None
    max_lapses: int | None = None
    excluded: Annotated[tuple[str, ...] | None, Stored.DISPLAY] = None
    reopened_as: Annotated[int | None, Stored.DISPLAY] = None
    depth: int | None = None
    children: int | None = None
    committed_cents: int | None = None
    room_cents: int | None = None
    has_dependents: bool | None = None
    history: tuple[bytes, ...] = ()
    purge_at: int | None = None

    @classmethod
    def create(cls, **fields: Any) -> "WorkOrder":
        """Return a new order, with the first record of its history."""
        order = cls(**fields)
        content = order._content(written_by_client(order), dict(order))
        created = history.record(order.created_at, Role.CLIENT, history.CREATE, content)
        return order.model_copy(update={"history": (created,)})

    def apply(
        self,
        action: Action,
        now: datetime,
        changes: Mapping[str, Any],
        retention: timedelta,
        *,
        by_system: bool = False,
    ) -> "WorkOrder":
        """Return the order after a transition, with the transition's record.

        The time of an expiry or a lapse is the one that passed, even if it is stored later. An
        ended order is kept for `retention` from `now`. `by_system`: see `states.transition`.

        Raises:
            IllegalTransitionError: the order's status does not allow `action`.
            NotReadyError: it depends on orders that are not completed.
            QuestionChangedError, TooManyQuestionsError: see `_talk`.
        """
        step = self.transition(action, by_system=by_system)
        if self.is_ready is False and step.target is Status.ACCEPTED:
            raise not_ready(self, self.depends_on or ())
        at = (self._ended_at or now) if action in CLOCK_ACTIONS else now
        record = history.record(at, step.role, action, self._content(action.writes, changes))
        update = {
            **{
                name: value
                for name, value in changes.items()
                if value is not None and name in WorkOrder.model_fields
            },
            **step.fields(at),
            **self._waits(step, now),
            **self._talk(action, changes),
            **self._reopened(action),
            "history": (*self.history, record),
            "purge_at": None if step.target in OPEN else clock.to_epoch(now + retention),
        }
        return self.model_copy(update=update)

    def transition(self, action: Action, *, by_system: bool = False) -> Transition:
        """Return the transition that `action` makes from its status; see `states.transition`.

        Raises:
            IllegalTransitionError: there is no such transition.
        """
        return transition(
            self.status,
            action,
            by_system=by_system,
            work_order_id=self.work_order_id,
            kind=self.kind,
        )

    def _content(self, names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
        """Return these fields as an answer shows them. Fields without a value are None."""
        written = self.model_copy(update={name: values.get(name) for name in names})
        content = written.model_dump(mode="json", include=set(names))
        return {name: content.get(name, values.get(name)) for name in names}

    def _waits(self, step: Transition, now: datetime) -> dict[str, Any]:
        """Return until when the order waits after a transition, and for which question.

        Accepting and answering start a full lease. A question rests it.
        """
        lease, answer_by = None, None
        if step.target is Status.ACCEPTED and self.lease_seconds is not None:
            lease = now + timedelta(seconds=self.lease_seconds)
        if step.target is Status.INPUT_REQUIRED:
            answer_by = now + ANSWER_WITHIN
            if self.deadline_at is not None and self.deadline_at > now:
                answer_by = min(answer_by, self.deadline_at)
        waits: dict[str, Any] = {"lease_expires_at": lease, "answer_by": answer_by}
        if step.action in (Action.LAPSE, Action.REOPEN):
            waits["lapses"] = (self.lapses or 0) + 1
        if step.action is Action.LAPSE:
            waits["reason_code"] = self._lapse_code
        return waits if step.action is Action.ASK else {**waits, "question_id": None}

    def _talk(self, action: Action, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the counts of questions and answers after an action.

        Raises:
            QuestionChangedError: the answer is for another question.
            TooManyQuestionsError: the order has no room for another question and its answer.
        """
        if action not in (Action.ASK, Action.ANSWER):
            return {}
        text = changes["question" if action is Action.ASK else "answer"]
        size = (self.asked_bytes or 0) + len(text.encode())
        if action is Action.ANSWER:
            if changes.get("for_question") not in (None, self.question_id):
                raise QuestionChangedError(
                    "The work order waits for the answer to another question.",
                    fix="Read the question with GET /api/v1/messaging/work-order/"
                    f"{self.work_order_id}. Then answer it with `question_id` "
                    f"`{self.question_id}`.",
                )
            return {"answered": self.asked, "asked_bytes": size}
        if (self.asked or 0) >= MOST_QUESTIONS or size + LONG_TEXT_BYTES > MOST_QUESTION_BYTES:
            raise TooManyQuestionsError(
                f"The work order `{self.work_order_id}` has no room for another question.",
                fix="Complete or fail the order, or ask its client with POST "
                f"/api/v1/messaging/send: `to_agent_id` is `{self.client.id}`.",
            )
        return {"asked": (self.asked or 0) + 1, "asked_bytes": size}

    @property
    def _lapse_code(self) -> ReasonCode:
        is_at_deadline = self.answer_by is not None and self.answer_by == self.deadline_at
        return ReasonCode.DEADLINE if is_at_deadline else ReasonCode.LAPSED

    @property
    def kind(self) -> OfferKind:
        """How it finds its worker."""
        if self.capability is None:
            return OfferKind.NAMED
        return OfferKind.POOL if self.bids_by is None else OfferKind.BIDS

    @property
    def generation(self) -> int:
        """How often its state changed, plus one. An entry of the index `pool` has no history."""
        return len(self.history) or self.reopened_as or 1

    @property
    def budget_cents(self) -> int | None:
        """How much the budgets of its children may be in all, in cents. None: any amount."""
        if self.room_cents is not None or self.budget_usd is None:
            return self.room_cents
        return int(self.budget_usd * 100)

    @property
    def has_followers(self) -> bool:
        """Whether other orders follow from its end: its children, or those that depend on it."""
        return bool(self.children or self.has_dependents)

    @property
    def is_final(self) -> bool:
        """Whether its status never changes again."""
        return self.status not in OPEN

    @property
    def updated_at(self) -> datetime:
        """When its state changed last, or its worker reported progress."""
        times = (self._changed_at, self.reported_at)
        return max(time for time in times if time is not None)

    @property
    def _changed_at(self) -> datetime:
        if self.history:
            return history.Record.from_bytes(self.history[-1]).at
        return self.reopened_at or self.created_at

    @property
    def ended_by(self) -> str | None:
        """Who ended it: `client`, `worker` or `system`. None while it is open."""
        if self.status in OPEN or not self.history:
            return None
        return history.Record.from_bytes(self.history[-1]).role

    @property
    def _ends_at(self) -> datetime | None:
        """When the system ends the order in its present state, or None if it does not.

        At this moment it is too late for every other action.
        """
        if self.status is Status.PENDING:
            return self.deadline_at
        if self.status is Status.INPUT_REQUIRED:
            return self.answer_by
        return self.lease_expires_at if self.status is Status.ACCEPTED else None

    @property
    def _ended_at(self) -> datetime | None:
        """The time of its end by the clock. An order reopened past its deadline ends with that."""
        if self._ends_at is None or self.status is not Status.PENDING:
            return self._ends_at
        return max(self._ends_at, self.reopened_at or self._ends_at)

    @property
    def due(self) -> datetime | None:
        """When the sweep has to look at the order, or None if never.

        Both agents of an accepted order without a lease are told of its deadline.
        """
        if self.status is Status.ACCEPTED and self.lease_seconds is None:
            return self.deadline_at if self.overdue_at is None else None
        return self._ends_at

    def clock_action(self, now: datetime) -> Action | None:
        """Return the action by which the system ends the order at `now`, or None."""
        ends_at = self._ends_at
        if ends_at is None or ends_at > now:
            return None
        if self.status is Status.PENDING:
            return Action.EXPIRE
        return Action.REOPEN if self._is_reopened else Action.LAPSE

    @property
    def _is_reopened(self) -> bool:
        """Whether a lapse gives it to another worker, instead of ending it.

        A question that its client did not answer ends it, because the next worker would ask again.
        """
        is_for_candidates = self.capability is not None and self.status is Status.ACCEPTED
        return is_for_candidates and rounds.are_left(self.lapses, self.max_lapses)

    def _reopened(self, action: Action) -> dict[str, Any]:
        """Return the fields that change with a reopening. Other actions change none of them."""
        if action is not Action.REOPEN or self.worker is None:
            return {}
        return rounds.reopened(self.worker.id, self.excluded, self.generation)

    def is_due(self, now: datetime) -> bool:
        """Whether its time has passed, so that the system ends it. At that time it is too late."""
        return self.clock_action(now) is not None

    def is_overdue(self, now: datetime) -> bool:
        """Whether both agents are to be told that its deadline has passed."""
        is_waiting = self.status is Status.ACCEPTED and not self.is_due(now)
        return (
            is_waiting and self.due is not None and self.due <= now and (self.lease_seconds is None)
        )

    def as_of(self, now: datetime) -> "WorkOrder":
        """Return the order at `now`. What its time has ended is ended, even if not stored yet."""
        action = self.clock_action(now)
        if action is None or self._ended_at is None:
            return self
        changed = transition(self.status, action).fields(self._ended_at)
        return self.model_copy(update=changed | self._reopened(action)).as_of(now)

    def as_offered(self) -> "WorkOrder":
        """Return the order as a candidate sees it, without what an earlier worker saw and did."""
        told = ("percent", "note", "reported_at", "partial_bytes", "asked", "answered")
        return self.model_copy(update={**dict.fromkeys(told), "history": ()})

    @property
    def taken_by(self) -> Party:
        """Its worker. A pending order for candidates has none, so `NOBODY` stands in for it."""
        return self.worker or NOBODY

    def has_party(self, agent_id: str) -> bool:
        """Whether the agent is its client or its worker."""
        return agent_id in (self.client.id, self.taken_by.id)

    def role_of(self, agent_id: str) -> Role:
        """Return the role of a party."""
        return Role.WORKER if agent_id == self.taken_by.id else Role.CLIENT

    def party_of(self, role: Role) -> Party | None:
        """Return the party in a role. A pending order for candidates has no worker."""
        return self.worker if role is Role.WORKER else self.client

    def other_party(self, agent_id: str) -> Party:
        """Return the other party; see `taken_by`."""
        return self.taken_by if agent_id == self.client.id else self.client


def not_ready(order: WorkOrder, waits_for: Sequence[str]) -> NotReadyError:
    """Return the error for an order that waits for these orders. Only a named worker is told."""
    read = f"GET /api/v1/messaging/work-order/{order.work_order_id} until `is_ready` is true."
    is_named = order.kind is OfferKind.NAMED
    return NotReadyError(
        f"The work order `{order.work_order_id}` depends on orders that are not completed.",
        fix=f"Wait for the event `work_order.ready`, or read {read}"
        if is_named
        else f"Read {read} Then repeat the request.",
        members={"waits_for": [*waits_for]},
    )
