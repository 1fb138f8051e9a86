"""Claim a work order: the first candidate becomes its worker.

One transaction writes the order's head, the candidate's count of active jobs, the contact of the
candidate with the client, and the notification to the client, which begins their thread. With an
`Idempotency-Key` it also writes the record of the answer. Its conditions decide a race:

    the order       it is pending, in time, and in the same round (`rounds`)
    the candidate   it has room for a job, the capability, and it accepts work orders

What is read before decides nothing. It only chooses the error.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from agent_messaging import ids
from agent_messaging.agents.access import require_active
from agent_messaging.agents.model import Agent
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import relationship
from agent_messaging.contacts.service import ContactService
from agent_messaging.errors import (
    AtCapacityError,
    ContentionError,
    ExcludedError,
    IllegalTransitionError,
    NotReadyError,
    WorkerUnavailableError,
    WorkOrderNotFoundError,
)
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.transactions import TransactionFailedError
from agent_messaging.work_orders import notification
from agent_messaging.work_orders.candidates import Candidate, Candidates
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.readiness import Readiness
from agent_messaging.work_orders.states import Action, OfferKind, Role
from agent_messaging.work_orders.table import not_found
from agent_messaging.work_orders.transition_write import TransitionWrite

# How often an order may change between the read and the write before the call fails.
ATTEMPTS = 4

# Refusals that may follow from an old copy of the order or of a contact.
DOUBTFUL = (WorkOrderNotFoundError, IllegalTransitionError, ExcludedError)


class Claim(NamedTuple):
    """What a candidate asks for at `now`."""

    caller: Caller
    now: datetime
    estimated_completion: datetime | None = None


@dataclass(frozen=True)
class Claiming:
    """The tables and services that a claim uses."""

    candidates: Candidates
    contacts: ContactService
    messages: MessagesTable
    leaving: Leaving
    readiness: Readiness
    sent_log: SentLog

    def claim(self, work_order_id: str, claim: Claim, request: IdempotentRequest) -> WorkOrder:
        """Make the caller the worker of an order, once, and return the order afterwards.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            AgentMessagingError: see `Candidates.open`.
            IllegalTransitionError: the order is taken, or it has ended.
            NotReadyError: it depends on orders that are not completed.
            ExcludedError: the caller had the order, and its lease ended.
            WorkerUnavailableError, AtCapacityError: the caller takes no orders, or no more.
            ContentionError: the order changed each time it was read.
        """
        for attempt in range(ATTEMPTS):
            try:
                done = self._attempt(work_order_id, claim, request, is_sure=attempt > 0)
            except DOUBTFUL:
                if attempt > 0:
                    raise
                continue
            except NotReadyError:
                self.readiness.require(work_order_id, claim.now)
                continue
            if done is not None:
                return done
        raise ContentionError(f"The work order `{work_order_id}` kept changing.")

    def _attempt(
        self, work_order_id: str, claim: Claim, request: IdempotentRequest, *, is_sure: bool
    ) -> WorkOrder | None:
        """Return the order after the claim, or None if it changed after it was read."""
        candidate = self.candidates.open(
            claim.caller, work_order_id, OfferKind.POOL, claim.now, is_sure=is_sure
        )
        order = self.leaving.expiry.settle(candidate.order, claim.now)
        if candidate.client_has_left and self.leaving.ends(order, Role.CLIENT):
            self._end(order, claim.now)
            return None
        order.transition(Action.CLAIM)
        require_not_excluded(order, candidate.agent.agent_id)
        require_takes_orders(candidate.agent)
        write = self.candidates.orders.transact_transition(
            order, Action.CLAIM, claim.now, self._changes(candidate, claim)
        )
        # By this record the worker finds the message, and the thread, which are the client's.
        to, message_id = order.client.id, write.order.message_id or ""
        self.sent_log.record(claim.caller, to, message_id, is_limited=False)
        try:
            request.write(self._entries(write, candidate, claim), write.order)
        except TransactionFailedError as error:
            has_changed, is_refused = error.failed[:2]
            # A changed order is read again, because its new state is the better error.
            if is_refused and not has_changed:
                agent = require_active(claim.caller, error.items[1], claim.now)
                require_may_take(order, agent)
            return None
        return write.order

    def _end(self, order: WorkOrder, now: datetime) -> None:
        """End an order whose client has left."""
        try:
            self.leaving.settle(order, Role.CLIENT, now)
        except TransactionFailedError:
            raise ContentionError("The work order kept changing.") from None

    @staticmethod
    def _changes(candidate: Candidate, claim: Claim) -> dict[str, Any]:
        agent, client = candidate.agent, candidate.order.client
        message_id, thread_id = ids.new_opening(claim.now, agent.agent_id, client.id)
        return {
            "worker": party(agent),
            "message_id": message_id,
            "thread_id": thread_id,
            "relationship": relationship(candidate.own),
            "estimated_completion": claim.estimated_completion,
        }

    def _entries(
        self, write: TransitionWrite, candidate: Candidate, claim: Claim
    ) -> list[TransactItem]:
        order, agent = write.order, candidate.agent
        note = notification.compose_for(
            order,
            write.step,
            party(agent),
            order.client,
            claim.now,
            relationship=relationship(candidate.theirs),
            is_verified=not claim.caller.is_open,
        )
        return [
            write.head,
            self.candidates.agents.transact_claim_job(claim.caller, order.capability or ""),
            self.messages.transact_put(note),
            *self.contacts.transact_add_contact(
                agent.agent_id, order.client, candidate.own, claim.now
            ),
        ]


def require_not_excluded(order: WorkOrder, agent_id: str) -> None:
    """Raise ExcludedError if the agent had the order before, and its lease ended."""
    if agent_id in (order.excluded or ()):
        raise ExcludedError(
            f"You had the work order `{order.work_order_id}`, and your lease ended.",
            fix="Take another one from GET /api/v1/messaging/work-orders?role=candidate&capability="
            f"{order.capability}.",
        )


def require_takes_orders(agent: Agent) -> None:
    """Raise WorkerUnavailableError if the agent does not accept work orders."""
    if not agent.accepts_work_orders:
        raise WorkerUnavailableError(
            "You do not accept work orders at present.",
            fix='Send `{"accepts_work_orders": true}` with PUT /api/v1/messaging/presence, then '
            "repeat the request.",
        )


def require_may_take(order: WorkOrder, agent: Agent) -> None:
    """Raise if a candidate, as it is now, may not take the order.

    Raises:
        WorkOrderNotFoundError: it does not have the capability any more.
        WorkerUnavailableError, AtCapacityError: it takes no orders, or no more.
    """
    if order.capability not in agent.capabilities:
        raise not_found(order.work_order_id)
    require_takes_orders(agent)
    require_capacity(agent)


def require_capacity(agent: Agent) -> None:
    """Raise AtCapacityError if the agent has as many active jobs as it allows."""
    if agent.active_jobs >= agent.max_concurrent_jobs:
        raise AtCapacityError(
            f"You have {agent.active_jobs} active jobs, and your max_concurrent_jobs is "
            f"{agent.max_concurrent_jobs}.",
            fix="Complete or fail a work order from GET "
            "/api/v1/messaging/work-orders?role=worker&status=accepted, or set "
            f"`max_concurrent_jobs` above {agent.max_concurrent_jobs} with PUT "
            "/api/v1/messaging/presence.",
        )
