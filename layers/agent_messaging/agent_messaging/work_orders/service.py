"""The desk where work orders are handed over: every change of an order, in one transaction each.

    create      the order's head and parts, and a `work_order` message in the worker's inbox
    transition  the order's head, a `notification` to the party that did not act, the worker's count
                of active jobs where it changes, and a result that the head has no room for

With an `Idempotency-Key` the record of the answer is written with it. What the clock ends is in
`expiry`. An accept takes a job of the worker's in the same transaction that changes the state, so
neither two accepts of one order nor one accept too many can both be written.
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
from agent_messaging.messaging.item import long_bytes
from agent_messaging.messaging.model import MessageType, compose, party
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, batch_get
from agent_messaging.work_orders import notification
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import ROLES, Action, Status, after
from agent_messaging.work_orders.table import WorkOrdersTable, not_found

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How often an order may change between reading and writing before the caller is sent away.
ATTEMPTS = 4


@dataclass(frozen=True)
class Move:
    """What a caller wants of an order; `changes` are attributes to set with the transition."""

    caller: Caller
    action: Action
    now: datetime
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class WorkOrderService:
    """The tables that a work order touches."""

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactService
    messages: MessagesTable
    orders: WorkOrdersTable
    expiry: Expiry

    def create(self, order: WorkOrder, request: IdempotentRequest) -> None:
        """Write a new order and the message that brings it to the worker, once.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
        """
        message = compose(
            MessageType.WORK_ORDER,
            order.client,
            order.worker,
            order.created_at,
            relationship=order.relationship,
            is_verified=order.is_verified,
            message_id=order.message_id,
            thread_id=order.thread_id,
            subject=order.title,
            body=order.description,
            work_order_id=order.work_order_id,
        )
        if long_bytes(message.body):
            request.require_new()
        message = self.messages.put_long(message)
        request.write(
            [*self.orders.transact_put_all(order), self.messages.transact_put(message)], order
        )

    def read(self, caller: Caller, work_order_id: str, now: datetime) -> WorkOrder:
        """An order that the caller is a party of, settled and with all of its parts.

        Raises:
            WorkOrderNotFoundError: there is none, or it is others'.
        """
        order = self.orders.fetch(work_order_id, now)
        if order is None or not order.has_party(caller.agent_id):
            raise not_found(work_order_id)
        whole = self.orders.read_parts([self.expiry.settle(order, now)])
        if not whole:
            raise not_found(work_order_id)
        return whole[0]

    def move(self, work_order_id: str, move: Move, request: IdempotentRequest) -> WorkOrder:
        """Move an order, once; the order as it is afterwards.

        When somebody else was quicker, the order is read again: the call then fails with the new
        state, or goes on if that allows it too.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            WorkOrderNotFoundError, WrongRoleError: not the caller's to move.
            IllegalTransitionError: the order's state does not allow it.
            AtCapacityError: an accept, and the worker has as many active jobs as it allows.
            ContentionError: the order changed each time it was read.
        """
        for attempt in range(ATTEMPTS):
            actor, order = self._open(work_order_id, move)
            after(order.status, move.action)
            parties = self._meet(order, actor, move.now, is_repeated=attempt > 0)
            try:
                return self._write(order, move, actor, parties, request)
            except TransactionFailedError as error:
                has_moved, lacks_room = error.failed[:2]
                # What has moved since is read again, and says more than that there is no room.
                if move.action is Action.ACCEPT and lacks_room and not has_moved:
                    _require_capacity(require_active(move.caller, error.items[1], move.now))
        raise ContentionError("The work order kept changing.")

    def _open(self, work_order_id: str, move: Move) -> tuple[Agent, WorkOrder]:
        """The caller and the order, settled, if the caller may do this at all."""
        keys = [self.agents.key(move.caller.agent_id), self.orders.key(work_order_id)]
        own, item = batch_get(self.client, keys, consistent=True)
        actor = require_active(move.caller, own, move.now)
        order = None if item is None else parse(item, move.now)
        if order is None or not order.has_party(actor.agent_id):
            raise not_found(work_order_id)
        role = ROLES[move.action]
        if order.role_of(actor.agent_id) is not role:
            raise WrongRoleError(f"Only the {role} of a work order can {move.action} it.")
        return actor, self.expiry.settle(order, move.now)

    def _meet(
        self, order: WorkOrder, actor: Agent, now: datetime, *, is_repeated: bool
    ) -> tuple[Contact | None, Contact | None]:
        """What the actor is to the other party, and the other party to the actor.

        As for a message, a replica may be some milliseconds behind; a repetition does not rely on
        it.
        """
        other_id = order.other_party(actor.agent_id).id
        table = self.contacts.table
        keys = [table.key(other_id, actor.agent_id), table.key(actor.agent_id, other_id)]
        theirs, own = batch_get(self.client, keys, consistent=is_repeated)
        return parse_contact(theirs, now), parse_contact(own, now)

    def _write(
        self,
        order: WorkOrder,
        move: Move,
        actor: Agent,
        parties: tuple[Contact | None, Contact | None],
        request: IdempotentRequest,
    ) -> WorkOrder:
        theirs, own = parties
        note = notification.compose_for(
            order,
            move.action,
            party(actor),
            order.other_party(actor.agent_id),
            move.now,
            relationship=relationship(theirs),
            is_verified=not move.caller.is_open,
            reason=move.changes.get("reason"),
        )
        transition = self.orders.move(order, move.action, move.now, move.changes)
        entries = [
            transition.head,
            *self._transact_job(order, move),
            self.messages.transact_put(note),
            *self._transact_contact(order, move, own),
            *transition.parts,
        ]
        request.write(entries, transition.order)
        return transition.order

    def _transact_job(self, order: WorkOrder, move: Move) -> list[TransactItem]:
        """The worker's count of active jobs, where the transition changes it."""
        if move.action is Action.ACCEPT:
            return [self.agents.transact_take_job(move.caller)]
        if order.status is Status.ACCEPTED:
            is_completed = move.action is Action.COMPLETE
            worker_id = order.worker.id
            return [self.agents.transact_end_job(worker_id, move.caller, is_completed=is_completed)]
        return []

    def _transact_contact(
        self, order: WorkOrder, move: Move, own: Contact | None
    ) -> list[TransactItem]:
        """Who accepts an order makes its client a contact."""
        if move.action is not Action.ACCEPT:
            return []
        return self.contacts.transact_add_contact(order.worker.id, order.client, own, move.now)


def _require_capacity(worker: Agent) -> None:
    if worker.active_jobs >= worker.max_concurrent_jobs:
        raise AtCapacityError(
            f"{worker.active_jobs} of {worker.max_concurrent_jobs} jobs are active."
        )
