"""The operations on work orders. Each takes a caller and a model, and returns a model."""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.errors import InvalidError, WorkOrderNotFoundError
from agent_messaging.idempotency import IdempotencyStore, IdempotentRequest
from agent_messaging.observability import metrics
from agent_messaging.work_orders import bulk_reject, schemas, transition_schemas
from agent_messaging.work_orders.candidate_service import CandidateService
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.lists import OrderList
from agent_messaging.work_orders.offering import Offering
from agent_messaging.work_orders.progress import Progress, Report
from agent_messaging.work_orders.states import Action, Status
from agent_messaging.work_orders.table import WorkOrdersTable, not_found
from agent_messaging.work_orders.transition_schemas import ACCEPT, REJECT, Answer, Operation
from agent_messaging.work_orders.transitions import TransitionRequest, Transitions
from agent_messaging.work_orders.tree import Tree


@dataclass(frozen=True)
class WorkOrderService:
    """The tables and services that the operations use."""

    agents: AgentsTable
    orders: WorkOrdersTable
    offering: Offering
    transitions: Transitions
    expiry: Expiry
    reports: Progress
    idempotency_store: IdempotencyStore
    for_candidates: CandidateService

    def create(
        self,
        caller: Caller,
        body: schemas.CreateRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> schemas.CreateResponse:
        """Offer a work order to an agent, or to all agents with a capability.

        Raises:
            AgentMessagingError: see `Offering.create` and `PoolOffering.create`.
        """
        is_named = body.to_capability is None
        offering = self.offering if is_named else self.for_candidates.offering
        order = offering.create(caller, body, now, request.answering(schemas.created))
        return schemas.created(order)

    def list_orders(
        self, caller: Caller, query: schemas.WorkOrdersQuery, now: datetime
    ) -> schemas.WorkOrdersPage:
        """Return a page of the caller's work orders, newest first.

        Raises:
            InvalidError: a filter names the caller's own role, or does not apply to the role.
        """
        if query.role is schemas.Role.CANDIDATE:
            return self.for_candidates.list_orders(caller, query, now)
        if query.capability is not None:
            raise InvalidError.at(
                "?capability",
                f"cannot be used with `role={query.role}`",
                fix="Remove `?capability`, or set `?role` to `candidate`.",
            )
        if query.own_filter is not None:
            raise InvalidError.at(
                f"?{query.own_filter}",
                f"cannot be used with `role={query.role}`",
                fix=f"Remove `?{query.own_filter}`. With `role={query.role}`, filter by "
                f"`{query.other_filter}` or by no agent."
                if "role" in query.model_fields_set
                else f"Add `role=client` to filter by `{query.own_filter}`. Without `role`, the "
                "list has the orders that you received as worker.",
            )
        page = OrderList(self.expiry, caller.agent_id, query, now).page()
        return schemas.WorkOrdersPage(agent_id=caller.agent_id, role=query.role, **page.answer)

    def read(self, caller: Caller, work_order_id: str, now: datetime) -> schemas.WorkOrderView:
        """Return an order of the caller with its history, or one that it could take without.

        Raises:
            WorkOrderNotFoundError: there is no such order, or the caller may not see it.
        """
        order = self.orders.fetch(work_order_id, now)
        if order is not None and not order.has_party(caller.agent_id):
            order = order if self.for_candidates.may_read(caller, order, now) else None
        if order is None:
            raise not_found(work_order_id)
        order = self.expiry.settle(order, now)
        if not order.has_party(caller.agent_id):
            if order.status is not Status.PENDING:
                raise not_found(work_order_id)
            order = order.as_offered()
        whole = self.orders.read_parts([order])
        if not whole:
            raise not_found(work_order_id)
        questions = self.orders.read_questions(whole[0])
        return schemas.whole_view(whole[0], caller.agent_id, questions)

    def list_children(
        self, caller: Caller, work_order_id: str, query: schemas.ChildrenQuery, now: datetime
    ) -> schemas.ChildrenPage:
        """Return a page of what is below an order of the caller.

        Raises:
            WorkOrderNotFoundError: there is no such order, or the caller is not a party to it.
        """
        tree = Tree(self.transitions.settling.children, self.expiry, now)
        return tree.page(caller.agent_id, work_order_id, query)

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
            return self.apply(REJECT, caller, work_order_id, body, now=now, request=request)
        accepted = self.apply(ACCEPT, caller, work_order_id, body, now=now, request=request)
        metrics.count("OrdersAccepted")
        return accepted

    def apply(
        self,
        operation: Operation[Answer],
        caller: Caller,
        work_order_id: str,
        body: transition_schemas.ActionRequest,
        *,
        now: datetime,
        request: IdempotentRequest,
    ) -> Answer:
        """Complete, fail or cancel an order, ask or answer. `respond` accepts or rejects one.

        Raises:
            AgentMessagingError: see `Transitions.apply`.
        """
        wanted = TransitionRequest(caller, operation.action, now, body.changes(now))
        answering = request.answering(operation.answer)
        try:
            order = self.transitions.apply(work_order_id, wanted, answering)
        except WorkOrderNotFoundError:
            self.for_candidates.explain(caller, work_order_id, operation.action, now)
            raise
        return operation.answer(order)

    def progress(
        self,
        caller: Caller,
        work_order_id: str,
        body: transition_schemas.ProgressRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> transition_schemas.ProgressResponse:
        """Report progress on an order, as its worker.

        Raises:
            AgentMessagingError: see `Progress.report`.
        """
        answering = request.answering(transition_schemas.progressed)
        report = Report(caller, now, **dict(body))
        try:
            order = self.reports.report(work_order_id, report, answering)
        except WorkOrderNotFoundError:
            self.for_candidates.explain(caller, work_order_id, "progress", now)
            raise
        return transition_schemas.progressed(order)

    def reject_many(
        self, caller: Caller, body: transition_schemas.RejectManyRequest, now: datetime
    ) -> transition_schemas.RejectManyResponse:
        """Reject pending orders of one client, or up to 25 by id, as their worker.

        Raises:
            InvalidError: the request has both `client_id` and `work_order_ids`, or neither.
            AgentMessagingError: see `bulk_reject.reject`.
        """
        if (body.client_id is None) == (body.work_order_ids is None):
            raise InvalidError.at(
                "#/client_id",
                "is missing, and so is `work_order_ids`"
                if body.client_id is None
                else "cannot be combined with `work_order_ids`",
                fix="Add `client_id`, the `client.id` of an order from GET "
                "/api/v1/messaging/work-orders?role=worker&status=pending, or add `work_order_ids` "
                "with up to 25 ids."
                if body.client_id is None
                else "Remove `client_id` to reject only these orders, or remove `work_order_ids` "
                "to reject all orders of this client.",
            )
        worker = self.agents.read(caller, now)
        ids = body.work_order_ids
        if ids is None:
            keys = self.orders.pending(worker.agent_id, body.client_id)
            ids = [key["work_order_id"] for key in keys]
        wanted = TransitionRequest(caller, Action.REJECT, now, body.changes(now))
        request = IdempotentRequest(self.idempotency_store, now)
        return bulk_reject.reject(self.transitions, wanted, ids, request)
