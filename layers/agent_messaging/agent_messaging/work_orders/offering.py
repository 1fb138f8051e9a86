"""Create a work order: check who may offer it, and write it.

One transaction writes the order's head and parts, and a `work_order` message in the worker's inbox.
With an `Idempotency-Key` it also writes the record of the answer. `children` adds the writes of a
child.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import how_to_be_allowed
from agent_messaging.contacts.service import ContactService
from agent_messaging.delivery.context import SendContext
from agent_messaging.delivery.parties import Parties
from agent_messaging.errors import ContactRequiredError, InvalidError, WorkerUnavailableError
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.item import long_bytes
from agent_messaging.messaging.model import MessageType, compose, party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage import units
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.tally import TALLY
from agent_messaging.work_orders import result_schema
from agent_messaging.work_orders.children import Children
from agent_messaging.work_orders.item import place_offer
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.schemas import CreateRequest
from agent_messaging.work_orders.table import WorkOrdersTable


@dataclass(frozen=True)
class Offering:
    """The tables that a new order changes."""

    parties: Parties
    contacts: ContactService
    messages: MessagesTable
    orders: WorkOrdersTable
    sent_log: SentLog
    children: Children

    def create(
        self, caller: Caller, body: CreateRequest, now: datetime, request: IdempotentRequest
    ) -> WorkOrder:
        """Create an order, once.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `Parties.load`.
            InvalidError: the order is for the caller itself, its deadline is not in the future, or
                its schema cannot be used.
            ContactRequiredError, WorkerUnavailableError: the worker does not accept the order.
            RateLimitedError: see `SentLog.record`.
            AgentMessagingError: see `Children.place`.
        """
        offer = body.offer(now)
        context, found = self.parties.load(
            caller, body.to_agent_id or "", now, more=self.children.keys(offer)
        )
        place = self.children.place(caller, offer, found, now) if found else None
        offer |= {} if place is None else self.children.fields(place, offer, now)
        context = self._require_allowed(context, offer["deadline_at"], now)
        if body.result_schema is not None:
            result_schema.require_usable(body.result_schema)
        order = _new(caller, context, offer, now)
        worker = order.taken_by
        self.sent_log.record(
            caller, worker.id, order.message_id or "", long_bytes(body.description)
        )
        self.contacts.add_contact(caller.agent_id, worker, context.own, now, request)
        entries = self._entries(order, request, wants_receipts=body.wants_receipts)
        if place is None:
            request.write(entries(order), order)
        else:
            order = self.children.write(caller, order, place, entries, request)
        lapses = 0 if order.lease_seconds is None else 1
        TALLY.add(units.of_order(order.offer_bytes or 0, order.schema_bytes or 0, lapses=lapses))
        return order

    def put(self, order: WorkOrder, request: IdempotentRequest) -> None:
        """Write a new order without a parent, and the message that brings it to the worker.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
        """
        request.write(self._entries(order, request)(order), order)

    def _entries(
        self, order: WorkOrder, request: IdempotentRequest, *, wants_receipts: bool = False
    ) -> Callable[[WorkOrder], list[TransactItem]]:
        """Return a function that returns the writes of an order: its parts, and its message."""
        message = compose(
            MessageType.WORK_ORDER,
            order.client,
            order.taken_by,
            order.created_at,
            relationship=order.relationship,
            is_verified=order.is_verified,
            message_id=order.message_id,
            thread_id=order.thread_id,
            subject=order.title,
            body=order.description,
            work_order_id=order.work_order_id,
            wants_receipts=wants_receipts,
        )
        if long_bytes(message.body):
            request.require_new()
        put_message = self.messages.transact_put(self.messages.put_long(message))
        return lambda written: [*self.orders.transact_put_all(written), put_message]

    def _require_allowed(
        self, context: SendContext, deadline_at: datetime | None, now: datetime
    ) -> SendContext:
        """Return the latest context. Raise if the client may not offer this order to the worker."""
        worker = context.recipient
        if context.is_with_itself:
            raise InvalidError.at(
                "#/to_agent_id",
                "is your own id",
                fix="Set `to_agent_id` to the `agent_id` of another agent from GET /api/v1/agents.",
            )
        clock.require_future("#/deadline_at", deadline_at, now)
        if not context.may_give_orders:
            context = self.parties.reload(context, now)
        if not context.may_give_orders:
            raise ContactRequiredError(
                f"`{worker.agent_id}` does not accept work orders from you.",
                fix=how_to_be_allowed(worker.agent_id),
            )
        if not worker.takes_orders:
            raise WorkerUnavailableError(
                f"`{worker.agent_id}` does not accept work orders.",
                fix=f"Send `{worker.agent_id}` a message with POST /api/v1/messaging/send instead, "
                "or find another worker with GET /api/v1/agents?capability=<capability>.",
            )
        return context


def _new(
    caller: Caller, context: SendContext, offer: Mapping[str, Any], now: datetime
) -> WorkOrder:
    sender, recipient = context.sender, context.recipient
    message_id, thread_id = ids.new_opening(now, sender.agent_id, recipient.agent_id)
    order = WorkOrder.create(
        work_order_id=ids.new("wo", now),
        client=party(sender),
        worker=party(recipient),
        message_id=message_id,
        thread_id=thread_id,
        relationship=context.relationship,
        is_verified=not caller.is_open,
        created_at=now,
        **offer,
    )
    return place_offer(order)
