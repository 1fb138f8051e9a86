"""The indexes of the work orders, and the choice of one for a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent_messaging import clock
from agent_messaging.work_orders.item import ended_for
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import ENDS, OPEN, Role, Status

DUE = "due"
ENDED = "client_ended"
IS_KEPT = "purge_at > :epoch"
# The statuses of which the index `ENDED` lists a client's orders.
LISTED = ENDS | {Status.INPUT_REQUIRED}

# For each role: the index and its key attribute, for all orders and for open orders.
ALL_ORDERS = {Role.WORKER: ("worker_all", "worker_id"), Role.CLIENT: ("client_all", "client_id")}
OPEN_ORDERS = {
    Role.WORKER: ("worker_open", "open_worker_id"),
    Role.CLIENT: ("client_open", "open_client_id"),
}


@dataclass(frozen=True)
class Filter:
    """Which of an agent's orders to find at `now`: one status, one other party, both, or all."""

    role: Role
    now: datetime
    status: Status | None = None
    other_id: str | None = None

    @property
    def is_of_keys(self) -> bool:
        """Whether an index lists exactly these orders, so that no head has to be examined."""
        return self.other_id is None and (self.status is None or self.index == ENDED)

    @property
    def index(self) -> str:
        """The index that lists these orders, with as few others as possible."""
        if self.role is Role.CLIENT and self.status in LISTED:
            return ENDED
        if self.status in OPEN:
            return OPEN_ORDERS[self.role][0]
        return ALL_ORDERS[self.role][0]

    def conditions(self, agent_id: str) -> tuple[str, str, dict[str, Any]]:
        """Return the owner's key attribute, the filter condition, and the values of both."""
        if self.index == ENDED:
            given = {"owner": ended_for(agent_id, self.status), "epoch": clock.to_epoch(self.now)}
            if self.status in OPEN:
                return "ended_for", "", {"owner": given["owner"]}
            return "ended_for", IS_KEPT, given
        orders = OPEN_ORDERS if self.status in OPEN else ALL_ORDERS
        given = {"owner": agent_id}
        matching = ""
        if self.role is Role.WORKER and self.status in OPEN:
            matching, given["status"] = "#status = :status", self.status
            if self.other_id is not None:
                matching, given["other"] = f"{matching} AND client_id = :other", self.other_id
        return orders[self.role][1], matching, given

    def matches(self, order: WorkOrder) -> bool:
        """Whether an order matches the filter at `now`."""
        other = order.client.id if self.role is Role.WORKER else order.taken_by.id
        status = order.as_of(self.now).status
        return self.status in (None, status) and self.other_id in (None, other)
