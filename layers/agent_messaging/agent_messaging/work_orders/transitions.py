"""Change the state of a work order, in one transaction.

It writes the order's head, a `notification` to the party that did not act, the worker's count of
active jobs where that changes, and a result that the head has no room for. With an
`Idempotency-Key` it also writes the record of the answer. What the clock ends is in `expiry`.

An accept takes a job of the worker's in the same transaction that changes the state. So neither two
accepts of one order nor one accept too many can both be written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging.agents.access import require_active
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, relationship
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.errors import AtCapacityError, ContentionError, WrongRoleError
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import party
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, batch_get
from agent_messaging.work_orders import notification
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import ROLES, Action, Status
from agent_messaging.work_orders.table import WorkOrdersTable, not_found
from agent_messaging.work_orders.transition_write import TransitionWrite

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How often an order may change between reading and writing before the call gives up.
ATTEMPTS = 4


@dataclass(frozen=True)
class TransitionRequest:
    """What a caller wants of an order; `changes` are fields to set with the transition."""

    caller: Caller
    action: Action
    now: datetime
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Transitions:
    """The tables that a transition touches."""

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactService
    messages: MessagesTable
    orders: WorkOrdersTable
    expiry: Expiry

    def apply(
        self, work_order_id: str, wanted: TransitionRequest, request: IdempotentRequest
    ) -> WorkOrder:
        """Make a transition, once, and return the order as it is afterwards.

        If somebody else was quicker, the order is read again. The call then fails with the new
        state, or goes on if that allows it too.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            WorkOrderNotFoundError, WrongRoleError: the caller may not do this to the order.
            IllegalTransitionError: the order's state does not allow it.
            AtCapacityError: an accept, and the worker has as many active jobs as it allows.
            ContentionError: the order changed each time it was read.
        """
        for attempt in range(ATTEMPTS):
            actor, order = self._open(work_order_id, wanted)
            write = self.orders.transact_transition(
                order, wanted.action, wanted.now, wanted.changes
            )
            contacts = self._load_contacts(order, actor, wanted.now, is_repeated=attempt > 0)
            try:
                request.write(self._entries(write, wanted, actor, contacts), write.order)
            except TransactionFailedError as error:
                has_changed, lacks_room = error.failed[:2]
                # An order that has changed is read again: its state says more than a lack of room.
                if wanted.action is Action.ACCEPT and lacks_room and not has_changed:
                    _require_capacity(require_active(wanted.caller, error.items[1], wanted.now))
            else:
                return write.order
        raise ContentionError("The work order kept changing.")

    def _open(self, work_order_id: str, wanted: TransitionRequest) -> tuple[Agent, WorkOrder]:
        """Return the caller and the order, settled, if the caller may do this at all."""
        keys = [self.agents.key(wanted.caller.agent_id), self.orders.key(work_order_id)]
        own, item = batch_get(self.client, keys, consistent=True)
        actor = require_active(wanted.caller, own, wanted.now)
        order = None if item is None else parse(item, wanted.now)
        if order is None or not order.has_party(actor.agent_id):
            raise not_found(work_order_id)
        role = ROLES[wanted.action]
        if order.role_of(actor.agent_id) is not role:
            raise WrongRoleError(f"Only the {role} of a work order can {wanted.action} it.")
        return actor, self.expiry.settle(order, wanted.now)

    def _load_contacts(
        self, order: WorkOrder, actor: Agent, now: datetime, *, is_repeated: bool
    ) -> tuple[Contact | None, Contact | None]:
        """Return what the actor is to the other party, and the other party to the actor.

        As for a message, a replica may be some milliseconds behind. A repeated attempt does not
        rely on it.
        """
        other_id = order.other_party(actor.agent_id).id
        table = self.contacts.table
        keys = [table.key(other_id, actor.agent_id), table.key(actor.agent_id, other_id)]
        theirs, own = batch_get(self.client, keys, consistent=is_repeated)
        return parse_contact(theirs, now), parse_contact(own, now)

    def _entries(
        self,
        write: TransitionWrite,
        wanted: TransitionRequest,
        actor: Agent,
        contacts: tuple[Contact | None, Contact | None],
    ) -> list[TransactItem]:
        theirs, own = contacts
        note = notification.compose_for(
            write.order,
            write.step,
            party(actor),
            write.order.other_party(actor.agent_id),
            wanted.now,
            relationship=relationship(theirs),
            is_verified=not wanted.caller.is_open,
            reason=wanted.changes.get("reason"),
        )
        return [
            write.head,
            *self._transact_job(write, wanted.caller),
            self.messages.transact_put(note),
            *self._transact_contact(write, own, wanted.now),
            *write.parts,
        ]

    def _transact_job(self, write: TransitionWrite, caller: Caller) -> list[TransactItem]:
        """Return the change of the worker's active jobs: they are its accepted orders."""
        if write.step.target is Status.ACCEPTED:
            return [self.agents.transact_take_job(caller)]
        if write.step.source is Status.ACCEPTED:
            is_completed = write.step.target is Status.COMPLETED
            worker_id = write.order.worker.id
            return [self.agents.transact_end_job(worker_id, caller, is_completed=is_completed)]
        return []

    def _transact_contact(
        self, write: TransitionWrite, own: Contact | None, now: datetime
    ) -> list[TransactItem]:
        """Return the entry by which a worker that accepts an order makes its client a contact."""
        if write.step.action is not Action.ACCEPT:
            return []
        worker_id, client = write.order.worker.id, write.order.client
        return self.contacts.transact_add_contact(worker_id, client, own, now)


def _require_capacity(worker: Agent) -> None:
    if worker.active_jobs >= worker.max_concurrent_jobs:
        raise AtCapacityError(
            f"{worker.active_jobs} of {worker.max_concurrent_jobs} jobs are active."
        )
