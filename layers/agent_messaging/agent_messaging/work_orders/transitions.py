"""Change the state of a work order, in one transaction.

The transaction writes the order's head, a `notification` to the other party, the worker's count of
active jobs if that changes, and a result that does not fit the head. With an `Idempotency-Key` it
also writes the record of the answer. `expiry` handles transitions by the clock.

The order and the other party are read from a replica first, which halves the cost. A refusal that
follows from this is checked by a second, consistent read. If the other party has left, the order is
ended first (`leaving`).

The transaction of an accept also increases the worker's count of active jobs. So two accepts of one
order cannot both be written, and no accept can exceed the worker's limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from agent_messaging.agents.access import has_left, require_active
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, relationship
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.errors import (
    AtCapacityError,
    ContentionError,
    IllegalTransitionError,
    NotReadyError,
    QuestionChangedError,
    TooManyQuestionsError,
    WorkOrderNotFoundError,
)
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, batch_get
from agent_messaging.work_orders import closing, notification, result_schema
from agent_messaging.work_orders.access import OrderAccess
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.settling import Settling
from agent_messaging.work_orders.states import ACTIVE, ROLES, Action, Role, Status
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transition_write import TransitionWrite

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How often an order may change between the read and the write before the call fails.
ATTEMPTS = 4


# Refusals that may follow from an old copy of the order.
DOUBTFUL = (
    WorkOrderNotFoundError,
    IllegalTransitionError,
    QuestionChangedError,
    TooManyQuestionsError,
)


class TransitionRequest(NamedTuple):
    """A caller's request for a transition. `changes` are fields to set with it."""

    caller: Caller
    action: Action
    now: datetime
    changes: Mapping[str, Any]


class OtherParty(NamedTuple):
    """The other party of an order: its contact for the caller, and the caller's for it."""

    role: Role
    has_left: bool
    theirs: Contact | None
    own: Contact | None


