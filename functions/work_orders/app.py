"""Work orders: create, list, read and move them."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from agent_messaging import clock, ids, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.delivery.context import SendContext
from agent_messaging.delivery.parties import Parties
from agent_messaging.door.api import Api
from agent_messaging.errors import (
    AgentNotFoundError,
    AtCapacityError,
    ContactRequiredError,
    IllegalTransitionError,
    InvalidError,
    RateLimitedError,
    WorkerUnavailableError,
    WorkOrderNotFoundError,
    WrongRoleError,
)
from agent_messaging.fields import WorkOrderId
from agent_messaging.idempotency import IdempotencyStore, IdempotentRequest
from agent_messaging.messaging.item import long_bytes
from agent_messaging.messaging.model import party
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.observability import metrics
from agent_messaging.storage import connection, units
from agent_messaging.storage.tally import TALLY
from agent_messaging.work_orders import bulk_reject, item, schemas
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.lists import OrderList
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.service import Move, WorkOrderService
from agent_messaging.work_orders.states import Action
from agent_messaging.work_orders.table import WorkOrdersTable

Answer = TypeVar("Answer", bound=BaseModel)

MOVE_ERRORS = (WorkOrderNotFoundError, WrongRoleError, IllegalTransitionError)

client = connection.connect()
retention = settings.message_retention()
quota = Quota(*settings.message_limits())
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
orders = WorkOrdersTable(
    client,
    os.environ["WORK_ORDERS_TABLE"],
    retention=settings.order_retention(),
)
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], retention)
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], retention)
sent_log = SentLog(client, os.environ["AGENT_SENT_TABLE"], quota, retention)
idempotency_store = IdempotencyStore(client, os.environ["IDEMPOTENCY_TABLE"])
parties = Parties(client, agents, contacts)
contact_service = ContactService(client, contacts, messages)
expiry = Expiry(client, messages, orders)
service = WorkOrderService(client, agents, contact_service, messages, orders, expiry)
meter = Meter.connect(client, agents)
api = handler = Api(
    is_registered=agents.is_registered, idempotency_store=idempotency_store, meter=meter
)


@api.route(
    "POST",
    "/messaging/work-order",
    "Offer a work order to an agent",
    identity="from_agent_id",
    max_bytes=schemas.MAX_BYTES,
    raises=(AgentNotFoundError, ContactRequiredError, WorkerUnavailableError, RateLimitedError),
)
def create(
    caller: Caller, body: schemas.CreateRequest, request: IdempotentRequest
) -> schemas.CreateResponse:
    now = clock.now()
    send_context, _ = parties.load(caller, body.to_agent_id, now)
    send_context = _checked(send_context, body, now)
    message_id, thread_id = ids.new_opening(
        now, send_context.sender.agent_id, send_context.recipient.agent_id
    )
    order = WorkOrder.offered(
        work_order_id=ids.new("wo", now),
        client=party(send_context.sender),
        worker=party(send_context.recipient),
        message_id=message_id,
        thread_id=thread_id,
        relationship=send_context.relationship,
        is_verified=not caller.is_open,
        created_at=now,
        **body.offer(),
    )
    sent_log.record(caller, order.worker.id, order.message_id, long_bytes(order.description))
    recipient = party(send_context.recipient)
    contact_service.add_contact(caller.agent_id, recipient, send_context.own, now, request)
    service.create(order, request.answering(schemas.created))
    apart = item.offered(order).offer_bytes or 0
    TALLY.add(units.of_order(apart, has_deadline=order.deadline_at is not None))
    return schemas.created(order)


def _checked(send_context: SendContext, body: schemas.CreateRequest, now: datetime) -> SendContext:
    """Refuse what cannot be offered, or not to this worker, or not by this client.

    Returns the encounter as it was last read.
    """
    worker = send_context.recipient
    if send_context.is_with_itself:
        raise InvalidError.at("#/to_agent_id", "is yourself; a work order is for another agent")
    if body.deadline_at is not None and body.deadline_at <= now:
        raise InvalidError.at("#/deadline_at", "lies in the past", fix="Give a time to come.")
    if not send_context.may_give_orders:
        send_context = parties.reload(send_context, now)
    if not send_context.may_give_orders:
        raise ContactRequiredError(f"`{worker.agent_id}` takes no work orders from you.")
    if not worker.takes_orders:
        raise WorkerUnavailableError(f"`{worker.agent_id}` does not accept work orders.")
    return send_context


@api.route("GET", "/messaging/work-orders", "List an agent's work orders, newest first")
def list_orders(caller: Caller, query: schemas.WorkOrdersQuery) -> schemas.WorkOrdersPage:
    if query.own_filter is not None:
        raise InvalidError.at(
            f"?{query.own_filter}",
            "names your own side of the orders",
            fix=f"With `role={query.role}` filter by `{query.other_filter}`, or send no filter.",
        )
    page = OrderList(expiry, caller.agent_id, query, clock.now()).page()
    return schemas.WorkOrdersPage(agent_id=caller.agent_id, role=query.role, **page.answer)


@api.route(
    "GET",
    "/messaging/work-order/{work_order_id}",
    "Read a work order that you gave or received",
    raises=(WorkOrderNotFoundError,),
)
def read_order(caller: Caller, work_order_id: WorkOrderId) -> schemas.WorkOrderView:
    return schemas.whole_view(service.read(caller, work_order_id, clock.now()), caller.agent_id)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/respond",
    "Accept or reject a work order, as its worker",
    raises=(*MOVE_ERRORS, AtCapacityError),
)
def respond(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: schemas.RespondRequest,
    request: IdempotentRequest,
) -> schemas.AcceptedResponse | schemas.RejectedResponse:
    if body.action == "accept":
        changes = {"estimated_completion": body.estimated_completion}
        move = Move(caller, Action.ACCEPT, clock.now(), changes)
        accepted = _moved(work_order_id, move, request, schemas.accepted)
        metrics.count("OrdersAccepted")
        return accepted
    move = Move(caller, Action.REJECT, clock.now(), {"reason": body.rejection_reason})
    return _moved(work_order_id, move, request, schemas.rejected)


@api.route(
    "POST",
    "/messaging/work-orders/reject",
    "Reject pending work orders of one client, or up to 25 by id",
    raises=(AgentNotFoundError,),
)
def reject_many(caller: Caller, body: schemas.RejectManyRequest) -> schemas.RejectManyResponse:
    if (body.client_id is None) == (body.work_order_ids is None):
        raise InvalidError.at(
            "#/client_id",
            "is needed, or `work_order_ids` instead; not both",
            fix="Send either `client_id`, or `work_order_ids` with up to 25 ids.",
        )
    now = clock.now()
    worker = agents.read(caller, now)
    ids = body.work_order_ids
    if ids is None:
        keys = orders.pending(worker.agent_id, body.client_id)
        ids = [key["work_order_id"] for key in keys]
    move = Move(caller, Action.REJECT, now, {"reason": body.reason})
    return bulk_reject.reject(service, move, ids, IdempotentRequest(idempotency_store, now))


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/complete",
    "Hand in the result, as the worker",
    max_bytes=schemas.MAX_BYTES,
    raises=MOVE_ERRORS,
)
def complete(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: schemas.CompleteRequest,
    request: IdempotentRequest,
) -> schemas.CompletedResponse:
    move = Move(caller, Action.COMPLETE, clock.now(), dict(body))
    return _moved(work_order_id, move, request, schemas.completed)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/cancel",
    "Withdraw a work order, as its client",
    raises=MOVE_ERRORS,
)
def cancel(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: schemas.ReasonRequest,
    request: IdempotentRequest,
) -> schemas.CancelledResponse:
    move = Move(caller, Action.CANCEL, clock.now(), dict(body))
    return _moved(work_order_id, move, request, schemas.cancelled)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/fail",
    "Give a work order up, as its worker",
    raises=MOVE_ERRORS,
)
def fail(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: schemas.ReasonRequest,
    request: IdempotentRequest,
) -> schemas.FailedResponse:
    move = Move(caller, Action.FAIL, clock.now(), dict(body))
    return _moved(work_order_id, move, request, schemas.failed)


def _moved(
    work_order_id: str,
    move: Move,
    request: IdempotentRequest,
    answer: Callable[[WorkOrder], Answer],
) -> Answer:
    return answer(service.move(work_order_id, move, request.answering(answer)))
