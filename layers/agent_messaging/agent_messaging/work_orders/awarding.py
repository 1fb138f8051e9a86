"""Award a work order to a bid: its bidder becomes the worker.

One transaction writes the order's head, the winner's count of active jobs, the contact of the
winner with the client, the notification to the winner, which begins their thread, and an event for
each other bidder. With an `Idempotency-Key` it also writes the record of the answer. These are its
conditions:

    the order     it is pending, in time, and in the same round (`rounds`)
    the bid       it is still the one with this id, not a later one of the same agent
    the winner    it is there and active, has room for a job and the capability, and takes orders

A bid may arrive between the read of the bids and the transaction. So the bids are read again after
it, and the events that are missing are written. Their ids do not depend on who writes them. If the
function dies before that, these bidders are not told.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from agent_messaging import ids
from agent_messaging.agents.access import has_left, require_active
from agent_messaging.agents.access import parse as parse_agent
from agent_messaging.agents.model import Agent
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, ContactState, relationship, state_of
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.errors import (
    AtCapacityError,
    BidNotFoundError,
    BidReplacedError,
    ContentionError,
    IllegalTransitionError,
    NotReadyError,
    WorkerUnavailableError,
    WorkOrderNotFoundError,
    WrongRoleError,
)
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import Item, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, batch_get
from agent_messaging.work_orders import bid_events, notification
from agent_messaging.work_orders.bid import Bid
from agent_messaging.work_orders.bid_table import BidsTable
from agent_messaging.work_orders.candidates import Candidates, no_party, wrong_offer
from agent_messaging.work_orders.claiming import ATTEMPTS
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.readiness import Readiness
from agent_messaging.work_orders.states import PATH, Action, OfferKind, Role
from agent_messaging.work_orders.table import not_found
from agent_messaging.work_orders.transition_write import TransitionWrite

# How many bidders the transaction tells. DynamoDB allows 100 items in one.
TOLD_AT_ONCE = 90

# The places of the items that have a condition.
HEAD, WINNER, BID = range(3)

# Refusals that may follow from an old copy of something.
DOUBTFUL = (
    WorkOrderNotFoundError,
    IllegalTransitionError,
    BidNotFoundError,
    BidReplacedError,
    WorkerUnavailableError,
    AtCapacityError,
)


class Award(NamedTuple):
    """What a client asks for at `now`."""

    caller: Caller
    bid_id: str
    now: datetime


class Winner(NamedTuple):
    """The bidder that the client chose, its contact for the client, and the client's for it."""

    item: Item | None
    theirs: Contact | None
    own: Contact | None

    @property
    def is_blocked(self) -> bool:
        """Whether one of the two blocks the other."""
        return ContactState.BLOCKED in (state_of(self.theirs), state_of(self.own))


