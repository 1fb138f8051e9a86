"""A work order: a job that a client offers to a worker, with its state and its result.

Each field is declared once, here or in `Times`. `item` stores the fields, and `schemas` shows them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from agent_messaging import clock
from agent_messaging.fields import (
    Model,
    Party,
    StoredDollars,
    StoredObject,
    StoredTime,
    StoredValue,
)
from agent_messaging.messaging.model import Relationship
from agent_messaging.work_orders import history
from agent_messaging.work_orders.states import OPEN, Action, Role, Status, Times, transition

# The fields that the client writes when it creates an order.
OFFERED = ("title", "description", "requirements", "deliverables", "budget_usd", "deadline_at")

# The same, of later versions. The hash of a creation covers only those that have a value, so an
# order without them has the same hash as before.
OFFERED_LATER = ("result_schema",)


def written_by_client(order: "WorkOrder") -> tuple[str, ...]:
    """Return the names of the fields that the hash of the creation covers."""
    return OFFERED + tuple(name for name in OFFERED_LATER if getattr(order, name) is not None)


class Stored(Enum):
    """Where a field is stored if it is not an attribute of the head; see `item`."""

    DISPLAY = "display"
    OFFER = "offer"
    RESULT = "result"
    SCHEMA = "schema"


class Offer(Model):
    """The fields that an order has from its creation on, and its status.

    `relationship` is what the client was to the worker when it created the order. `thread_id` is
    the thread of the message that brought the order to the worker.
    """

    model_config = ConfigDict(defer_build=True)

    work_order_id: str
    client: Party
    worker: Party
    title: Annotated[str, Stored.DISPLAY]
    description: Annotated[str | None, Stored.OFFER] = None
    requirements: Annotated[StoredObject | None, Stored.OFFER] = None
    deliverables: Annotated[StoredValue | None, Stored.OFFER] = None
    budget_usd: Annotated[StoredDollars | None, Stored.DISPLAY] = None
    deadline_at: StoredTime | None = None
    result_schema: Annotated[
        StoredObject | None,
        Stored.SCHEMA,
        Field(
            description="The JSON Schema that `result_data` has to match. Null if there is none."
        ),
    ] = None
    relationship: Annotated[Relationship | None, Stored.DISPLAY] = None
    is_verified: Annotated[bool, Stored.DISPLAY] = False
    status: Status = Status.PENDING
    message_id: str
    thread_id: str
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
            "that agent left. More codes may follow. Null otherwise."
        ),
    ] = None
    result_data: Annotated[StoredValue | None, Stored.RESULT] = None
    result_url: Annotated[str | None, Stored.RESULT] = None
    summary: Annotated[str | None, Stored.RESULT] = None


class WorkOrder(SharedFields):
    """One work order as it is stored.

    `offer_bytes`, `result_bytes` and `schema_bytes` are the sizes of parts outside the head. Until
    these parts are read, their fields are None. `history` holds the records of the module
    `history`. An ended order is kept until `purge_at`, in seconds since 1970.
    """

    offer_bytes: int | None = None
    result_bytes: int | None = None
    schema_bytes: int | None = None
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

        The time of an expiry is the deadline, even if it is stored later. An ended order is kept
        for `retention` from `now`. `by_system`: see `states.transition`.

        Raises:
            IllegalTransitionError: the order's status does not allow `action`.
        """
        step = transition(
            self.status, action, by_system=by_system, work_order_id=self.work_order_id
        )
        at = (self.deadline_at or now) if action is Action.EXPIRE else now
        record = history.record(at, step.role, action, self._content(action.writes, changes))
        update = {
            **{name: value for name, value in changes.items() if value is not None},
            **step.fields(at),
            "history": (*self.history, record),
            "purge_at": None if step.target in OPEN else clock.to_epoch(now + retention),
        }
        return self.model_copy(update=update)

    def _content(self, names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
        """Return these fields as an answer shows them. Fields without a value are None."""
        written = self.model_copy(update={name: values.get(name) for name in names})
        return written.model_dump(mode="json", include=set(names))

    @property
    def is_final(self) -> bool:
        """Whether its status never changes again."""
        return self.status not in OPEN

    @property
    def ended_by(self) -> str | None:
        """Who ended it: `client`, `worker` or `system`. None while it is open."""
        if self.status in OPEN or not self.history:
            return None
        return history.Record.from_bytes(self.history[-1]).role

    def is_due(self, now: datetime) -> bool:
        """Whether it is pending and its deadline has passed. At the deadline it is too late."""
        return (
            self.status is Status.PENDING
            and self.deadline_at is not None
            and self.deadline_at <= now
        )

    def as_of(self, now: datetime) -> "WorkOrder":
        """Return the order at `now`. An overdue order is expired, even if that is not stored."""
        if self.deadline_at is None or not self.is_due(now):
            return self
        expiry = transition(self.status, Action.EXPIRE)
        return self.model_copy(update=expiry.fields(self.deadline_at))

    def has_party(self, agent_id: str) -> bool:
        """Whether the agent is its client or its worker."""
        return agent_id in (self.client.id, self.worker.id)

    def role_of(self, agent_id: str) -> Role:
        """Return the role of a party."""
        return Role.WORKER if agent_id == self.worker.id else Role.CLIENT

    def other_party(self, agent_id: str) -> Party:
        """Return the other party."""
        return self.worker if agent_id == self.client.id else self.client
