"""The operations of candidates on work orders. Each takes a caller and a model."""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging.auth import Caller
from agent_messaging.errors import InvalidError
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.observability import metrics
from agent_messaging.work_orders import schemas, transition_schemas
from agent_messaging.work_orders.candidates import Candidates, no_party, wrong_offer
from agent_messaging.work_orders.claiming import Claim, Claiming, require_not_excluded
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.pool_list import PoolList
from agent_messaging.work_orders.pool_offering import PoolOffering
from agent_messaging.work_orders.states import Action, Status


@dataclass(frozen=True)
class CandidateService:
    """What creates orders for candidates, lists them and gives them a worker."""

    candidates: Candidates
    offering: PoolOffering
    claiming: Claiming

    def claim(
        self,
        caller: Caller,
        work_order_id: str,
        body: transition_schemas.ClaimRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> transition_schemas.AcceptedResponse:
        """Make the caller the worker of an order.

        Raises:
            AgentMessagingError: see `Claiming.claim`.
        """
        answering = request.answering(transition_schemas.ACCEPT.answer)
        claim = Claim(caller, now, body.completion(now))
        order = self.claiming.claim(work_order_id, claim, answering)
        metrics.count("OrdersAccepted")
        return transition_schemas.ACCEPT.answer(order)

    def list_orders(
        self, caller: Caller, query: schemas.WorkOrdersQuery, now: datetime
    ) -> schemas.WorkOrdersPage:
        """Return a page of the orders that the caller could take.

        Raises:
            InvalidError: a filter does not apply to a candidate.
        """
        _require_pending(query)
        agent = self.candidates.agents.fetch(caller.agent_id)
        page = PoolList(self.candidates, agent, query, now).page()
        return schemas.WorkOrdersPage(agent_id=caller.agent_id, role=query.role, **page.answer)

    def explain(self, caller: Caller, work_order_id: str, verb: str, now: datetime) -> None:
        """Raise why an agent that is no party cannot do this, if it may know.

        Raises:
            ExcludedError: the agent was the worker, and its lease ended.
            WrongOfferError: the agent is a candidate, and wants to accept or reject.
            WrongRoleError: the agent is a candidate, and wants to do something else.
        """
        order = self.candidates.orders.fetch(work_order_id, now)
        if order is None:
            return
        require_not_excluded(order, caller.agent_id)
        if not self.may_read(caller, order, now):
            return
        if verb in (Action.ACCEPT, Action.REJECT):
            raise wrong_offer(order)
        raise no_party(order)

    def may_read(self, caller: Caller, order: WorkOrder, now: datetime) -> bool:
        """Return whether the caller, which is no party, may read the order."""
        return self.candidates.may_read(caller.agent_id, order, now)


def _require_pending(query: schemas.WorkOrdersQuery) -> None:
    if query.status not in (None, Status.PENDING):
        raise InvalidError.at(
            "?status",
            "cannot be used with `role=candidate`",
            fix="Remove `?status`. A candidate's list has only pending orders.",
        )
    for name in ("client_id", "worker_id"):
        if getattr(query, name) is not None:
            raise InvalidError.at(
                f"?{name}",
                "cannot be used with `role=candidate`",
                fix=f"Remove `?{name}`. Filter by `capability`.",
            )