@dataclass(frozen=True)
class Awarding:
    """The tables and services that an award uses."""

    candidates: Candidates
    bids: BidsTable
    contacts: ContactService
    messages: MessagesTable
    outbox: OutboxTable
    readiness: Readiness
    sent_log: SentLog

    def award(self, work_order_id: str, award: Award, request: IdempotentRequest) -> WorkOrder:
        """Make a bidder the worker of an order, once, and return the order afterwards.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            WorkOrderNotFoundError, WrongRoleError, WrongOfferError: the caller may not award it.
            IllegalTransitionError: the order is awarded already, or it has ended.
            NotReadyError: it depends on orders that are not completed.
            BidNotFoundError, BidReplacedError: there is no such bid any more.
            WorkerUnavailableError, AtCapacityError: the bidder cannot do the order.
            ContentionError: the order changed each time it was read.
        """
        for attempt in range(ATTEMPTS):
            try:
                done = self._attempt(work_order_id, award, request, is_sure=attempt > 0)
            except DOUBTFUL:
                if attempt > 0:
                    raise
                continue
            except NotReadyError:
                self.readiness.require(work_order_id, award.now)
                continue
            if done is not None:
                return done
        raise ContentionError(f"The work order `{work_order_id}` kept changing.")

    def _attempt(
        self, work_order_id: str, award: Award, request: IdempotentRequest, *, is_sure: bool
    ) -> WorkOrder | None:
        """Return the order after the award, or None if something changed after it was read."""
        client, order = self._open(work_order_id, award, is_sure=is_sure)
        order.transition(Action.AWARD)
        found = self.bids.all(work_order_id, award.now)
        bid = _chosen(order, found, award.bid_id)
        winner = self._load(order, bid, award.now, is_sure=is_sure)
        require_available(order, bid, winner)
        write = self.candidates.orders.transact_transition(
            order, Action.AWARD, award.now, _changes(order, bid, winner, award.now)
        )
        told = bid_events.losers(found, bid.bidder)[:TOLD_AT_ONCE]
        entries = self._entries(write, bid, winner, award, client)
        events = [bid_events.lost(write.order, each, award.now) for each in told]
        entries += [self.outbox.transact_event(event, award.now) for event in events]
        # By this record the client finds the message, and the thread, which are the winner's.
        message_id = write.order.message_id or ""
        self.sent_log.record(award.caller, bid.bidder.id, message_id, is_limited=False)
        try:
            request.write(entries, write.order)
        except TransactionFailedError as error:
            self._explain(error, order, bid, winner)
            return None
        self._tell_late(write.order, {each.bidder.id for each in told}, award.now)
        return write.order

    def _open(self, work_order_id: str, award: Award, *, is_sure: bool) -> tuple[Agent, WorkOrder]:
        """Return the caller and the settled order, if the caller is its client."""
        orders, agents = self.candidates.orders, self.candidates.agents
        keys = [agents.key(award.caller.agent_id), orders.key(work_order_id)]
        lagging = () if is_sure else (orders.table.name,)
        own, item = batch_get(self.candidates.client, keys, consistent=True, but=lagging)
        actor = require_active(award.caller, own, award.now)
        order = None if item is None else parse(item, award.now)
        if order is None:
            raise not_found(work_order_id)
        if not order.has_party(actor.agent_id):
            may_read = self.candidates.may_read(actor.agent_id, order, award.now)
            raise no_party(order) if may_read else not_found(work_order_id)
        if order.role_of(actor.agent_id) is not Role.CLIENT:
            raise WrongRoleError(
                "You are this work order's worker. Only its client can award it.",
                fix=f"GET {PATH}/{work_order_id} shows the order.",
            )
        if order.kind is not OfferKind.BIDS:
            raise wrong_offer(order)
        return actor, self.candidates.expiry.settle(order, award.now)

    def _load(self, order: WorkOrder, bid: Bid, now: datetime, *, is_sure: bool) -> Winner:
        """Return the winner, which knows all blocks from before the call."""
        contacts, client_id, bidder_id = self.contacts.table, order.client.id, bid.bidder.id
        keys = [
            self.candidates.agents.key(bidder_id),
            contacts.key(bidder_id, client_id),
            contacts.key(client_id, bidder_id),
        ]
        lagging = () if is_sure else (self.candidates.agents.table.name,)
        item, theirs, own = batch_get(self.candidates.client, keys, consistent=True, but=lagging)
        return Winner(item, parse_contact(theirs, now), parse_contact(own, now))

    def _entries(
        self, write: TransitionWrite, bid: Bid, winner: Winner, award: Award, client: Agent
    ) -> list[TransactItem]:
        order = write.order
        note = notification.compose_for(
            order,
            write.step,
            party(client),
            bid.bidder,
            award.now,
            relationship=relationship(winner.theirs),
            is_verified=not award.caller.is_open,
        )
        return [
            write.head,
            self.candidates.agents.transact_award_job(bid.bidder.id, order.capability or ""),
            self.bids.transact_check(order.work_order_id, bid),
            self.messages.transact_put(note),
            *self.contacts.transact_add_contact(
                bid.bidder.id, order.client, winner.theirs, award.now
            ),
        ]

    def _explain(
        self, error: TransactionFailedError, order: WorkOrder, bid: Bid, winner: Winner
    ) -> None:
        """Raise why the transaction failed, unless the order has changed or a contact has."""
        if error.failed[HEAD]:
            return
        if error.failed[BID]:
            raise _replaced(order, bid) if error.items[BID] else _gone(bid.bid_id)
        if error.failed[WINNER]:
            require_available(order, bid, winner._replace(item=error.items[WINNER]))

    def _tell_late(self, order: WorkOrder, told: set[str], now: datetime) -> None:
        """Tell the bidders that bid while the award was written."""
        for bid in bid_events.losers(self.bids.all(order.work_order_id, now), order.taken_by):
            if bid.bidder.id not in told:
                self.outbox.put_event(bid_events.lost(order, bid, now), now)


def _changes(order: WorkOrder, bid: Bid, winner: Winner, now: datetime) -> dict[str, Any]:
    message_id, thread_id = ids.new_opening(now, order.client.id, bid.bidder.id)
    return {
        "worker": bid.bidder,
        "message_id": message_id,
        "thread_id": thread_id,
        "relationship": relationship(winner.theirs),
        "price_usd": bid.price_usd,
        "estimated_completion": bid.estimated_completion,
    }


def _chosen(order: WorkOrder, found: list[Bid], bid_id: str) -> Bid:
    """Return the bid with this id.

    Raises:
        BidReplacedError, BidNotFoundError: there is none.
    """
    for bid in found:
        if bid.bid_id == bid_id:
            return bid
        if ids.is_bid_of(bid_id, order.work_order_id, bid.bidder.id):
            raise _replaced(order, bid)
    raise _gone(bid_id)


def _replaced(order: WorkOrder, bid: Bid) -> BidReplacedError:
    return BidReplacedError(
        f"`{bid.bidder.id}` replaced this bid.",
        fix=f"Read the bids again with GET {PATH}/{order.work_order_id}/bids, then award one of "
        "them.",
    )


def _gone(bid_id: str) -> BidNotFoundError:
    return BidNotFoundError(f"The work order has no bid `{bid_id}`.")


def require_available(order: WorkOrder, bid: Bid, winner: Winner) -> None:
    """Raise if a bidder, as it is now, cannot become the worker.

    Raises:
        WorkerUnavailableError: it left, is suspended or blocked, takes no orders, lost the
            capability, or had the order before.
        AtCapacityError: it has as many active jobs as it allows.
    """
    name, agent = bid.bidder.id, None
    if winner.item is not None and not has_left(winner.item):
        agent = parse_agent(winner.item)
    may_take = (
        agent is not None
        and agent.takes_orders
        and order.capability in agent.capabilities
        and not winner.is_blocked
        and name not in (order.excluded or ())
    )
    if agent is None or not may_take:
        raise WorkerUnavailableError(
            f"`{name}` cannot take this work order any more.", fix="Award the order to another bid."
        )
    if agent.active_jobs >= agent.max_concurrent_jobs:
        raise AtCapacityError(
            f"`{name}` has {agent.active_jobs} active jobs, and its max_concurrent_jobs is "
            f"{agent.max_concurrent_jobs}.",
            fix="Award the order to another bid, or try again later.",
        )
