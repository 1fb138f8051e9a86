"""Create a work order as the child of another.

The parent and the dependencies are read together with the two agents, consistently. The transaction
of the new order also counts it at its parent, links it to the parent, and marks its open
dependencies (`children_table`). Its conditions are the rules of `narrowing` that can race: that the
caller is still the worker of the open parent, that the parent's budget has room, and that no
dependency has ended since it was read. If one fails, everything is read again and checked again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from agent_messaging.auth import Caller
from agent_messaging.errors import ContentionError
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.storage.table import Item, TableKey, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, batch_get
from agent_messaging.work_orders import narrowing
from agent_messaging.work_orders.children_table import ChildrenTable, cents_of
from agent_messaging.work_orders.claiming import require_not_excluded
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import OPEN
from agent_messaging.work_orders.table import not_found

# How often a parent may change between the read and the write before the call fails.
ATTEMPTS = 8


class Place(NamedTuple):
    """Where a new child belongs. `counted` is what its siblings take, if it was counted again."""

    parent: WorkOrder
    dependencies: tuple[WorkOrder, ...]
    counted: int | None = None


@dataclass(frozen=True)
class Children:
    """The tables that a new child changes beside those of any new order."""

    table: ChildrenTable
    expiry: Expiry

    def keys(self, offer: Mapping[str, Any]) -> list[TableKey]:
        """Return the keys of the parent and the dependencies of an offer, if any."""
        ids = [offer["parent_id"], *(offer["depends_on"] or ())] if offer["parent_id"] else []
        return [self.table.orders.key(each) for each in ids]

    def load(self, caller: Caller, offer: Mapping[str, Any], now: datetime) -> Place | None:
        """Return where the child belongs, None without a parent.

        Raises:
            AgentMessagingError: see `place`.
        """
        keys = self.keys(offer)
        found = batch_get(self.table.client, keys, consistent=True) if keys else []
        return self.place(caller, offer, found, now) if found else None

    def place(
        self, caller: Caller, offer: Mapping[str, Any], found: Sequence[Item | None], now: datetime
    ) -> Place:
        """Return where the child belongs, by the items under `keys`.

        Raises:
            ExcludedError: the caller was the worker of the parent, and its lease ended.
            WorkOrderNotFoundError: the caller has no such parent.
            AgentMessagingError: see `narrowing`.
        """
        heads = [None if item is None else parse(item, now) for item in found]
        parent, *others = heads
        if parent is not None and parent.has_party(caller.agent_id):
            parent = self.expiry.settle(parent, now)
        if parent is not None:
            require_not_excluded(parent, caller.agent_id)
        if parent is None or not parent.has_party(caller.agent_id):
            raise not_found(offer["parent_id"])
        narrowing.require_worker(parent, caller.agent_id)
        wanted = zip(offer["depends_on"] or (), others, strict=True)
        dependencies = (
            narrowing.require_dependency(
                parent.work_order_id, number, each, head and self.expiry.settle(head, now)
            )
            for number, (each, head) in enumerate(wanted)
        )
        return Place(parent, tuple(dependencies))

    @staticmethod
    def fields(place: Place, offer: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Return the fields that the place gives to the new order.

        Raises:
            AgentMessagingError: see `narrowing.narrow`.
        """
        fields = narrowing.narrow(place.parent, offer, now)
        if place.dependencies:
            fields["is_ready"] = narrowing.is_ready(place.dependencies)
        return fields

    def write(
        self,
        caller: Caller,
        order: WorkOrder,
        place: Place,
        entries: Callable[[WorkOrder], list[TransactItem]],
        request: IdempotentRequest,
    ) -> WorkOrder:
        """Write the new child with its `entries`, and return it.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            AgentMessagingError: see `narrowing`.
            ContentionError: the parent kept changing.
        """
        for _ in range(ATTEMPTS):
            try:
                request.write([*self._transact_place(place, order), *entries(order)], order)
            except TransactionFailedError:
                place, order = self._again(caller, order)
            else:
                return order
        raise ContentionError(f"The work order `{place.parent.work_order_id}` kept changing.")

    def _transact_place(self, place: Place, order: WorkOrder) -> list[TransactItem]:
        parent, now = place.parent, order.created_at
        pending = (each for each in place.dependencies if each.status in OPEN)
        return [
            self.table.transact_commit(parent, order, now, place.counted),
            self.table.transact_new(parent, order),
            *map(self.table.transact_depend, pending),
        ]

    def _again(self, caller: Caller, order: WorkOrder) -> tuple[Place, WorkOrder]:
        """Return the place and the child, read and checked again."""
        offer, now = dict(order), order.created_at
        found = batch_get(self.table.client, self.keys(offer), consistent=True)
        place = self.place(caller, offer, found, now)
        place = place._replace(counted=self._count(place.parent, order, now))
        return place, order.model_copy(update=self.fields(place, offer, now))

    def _count(self, parent: WorkOrder, order: WorkOrder, now: datetime) -> int | None:
        """Return what the children of a parent take, None if the counter has room anyway.

        Raises:
            BudgetExceededError: too little is left.
        """
        limit, cents = parent.budget_cents, cents_of(order)
        if limit is None or not cents or (parent.committed_cents or 0) + cents <= limit:
            return None
        batches = self.table.batches(parent.work_order_id, now)
        counted = sum(child.committed_cents for batch in batches for child in batch)
        narrowing.require_room(parent, order.budget_usd, counted)
        return counted
