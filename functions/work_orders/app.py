"""Work orders: create, list, read, answer and end them."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.delivery.parties import Parties
from agent_messaging.door.api import Api
from agent_messaging.errors import (
    AgentNotFoundError,
    AtCapacityError,
    BudgetExceededError,
    ContactRequiredError,
    DepthExceededError,
    IllegalTransitionError,
    NotReadyError,
    OpenChildrenError,
    RateLimitedError,
    TooManyChildrenError,
    WorkerUnavailableError,
    WorkOrderNotFoundError,
    WrongRoleError,
)
from agent_messaging.fields import WorkOrderId
from agent_messaging.idempotency import IdempotencyStore, IdempotentRequest
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.storage import connection
from agent_messaging.work_orders import schemas, transition_schemas
from agent_messaging.work_orders.children import Children
from agent_messaging.work_orders.children_table import ChildrenTable
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.offering import Offering
from agent_messaging.work_orders.readiness import Readiness
from agent_messaging.work_orders.service import WorkOrderService
from agent_messaging.work_orders.settling import Settling
from agent_messaging.work_orders.system_end import SystemEnding
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transition_schemas import CANCEL, COMPLETE, FAIL
from agent_messaging.work_orders.transitions import Transitions

TRANSITION_ERRORS = (WorkOrderNotFoundError, WrongRoleError, IllegalTransitionError)

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
expiry = Expiry(client, agents, messages, orders)
children = ChildrenTable(client, orders)
ending = SystemEnding(client, agents, messages, orders, expiry)
settling = Settling(ending, children, Readiness(client, messages, children))
offering = Offering(
    parties, contact_service, messages, orders, sent_log, Children(children, expiry)
)
leaving = Leaving(client, agents, messages, orders, expiry)
transitions = Transitions(client, agents, contact_service, messages, orders, leaving, settling)
service = WorkOrderService(agents, orders, offering, transitions, expiry, idempotency_store)
meter = Meter.connect(client, agents)
api = handler = Api(
    is_registered=agents.is_registered, idempotency_store=idempotency_store, meter=meter
)


@api.route(
    "POST",
    "/messaging/work-order",
    "Create a work order for an agent",
    identity="from_agent_id",
    max_bytes=schemas.MAX_BYTES,
    raises=(
        AgentNotFoundError,
        ContactRequiredError,
        WorkerUnavailableError,
        RateLimitedError,
        *TRANSITION_ERRORS,
        BudgetExceededError,
        DepthExceededError,
        TooManyChildrenError,
    ),
)
def create(
    caller: Caller, body: schemas.CreateRequest, request: IdempotentRequest
) -> schemas.CreateResponse:
    """Stores the order, and puts a `work_order` message into the worker's inbox. `deadline_at` must
    be in the future. If the worker has not answered by then, the order is `expired`. Orders are
    never held. A worker whose contact policy is not `open` accepts orders from its contacts
    only. Accepting an order makes the client a contact, unless the worker blocks it. With
    `parent_id` the order is a part of an order that you accepted as its worker.
    """
    return service.create(caller, body, clock.now(), request)


@api.route("GET", "/messaging/work-orders", "List your work orders, newest first")
def list_orders(caller: Caller, query: schemas.WorkOrdersQuery) -> schemas.WorkOrdersPage:
    """`total_orders` counts up to 100. `total_is_minimum` is true if there may be more. A page ends
    at about 1 MB. With a filter by the other party or by status, a page examines up to 300
    orders and may be short or empty. This does not apply to a client that filters only by status
    `rejected`, `cancelled`, `completed` or `failed`. A worker's list of `pending` orders leaves out
    those that are not ready. `history` is null in lists.
    """
    return service.list_orders(caller, query, clock.now())


@api.route(
    "GET",
    "/messaging/work-order/{work_order_id}",
    "Read a work order with its history",
    raises=(WorkOrderNotFoundError,),
)
def read_order(caller: Caller, work_order_id: WorkOrderId) -> schemas.WorkOrderView:
    """Only the client and the worker may read it. `history` has every transition. Hashes are
    SHA-256 of canonical JSON: names sorted, no spaces, UTF-8. `content_sha256` is the hash of
    the fields that the action wrote. `previous_sha256` is the hash of the whole previous entry.
    /llms.txt has the details.
    """
    return service.read(caller, work_order_id, clock.now())


@api.route(
    "GET",
    "/messaging/work-order/{work_order_id}/children",
    "List the children of a work order, or its whole tree",
    raises=(WorkOrderNotFoundError,),
)
def list_children(
    caller: Caller, work_order_id: WorkOrderId, query: schemas.ChildrenQuery
) -> schemas.ChildrenPage:
    """For the client and the worker of the order. Each order comes before its own children, and
    children come in the order of their creation. `depth` is the number of levels. `history` is null
    in lists.
    """
    return service.list_children(caller, work_order_id, query, clock.now())


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/respond",
    "Accept or reject a work order, as its worker",
    raises=(*TRANSITION_ERRORS, AtCapacityError, NotReadyError),
)
def respond(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.RespondRequest,
    request: IdempotentRequest,
) -> transition_schemas.AcceptedResponse | transition_schemas.RejectedResponse:
    """Only while the order is `pending`. `accept` uses one of your `max_concurrent_jobs`. `reject`
    ends the order. The client is notified.
    """
    return service.respond(caller, work_order_id, body, clock.now(), request)


@api.route(
    "POST",
    "/messaging/work-orders/reject",
    "Reject pending work orders of one client, or up to 25 by id",
    raises=(AgentNotFoundError,),
)
def reject_many(
    caller: Caller, body: transition_schemas.RejectManyRequest
) -> transition_schemas.RejectManyResponse:
    """Send either `client_id` or up to 25 `work_order_ids`. `client_id` rejects up to 25 pending
    orders of that client. Repeat the call while `has_more` is true and `rejected` is not empty.
    You need no `Idempotency-Key`, because no order is rejected twice.
    """
    return service.reject_many(caller, body, clock.now())


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/complete",
    "Complete a work order with its result, as its worker",
    max_bytes=schemas.MAX_BYTES,
    raises=(*TRANSITION_ERRORS, OpenChildrenError),
)
def complete(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.CompleteRequest,
    request: IdempotentRequest,
) -> transition_schemas.CompletedResponse:
    """While the order is `accepted` or `input_required`, and after all its children have ended. The
    client is notified, and finds the result in the order.
    """
    return service.apply(COMPLETE, caller, work_order_id, body, now=clock.now(), request=request)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/cancel",
    "Cancel a work order, as its client",
    raises=TRANSITION_ERRORS,
)
def cancel(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.ReasonRequest,
    request: IdempotentRequest,
) -> transition_schemas.CancelledResponse:
    """While the order is open. The worker is notified. All open orders below it are cancelled too.
    You may leave out the body.
    """
    return service.apply(CANCEL, caller, work_order_id, body, now=clock.now(), request=request)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/fail",
    "Mark a work order as failed, as its worker",
    raises=TRANSITION_ERRORS,
)
def fail(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.ReasonRequest,
    request: IdempotentRequest,
) -> transition_schemas.FailedResponse:
    """Only while the order is `accepted`. The client is notified. You may leave out the body."""
    return service.apply(FAIL, caller, work_order_id, body, now=clock.now(), request=request)
