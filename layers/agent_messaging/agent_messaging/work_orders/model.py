"""What a work order is: a job that a client offers, a worker takes, and somebody ends."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from agent_messaging import clock
from agent_messaging.fields import Model, Party
from agent_messaging.messaging.model import Relationship
from agent_messaging.work_orders import history
from agent_messaging.work_orders.states import OPEN, ROLES, Action, Role, Status, after


class WorkOrder(Model):
    """One work order as it is stored.

    `requirements`, `deliverables` and `result_data` are JSON text, as they were given. `reason` is
    that of a rejection, cancellation or failure. `relationship` is what the client was to the
    worker when it offered the order. `thread_id` is the thread of the message that
    brought the order to the worker; what either party does to it follows there.

    `offer_bytes` and `result_bytes` are sizes of parts that lie outside the head; until these are
    read, `description` and the like are None. `history` holds the records of `history`. An ended
    order is kept until `purge_at`, in seconds since 1970.
    """

    work_order_id: str
    client: Party
    worker: Party
    title: str
    description: str | None = None
    requirements: str | None = None
    deliverables: str | None = None
    budget_usd: Decimal | None = None
    deadline_at: datetime | None = None
    status: Status = Status.PENDING
    message_id: str
    thread_id: str
    relationship: Relationship | None = None
    is_verified: bool = False
    created_at: datetime
    accepted_at: datetime | None = None
    rejected_at: datetime | None = None
    completed_at: datetime | None = None
    failed_at: datetime | None = None
    cancelled_at: datetime | None = None
    expired_at: datetime | None = None
    estimated_completion: datetime | None = None
    reason: str | None = None
    result_data: str | None = None
    result_url: str | None = None
    summary: str | None = None
    offer_bytes: int | None = None
    result_bytes: int | None = None
    history: tuple[bytes, ...] = ()
    purge_at: int | None = None

    @classmethod
    def offered(cls, **fields: Any) -> "WorkOrder":
        """A new order, with the first record of its history."""
        order = cls(**fields)
        created = history.record(order.created_at, Role.CLIENT, history.CREATE, dict(order))
        return order.model_copy(update={"history": (created,)})

    def moved(
        self, action: Action, now: datetime, changes: Mapping[str, Any], retention: timedelta
    ) -> "WorkOrder":
        """The order after a transition, with the transition's record.

        An expiry happened at the deadline, whenever it is stored. An ended order is kept for
        `retention` from now.

        Raises:
            IllegalTransitionError: `action` does not lead out of the order's status.
        """
        status = after(self.status, action)
        at = (self.deadline_at or now) if action is Action.EXPIRE else now
        role = ROLES.get(action, history.SYSTEM)
        record = history.record(at, role, action, changes)
        purge_at = None if status in OPEN else clock.to_epoch(now + retention)
        update = {
            **{name: value for name, value in changes.items() if value is not None},
            "status": status,
            f"{status}_at": at,
            "history": (*self.history, record),
            "purge_at": purge_at,
        }
        return self.model_copy(update=update)

    def is_due(self, now: datetime) -> bool:
        """Whether nobody took it in time; at the very moment of the deadline it is too late."""
        return (
            self.status is Status.PENDING
            and self.deadline_at is not None
            and self.deadline_at <= now
        )

    def as_of(self, now: datetime) -> "WorkOrder":
        """The order as it stands at `now`: pending past its deadline is expired, swept or not."""
        if not self.is_due(now):
            return self
        return self.model_copy(update={"status": Status.EXPIRED, "expired_at": self.deadline_at})

    def has_party(self, agent_id: str) -> bool:
        """Whether the agent is its client or its worker."""
        return agent_id in (self.client.id, self.worker.id)

    def role_of(self, agent_id: str) -> Role:
        """Which side a party is on."""
        return Role.WORKER if agent_id == self.worker.id else Role.CLIENT

    def other_party(self, agent_id: str) -> Party:
        """Who is on the other side of the agent."""
        return self.worker if agent_id == self.client.id else self.client
