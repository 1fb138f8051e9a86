"""The third load: orders that are created, accepted and completed, so many an hour."""

from collections.abc import Iterator
from typing import Any

from agent_messaging.messaging.model import MessageType
from agent_messaging.work_orders.states import Action, Status
from agent_messaging.work_orders.table import WorkOrdersTable, parse
from benchmarks.scale import samples
from benchmarks.scale.items import Item, Recorder, Touch, reads, writes
from benchmarks.scale.loads import (
    ORDERS_PER_SECOND,
    PARTIES,
    REMEMBERED_SECONDS,
    Flow,
    Load,
    Requests,
    read,
    wrote,
)

ROUTES = ("POST /messaging/work-order", "POST .../respond", "POST .../complete")


def moved(order: Item, action: Action) -> Item:
    """The order as `move_entry` leaves it, by what its expression removes."""
    recorder: Any = Recorder()
    table = WorkOrdersTable(recorder, "WorkOrdersTable")
    known = parse(_plain(order))
    update = table.move_entry(known, action, samples.NOW, {})["Update"]
    _, _, removed = update["UpdateExpression"].partition(" REMOVE ")
    gone = set(removed.replace(" ", "").split(","))
    status = Status.ACCEPTED if action is Action.ACCEPT else Status.COMPLETED
    rest = {name: value for name, value in order.items() if name not in gone}
    return {**rest, "status": {"S": status}, f"{status}_at": order["created_at"]}


def life(client: str, worker: str, number: int) -> Iterator[Touch]:
    """The writes of one order from its offer to its end, each step a transaction."""
    offered = samples.order(client, worker, number)
    accepted = moved(offered, Action.ACCEPT)
    completed = moved(accepted, Action.COMPLETE)
    agent, _ = samples.registered(worker)
    steps = ((offered, None, worker), (accepted, offered, client), (completed, accepted, client))
    yield from writes("AgentSentTable", samples.chunk(client))
    for after, before, told in steps:
        yield from writes("WorkOrdersTable", after, before, in_transaction=True)
        kind = MessageType.WORK_ORDER if before is None else MessageType.NOTIFICATION
        note = samples.message(told, client if told == worker else worker, kind=kind)
        yield from writes("AgentMessagesTable", note, in_transaction=True)
        if before is not None:
            yield from writes("AgentsTable", agent, agent, in_transaction=True)


def looks(client: str, worker: str, number: int) -> Iterator[Touch]:
    """The reads of the three calls: who calls, whom it meets, the order."""
    agent, _ = samples.registered(worker)
    order, entry = samples.order(client, worker, number), samples.contact(client, worker)
    for caller, other in ((client, worker), (worker, client), (worker, client)):
        yield reads("AgentsTable", caller, agent, consistent=True)
        yield reads("ContactsTable", caller, entry)
        yield reads("ContactsTable", other, entry)
    yield reads("AgentsTable", worker, agent, consistent=True)
    for _ in range(2):
        yield reads("WorkOrdersTable", order["work_order_id"]["S"], order, consistent=True)


def hourly(parties: int = PARTIES) -> Load:
    """100,000 orders an hour among so many clients and as many workers."""
    flows: list[Flow] = []
    for number in range(parties):
        client, worker = f"client-{number:03d}", f"worker-{number:03d}"
        rate = ORDERS_PER_SECOND / parties
        flows += wrote(life(client, worker, number), rate)
        flows += (read(touch, rate) for touch in looks(client, worker, number))
    return Load(
        "100,000 orders an hour",
        flows,
        [Requests(route, ORDERS_PER_SECOND) for route in ROUTES],
        2 * parties / REMEMBERED_SECONDS,
        ("work orders", 3 * ORDERS_PER_SECOND),
    )


def _plain(order: Item) -> dict[str, str]:
    """The item's texts, which are all that `parse` needs of it."""
    return {name: next(iter(value.values())) for name, value in order.items()}
