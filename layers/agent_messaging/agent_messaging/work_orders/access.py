"""Read a work order for an action of one of its parties."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.access import require_active
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.errors import WrongRoleError
from agent_messaging.storage.transactions import batch_get
from agent_messaging.work_orders import states
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action, Role
from agent_messaging.work_orders.table import WorkOrdersTable, not_found

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What only one of the two parties can do, where its verb alone does not say it.
PHRASES: dict[str, str] = {
    Action.ASK: "ask a question about it",
    Action.ANSWER: "answer its question",
    "progress": "report progress on it",
}


@dataclass(frozen=True)
class OrderAccess:
    """The tables that are read before an action."""

    client: "DynamoDBClient"
    agents: AgentsTable
    orders: WorkOrdersTable
    expiry: Expiry

    def open(
        self,
        caller: Caller,
        work_order_id: str,
        role: Role,
        verb: str,
        now: datetime,
        *,
        is_sure: bool,
    ) -> tuple[Agent, WorkOrder]:
        """Return the caller and the settled order, if the caller has this role in the order.

        Only with `is_sure` is the order read consistently. `verb` is what the caller wants to do.

        Raises:
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            WorkOrderNotFoundError, WrongRoleError: the caller may not do this, or has just lost
                the order.
        """
        keys = [self.agents.key(caller.agent_id), self.orders.key(work_order_id)]
        lagging = () if is_sure else (self.orders.table.name,)
        own, item = batch_get(self.client, keys, consistent=True, but=lagging)
        actor = require_active(caller, own, now)
        order = None if item is None else parse(item, now)
        if order is None or not order.has_party(actor.agent_id):
            raise not_found(work_order_id)
        if order.role_of(actor.agent_id) is not role:
            raise _wrong_role(order, actor, role, PHRASES.get(verb, f"{verb} it"))
        order = self.expiry.settle(order, now)
        if not order.has_party(actor.agent_id):
            raise not_found(work_order_id)
        return actor, order


def _wrong_role(order: WorkOrder, actor: Agent, role: Role, phrase: str) -> WrongRoleError:
    own_role = order.role_of(actor.agent_id)
    let = f"Let `{order.other_party(actor.agent_id).id}`, the {role}, make this call. "
    if order.worker is None:
        let = "It has no worker yet. "
    can = states.what_can_be_done(order.status, own_role, order.work_order_id, order.kind)
    return WrongRoleError(
        f"You are this work order's {own_role}. Only its {role} can {phrase}.",
        fix=can if order.status not in states.OPEN else let + can,
    )
