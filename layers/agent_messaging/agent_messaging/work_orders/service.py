"""What agents do with work orders: each operation takes a caller and a model, returns a model."""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.errors import InvalidError
from agent_messaging.fields import Model
from agent_messaging.idempotency import IdempotencyStore, IdempotentRequest
from agent_messaging.observability import metrics
from agent_messaging.work_orders import bulk_reject, schemas, transition_schemas
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.lists import OrderList
from agent_messaging.work_orders.offering import Offering
from agent_messaging.work_orders.states import Action
from agent_messaging.work_orders.table import WorkOrdersTable, not_found
from agent_messaging.work_orders.transition_schemas import ACCEPT, REJECT, Answer, Operation
from agent_messaging.work_orders.transitions import TransitionRequest, Transitions


@dataclass(frozen=True)
class WorkOrderService:
    """What the operations read and write."""

    agents: AgentsTable
    orders: WorkOrdersTable
    offering: Offering
    transitions: Transitions
    expiry: Expiry
    idempotency_store: IdempotencyStore

    def create(
        self,
        caller: Caller,
        body: schemas.CreateRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> schemas.CreateResponse:
        """Offer a work order to an agent.

        Raises:
            AgentMessagingError: see `Offering.create`.
        """
        order = self.offering.create(caller, body, now, request.answering(schemas.created))
        return schemas.created(order)

    def list_orders(
        self, caller: Caller, query: schemas.WorkOrdersQuery, now: datetime
    ) -> schemas.WorkOrdersPage:
        """Return a page of the caller's work orders, newest first.

        Raises:
            InvalidError: a filter names the caller's own side.
        """
        if query.own_filter is not None:
            raise InvalidError.at(
                f"?{query.own_filter}",
                "names your own side of the orders",
                fix=f"With `role={query.role}` filter by `{query.other_filter}`, "
                "or send no filter.",
            )
        page = OrderList(self.expiry, caller.agent_id, query, now).page()
        return schemas.WorkOrdersPage(agent_id=caller.agent_id, role=query.role, **page.answer)

    def read(self, caller: Caller, work_order_id: str, now: datetime) -> schemas.WorkOrderView:
        """Return an order that the caller is a party of, with its history.

        Raises:
            WorkOrderNotFoundError: there is none, or it is others'.
        """
        order = self.orders.fetch(work_order_id, now)
        if order is None or not order.has_party(caller.agent_id):
            raise not_found(work_order_id)
        whole = self.orders.read_parts([self.expiry.settle(order, now)])
        if not whole:
            raise not_found(work_order_id)
        return schemas.whole_view(whole[0], caller.agent_id)

    def respond(
        self,
        caller: Caller,
        work_order_id: str,
        body: transition_schemas.RespondRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> transition_schemas.AcceptedResponse | transition_schemas.RejectedResponse:
        """Accept or reject an order, as its worker.

        Raises:
            AgentMessagingError: see `Transitions.apply`.
        """
        if body.action == "reject":
            reason = transition_schemas.ReasonRequest(reason=body.rejection_reason)
            return self.apply(REJECT, caller, work_order_id, reason, now=now, request=request)
        estimate = transition_schemas.Estimate(estimated_completion=body.estimated_completion)
        accepted = self.apply(ACCEPT, caller, work_order_id, estimate, now=now, request=request)
        metrics.count("OrdersAccepted")
        return accepted

    def apply(
        self,
        operation: Operation[Answer],
        caller: Caller,
        work_order_id: str,
        body: Model,
        *,
        now: datetime,
        request: IdempotentRequest,
    ) -> Answer:
        """Make a transition of an order: complete, fail or cancel it. `respond` answers an offer.

        Raises:
            AgentMessagingError: see `Transitions.apply`.
        """
        wanted = TransitionRequest(caller, operation.action, now, dict(body))
        answering = request.answering(operation.answer)
        return operation.answer(self.transitions.apply(work_order_id, wanted, answering))

    def reject_many(
        self, caller: Caller, body: transition_schemas.RejectManyRequest, now: datetime
    ) -> transition_schemas.RejectManyResponse:
        """Reject pending orders of one client, or up to 25 by id, as their worker.

        Raises:
            InvalidError: the request names both or neither.
            AgentMessagingError: see `bulk_reject.reject`.
        """
        if (body.client_id is None) == (body.work_order_ids is None):
            raise InvalidError.at(
                "#/client_id",
                "is needed, or `work_order_ids` instead; not both",
                fix="Send either `client_id`, or `work_order_ids` with up to 25 ids.",
            )
        worker = self.agents.read(caller, now)
        ids = body.work_order_ids
        if ids is None:
            keys = self.orders.pending(worker.agent_id, body.client_id)
            ids = [key["work_order_id"] for key in keys]
        wanted = TransitionRequest(caller, Action.REJECT, now, {"reason": body.reason})
        request = IdempotentRequest(self.idempotency_store, now)
        return bulk_reject.reject(self.transitions, wanted, ids, request)