@dataclass(frozen=True)
class Transitions:
    """The tables and services that a transition uses."""

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactService
    messages: MessagesTable
    orders: WorkOrdersTable
    leaving: Leaving
    settling: Settling
    sent_log: SentLog

    def apply(
        self, work_order_id: str, wanted: TransitionRequest, request: IdempotentRequest
    ) -> WorkOrder:
        """Make a transition, once, and return the order afterwards.

        If another request changes the order first, the order is read again. The call then fails if
        the new state does not allow the transition.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            WorkOrderNotFoundError, WrongRoleError: the caller may not make this transition.
            IllegalTransitionError: the order's state does not allow it.
            QuestionChangedError, TooManyQuestionsError: see `WorkOrder.apply`.
            NotReadyError, OpenChildrenError: the order waits for others (`readiness`, `closing`).
            AtCapacityError: the worker cannot accept, because its active jobs reached its limit.
            ResultMismatchError: the result does not match the order's schema.
            RateLimitedError: a question, see `SentLog.record`.
            ContentionError: the order changed each time it was read.
        """
        for attempt in range(ATTEMPTS):
            try:
                done = self._attempt(work_order_id, wanted, request, is_sure=attempt > 0)
            except DOUBTFUL:
                if attempt > 0:
                    raise
                continue
            except NotReadyError:
                self.settling.readiness.require(work_order_id, wanted.now)
                continue
            if done is not None:
                self.settling.follow(done, wanted.now)
                return done
        raise ContentionError(f"The work order `{work_order_id}` kept changing.")

    @property
    def _access(self) -> OrderAccess:
        return OrderAccess(self.client, self.agents, self.orders, self.leaving.expiry)

    def _attempt(
        self,
        work_order_id: str,
        wanted: TransitionRequest,
        request: IdempotentRequest,
        *,
        is_sure: bool,
    ) -> WorkOrder | None:
        """Return the order after the transition, or None if it changed after it was read.

        Only with `is_sure` is everything read consistently. The write has conditions on everything
        that an old copy could show wrong, except that the other party has left (`leaving`).
        """
        actor, order = self._access.open(
            wanted.caller,
            work_order_id,
            ROLES[wanted.action],
            wanted.action,
            wanted.now,
            is_sure=is_sure,
        )
        if wanted.action is Action.COMPLETE:
            closing.require_ended(self.settling, order, wanted.now)
        write = self.orders.transact_transition(order, wanted.action, wanted.now, wanted.changes)
        if wanted.action is Action.COMPLETE and order.schema_bytes:
            self._require_match(order, wanted.changes)
        other = self._load_other(order, actor, wanted.now, is_sure=is_sure)
        if other.has_left and self.leaving.ends(order, other.role):
            self._end(order, other.role, wanted.now)
            return None
        if wanted.action is Action.ASK:
            self.sent_log.count(wanted.caller, order.client.id, wanted.now)
        try:
            request.write(self._entries(write, wanted, actor, other), write.order)
        except TransactionFailedError as error:
            # A changed order is read again, because its new state is the better error. An accept
            # writes the order first, then its worker.
            if wanted.action is Action.ACCEPT and list(error.failed[:2]) == [False, True]:
                _require_capacity(require_active(wanted.caller, error.items[1], wanted.now))
            return None
        return write.order

    def _require_match(self, order: WorkOrder, changes: Mapping[str, Any]) -> None:
        """Raise if the result does not match the order's schema. No transition changes it.

        Raises:
            ResultMismatchError: it does not.
            WorkOrderNotFoundError: see `WorkOrdersTable.read_schema`.
        """
        schema = self.orders.read_schema(order)
        result_schema.require_match(schema, changes.get("result_data"))

    def _end(self, order: WorkOrder, role: Role, now: datetime) -> None:
        """End an order whose other party has left."""
        try:
            self.leaving.settle(order, role, now)
        except TransactionFailedError:
            raise ContentionError("The work order kept changing.") from None

    def _load_other(
        self, order: WorkOrder, actor: Agent, now: datetime, *, is_sure: bool
    ) -> OtherParty:
        """Return what the write needs to know of the other party.

        As for a message, it is read from a replica, which may be some milliseconds old, unless
        `is_sure`. A pending order for candidates has no worker to read.
        """
        if order.worker is None:
            return OtherParty(Role.WORKER, has_left=False, theirs=None, own=None)
        other_id, contacts = order.other_party(actor.agent_id).id, self.contacts.table
        keys = [
            contacts.key(other_id, actor.agent_id),
            contacts.key(actor.agent_id, other_id),
            self.agents.key(other_id),
        ]
        theirs, own, item = batch_get(self.client, keys, consistent=is_sure)
        return OtherParty(
            role=order.role_of(other_id),
            has_left=has_left(item),
            theirs=parse_contact(theirs, now),
            own=parse_contact(own, now),
        )

    def _entries(
        self,
        write: TransitionWrite,
        wanted: TransitionRequest,
        actor: Agent,
        other: OtherParty,
    ) -> list[TransactItem]:
        return [
            write.head,
            *self._transact_job(write, wanted.caller),
            *self._transact_note(write, wanted, actor, other),
            *self._transact_contact(write, other.own, wanted.now),
            *write.parts,
        ]

    def _transact_note(
        self, write: TransitionWrite, wanted: TransitionRequest, actor: Agent, other: OtherParty
    ) -> list[TransactItem]:
        """Return the notification of the other party, if there is one."""
        if write.order.worker is None:
            return []
        note = notification.compose_for(
            write.order,
            write.step,
            party(actor),
            write.order.other_party(actor.agent_id),
            wanted.now,
            relationship=relationship(other.theirs),
            is_verified=not wanted.caller.is_open,
            changes=wanted.changes,
        )
        return [self.messages.transact_put(note)]

    def _transact_job(self, write: TransitionWrite, caller: Caller) -> list[TransactItem]:
        """Return the change of the worker's count of active jobs, if the transition changes it."""
        is_active, was_active = write.step.target in ACTIVE, write.step.source in ACTIVE
        if is_active and not was_active:
            return [self.agents.transact_take_job(caller)]
        if was_active and not is_active:
            is_completed = write.step.target is Status.COMPLETED
            worker_id = write.order.taken_by.id
            return [self.agents.transact_end_job(worker_id, caller, is_completed=is_completed)]
        return []

    def _transact_contact(
        self, write: TransitionWrite, own: Contact | None, now: datetime
    ) -> list[TransactItem]:
        """Return the write that makes the client a contact of the worker that accepts its order."""
        if write.step.action is not Action.ACCEPT:
            return []
        worker_id, client = write.order.taken_by.id, write.order.client
        return self.contacts.transact_add_contact(worker_id, client, own, now)


def _require_capacity(worker: Agent) -> None:
    if worker.active_jobs >= worker.max_concurrent_jobs:
        raise AtCapacityError(
            f"You have {worker.active_jobs} active jobs, and your max_concurrent_jobs is "
            f"{worker.max_concurrent_jobs}.",
            fix="Complete or fail a work order from GET "
            "/api/v1/messaging/work-orders?role=worker&status=accepted, or set "
            f"`max_concurrent_jobs` above {worker.max_concurrent_jobs} with PUT "
            "/api/v1/messaging/presence.",
        )
