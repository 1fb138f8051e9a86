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
    BiddingClosedError,
    BidNotFoundError,
    BidReplacedError,
    BudgetExceededError,
    ContactRequiredError,
    DepthExceededError,
    ExcludedError,
    IllegalTransitionError,
    NotReadyError,
    OpenChildrenError,
    QuestionChangedError,
    RateLimitedError,
    ResultMismatchError,
    TooManyChildrenError,
    TooManyQuestionsError,
    WorkerUnavailableError,
    WorkOrderNotFoundError,
    WrongOfferError,
    WrongRoleError,
)
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.fields import WorkOrderId
from agent_messaging.idempotency import IdempotencyStore, IdempotentRequest
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.storage import connection
from agent_messaging.work_orders import bid_schemas, schemas, transition_schemas
from agent_messaging.work_orders.access import OrderAccess
from agent_messaging.work_orders.awarding import Awarding
from agent_messaging.work_orders.bid_service import BidService
from agent_messaging.work_orders.bid_table import BidsTable
from agent_messaging.work_orders.bids import Bidding
from agent_messaging.work_orders.candidate_service import CandidateService
from agent_messaging.work_orders.candidates import Candidates
from agent_messaging.work_orders.children import Children
from agent_messaging.work_orders.children_table import ChildrenTable
from agent_messaging.work_orders.claiming import Claiming
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.offering import Offering
from agent_messaging.work_orders.pool_offering import PoolOffering
from agent_messaging.work_orders.progress import Progress
from agent_messaging.work_orders.readiness import Readiness
from agent_messaging.work_orders.service import WorkOrderService
from agent_messaging.work_orders.settling import Settling
from agent_messaging.work_orders.system_end import SystemEnding
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transition_schemas import ANSWER, ASK, CANCEL, COMPLETE, FAIL
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
parts = Children(children, expiry)
readiness = Readiness(client, messages, children)
ending = SystemEnding(client, agents, messages, orders, expiry)
settling = Settling(ending, children, readiness)
offering = Offering(parties, contact_service, messages, orders, sent_log, parts)
leaving = Leaving(client, agents, messages, orders, expiry)
transitions = Transitions(
    client, agents, contact_service, messages, orders, leaving, settling, sent_log
)
access = OrderAccess(client, agents, orders, expiry)
outbox = OutboxTable(client, os.environ["AGENT_OUTBOX_TABLE"])
reports = Progress(access, contacts, outbox)
candidates = Candidates(client, agents, contacts, orders, expiry)
for_candidates = CandidateService(
    candidates,
    PoolOffering(agents, orders, sent_log, parts),
    Claiming(candidates, contact_service, messages, leaving, readiness, sent_log),
)
bids_table = BidsTable(orders)
bids = BidService(
    Bidding(candidates, bids_table, outbox, readiness, sent_log),
    Awarding(candidates, bids_table, contact_service, messages, outbox, readiness, sent_log),
)
service = WorkOrderService(
    agents, orders, offering, transitions, expiry, reports, idempotency_store, for_candidates
)
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
        ExcludedError,
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
    only. Accepting an order makes the client a contact, unless the worker blocks it.
    `result_schema` is a JSON Schema that the result has to match. With `parent_id` the order is a
    part of an order that you accepted as its worker.
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
    """The client and the worker may read it, and its candidates while it is pending.
    `history` has every transition. Hashes are
    SHA-256 of canonical JSON: names sorted, no spaces, UTF-8. `content_sha256` is the hash of
    the fields that the action wrote. `previous_sha256` is the hash of the whole previous entry.
    /llms.txt has the details. A candidate sees a pending order as it is offered: `history`,
    `questions` and `progress` are null, because an earlier worker may have written them.
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
    raises=(*TRANSITION_ERRORS, AtCapacityError, NotReadyError, WrongOfferError),
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
    "/messaging/work-order/{work_order_id}/claim",
    "Claim a work order from a pool, as a candidate",
    raises=(
        *TRANSITION_ERRORS,
        WrongOfferError,
        NotReadyError,
        ExcludedError,
        AtCapacityError,
        WorkerUnavailableError,
    ),
)
def claim(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.ClaimRequest,
    request: IdempotentRequest,
) -> transition_schemas.AcceptedResponse:
    """Makes you the worker of a pending order whose `offer` is `pool`. You need its `capability`.
    Exactly one candidate gets the order. A claim uses one of your `max_concurrent_jobs`. The client
    is notified, and becomes your contact. You may leave out the body.
    """
    return for_candidates.claim(caller, work_order_id, body, clock.now(), request)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/bid",
    "Bid on a work order, as a candidate",
    raises=(
        *TRANSITION_ERRORS,
        WrongOfferError,
        NotReadyError,
        ExcludedError,
        BiddingClosedError,
        WorkerUnavailableError,
        RateLimitedError,
    ),
)
def bid(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: bid_schemas.BidRequest,
    request: IdempotentRequest,
) -> bid_schemas.BidResponse:
    """Only while a pending order's `offer` is `bids`, until its `bids_by`. You need its
    `capability`. You have one bid: another one replaces it and has a new `bid_id`. Other bidders
    never see it. The client gets the event `work_order.bid`. Bids count towards the limit of
    messages in a minute.
    """
    return bids.bid(caller, work_order_id, body, clock.now(), request)


@api.route(
    "DELETE",
    "/messaging/work-order/{work_order_id}/bid",
    "Withdraw your bid",
    status=204,
    raises=(*TRANSITION_ERRORS, WrongOfferError),
)
def withdraw_bid(caller: Caller, work_order_id: WorkOrderId) -> None:
    """While the order is pending, also after `bids_by`. Without a bid, nothing changes."""
    bids.withdraw(caller, work_order_id, clock.now())


@api.route(
    "GET",
    "/messaging/work-order/{work_order_id}/bids",
    "List the bids on a work order",
    raises=(WorkOrderNotFoundError,),
)
def list_bids(caller: Caller, work_order_id: WorkOrderId) -> bid_schemas.BidsPage:
    """The client gets all bids, at most 50, sorted by bidder. A bidder gets only its own. For
    everybody else the order does not exist.
    """
    return bids.read(caller, work_order_id, clock.now())


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/award",
    "Award a work order to a bid, as its client",
    raises=(
        *TRANSITION_ERRORS,
        WrongOfferError,
        NotReadyError,
        BidNotFoundError,
        BidReplacedError,
        AtCapacityError,
        WorkerUnavailableError,
    ),
)
def award(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: bid_schemas.AwardRequest,
    request: IdempotentRequest,
) -> bid_schemas.AwardResponse:
    """While the order is pending, before or after `bids_by`. The winner is notified, and you become
    its contact. The other bidders get the event `work_order.not_awarded`.
    """
    return bids.award(caller, work_order_id, body, clock.now(), request)


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
    raises=(*TRANSITION_ERRORS, OpenChildrenError, ResultMismatchError),
)
def complete(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.CompleteRequest,
    request: IdempotentRequest,
) -> transition_schemas.CompletedResponse:
    """While the order is `accepted` or `input_required`, and after all its children have ended. The
    client is notified, and finds the result in the order. If the order has a `result_schema`,
    `result_data` has to match it. Without `result_data`, null has to match.
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
    """While the order is `accepted` or `input_required`. The client is notified. All open orders
    below it are cancelled. You may leave out the body.
    """
    return service.apply(FAIL, caller, work_order_id, body, now=clock.now(), request=request)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/progress",
    "Report progress, and renew the lease, as the worker",
    raises=(*TRANSITION_ERRORS, RateLimitedError),
)
def progress(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.ProgressRequest,
    request: IdempotentRequest,
) -> transition_schemas.ProgressResponse:
    """While the order is `accepted` or `input_required`. You may leave out all fields and the body.
    An order with `lease_seconds` lapses if you report nothing for so long: it fails, or an order
    for candidates is offered to others again. The client gets an event in its feed, and no message.
    """
    return service.progress(caller, work_order_id, body, clock.now(), request)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/ask",
    "Ask the client a question about a work order, as its worker",
    raises=(*TRANSITION_ERRORS, TooManyQuestionsError, RateLimitedError),
)
def ask(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.AskRequest,
    request: IdempotentRequest,
) -> transition_schemas.AskedResponse:
    """Only while the order is `accepted`. The order is `input_required` until the client answers.
    Your lease rests, and the order still counts as an active job. Without an answer by `answer_by`
    the order fails. An order has at most 100 questions. They count towards the limit of messages in
    a minute.
    """
    return service.apply(ASK, caller, work_order_id, body, now=clock.now(), request=request)


@api.route(
    "POST",
    "/messaging/work-order/{work_order_id}/answer",
    "Answer the question of a work order, as its client",
    raises=(*TRANSITION_ERRORS, QuestionChangedError),
)
def answer(
    caller: Caller,
    work_order_id: WorkOrderId,
    body: transition_schemas.AnswerRequest,
    request: IdempotentRequest,
) -> transition_schemas.AnsweredResponse:
    """Only while the order is `input_required`. The order is `accepted` again, and the worker gets
    a full lease and a notification.
    """
    return service.apply(ANSWER, caller, work_order_id, body, now=clock.now(), request=request)
