"""Read a work order for a candidate: an agent that has the capability and could become its worker.

A pending order for candidates is visible to each agent that has its capability, unless the agent or
the order's client blocks the other. For every other agent it does not exist: the answer is the same
404 as for an id that nobody used.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.access import has_left, require_active
from agent_messaging.agents.access import parse as parse_agent
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, ContactState, state_of
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.errors import WrongOfferError, WrongRoleError
from agent_messaging.storage.table import Item
from agent_messaging.storage.transactions import batch_get
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import PATH, OfferKind, Status
from agent_messaging.work_orders.table import WorkOrdersTable, not_found

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What takes an order, by its kind.
CALLS = {OfferKind.NAMED: "respond", OfferKind.POOL: "claim", OfferKind.BIDS: "bid"}


@dataclass(frozen=True)
class Candidate:
    """An agent, an order that it may take, and the contact of each of the two agents.

    `theirs` is the client's contact for the agent, and `own` is the agent's for the client.
    """

    agent: Agent
    order: WorkOrder
    theirs: Contact | None
    own: Contact | None
    client_has_left: bool

    @property
    def is_blocked(self) -> bool:
        """Whether one of the two agents blocks the other."""
        states = (state_of(self.theirs), state_of(self.own))
        return ContactState.BLOCKED in states

    @property
    def may_see(self) -> bool:
        """Whether the order exists for the agent while it is pending."""
        return self.order.capability in self.agent.capabilities and not self.is_blocked


@dataclass(frozen=True)
class Candidates:
    """The tables that decide who may see an order."""

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactsTable
    orders: WorkOrdersTable
    expiry: Expiry

    def open(
        self,
        caller: Caller,
        work_order_id: str,
        kind: OfferKind,
        now: datetime,
        *,
        is_sure: bool,
    ) -> Candidate:
        """Return the caller as a candidate of an order of this kind, in any status.

        The order is read consistently only with `is_sure`. So are the contacts for a bid, because
        the award reads them again. For a claim they are always read consistently.

        Raises:
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            WorkOrderNotFoundError: the order does not exist for the caller.
            WrongRoleError: the caller is the order's client.
            WrongOfferError: the order is of another kind.
        """
        keys = [self.agents.key(caller.agent_id), self.orders.key(work_order_id)]
        lagging = () if is_sure else (self.orders.table.name,)
        own, item = batch_get(self.client, keys, consistent=True, but=lagging)
        agent = require_active(caller, own, now)
        order = None if item is None else parse(item, now)
        if order is None:
            raise not_found(work_order_id)
        if order.client.id == agent.agent_id:
            raise WrongRoleError(
                "You are this work order's client. Only a candidate can take it.",
                fix=f"GET {PATH}/{work_order_id} shows what became of your order.",
            )
        is_worker = order.taken_by.id == agent.agent_id
        is_claim = kind is OfferKind.POOL
        candidate = self._load(agent, order, now, is_sure=is_sure, sees_blocks=is_claim)
        if not is_worker and not candidate.may_see:
            raise not_found(work_order_id)
        if order.kind is not kind:
            raise wrong_offer(order)
        return candidate

    def may_read(self, agent_id: str, order: WorkOrder, now: datetime) -> bool:
        """Return whether an agent that is no party may read an order: as a candidate."""
        if order.status is not Status.PENDING or order.kind is OfferKind.NAMED:
            return False
        item = self.agents.table.get(self.agents.key(agent_id)[1])
        if item is None or has_left(item):
            return False
        return self._load(parse_agent(item), order, now, is_sure=False).may_see

    def _load(
        self,
        agent: Agent,
        order: WorkOrder,
        now: datetime,
        *,
        is_sure: bool,
        sees_blocks: bool = False,
    ) -> Candidate:
        """Return the candidate. With `sees_blocks`, it knows all blocks from before the call."""
        keys = [
            self.contacts.key(order.client.id, agent.agent_id),
            self.contacts.key(agent.agent_id, order.client.id),
            self.agents.key(order.client.id),
        ]
        lagging = () if is_sure else (self.agents.table.name,)
        is_consistent = is_sure or sees_blocks
        theirs, own, client = batch_get(self.client, keys, consistent=is_consistent, but=lagging)
        return Candidate(
            agent=agent,
            order=order,
            theirs=parse_contact(theirs, now),
            own=parse_contact(own, now),
            client_has_left=has_left(client),
        )

    def blocked(self, agent_id: str, client_ids: set[str], now: datetime) -> set[str]:
        """Return the clients among these that block the agent, or that it blocks."""
        ids = sorted(client_ids)
        pairs = [(one, agent_id) for one in ids] + [(agent_id, one) for one in ids]
        found: list[Item | None] = (
            batch_get(self.client, [self.contacts.key(*pair) for pair in pairs]) if pairs else []
        )
        return {
            client_id
            for client_id, item in zip(ids * 2, found, strict=True)
            if state_of(parse_contact(item, now)) is ContactState.BLOCKED
        }


def wrong_offer(order: WorkOrder) -> WrongOfferError:
    """Return the error for a call that does not take an order of this kind."""
    call = CALLS[order.kind]
    who = "Its worker" if order.kind is OfferKind.NAMED else "A candidate"
    return WrongOfferError(
        f"The work order's `offer` is `{order.kind}`.",
        fix=f"{who} takes it with POST {PATH}/{order.work_order_id}/{call}.",
    )


def no_party(order: WorkOrder) -> WrongRoleError:
    """Return the error for a candidate that acts as if it were a party."""
    call = CALLS[order.kind]
    return WrongRoleError(
        "You are a candidate for this work order. You have no part in it yet.",
        fix=f"Take it first, with POST {PATH}/{order.work_order_id}/{call}.",
    )
