"""The load of orders: how many are created, accepted and completed in an hour."""

from collections.abc import Iterator

from agent_messaging.messaging.model import MessageType
from agent_messaging.work_orders.states import Action
from agent_messaging.work_orders.table import DEFAULT_RETENTION
from benchmarks.scale import samples
from benchmarks.scale.items import Touch, reads, writes
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


def life(client: str, worker: str, number: int) -> Iterator[Touch]:
    """Yield the writes of one order from its creation to its end. Each step is a transaction."""
    order = samples.order(client, worker, number)
    taken = order.apply(Action.ACCEPT, samples.NOW, {}, DEFAULT_RETENTION)
    done = taken.apply(Action.COMPLETE, samples.NOW, {}, DEFAULT_RETENTION)
    offered, accepted, completed = (samples.stored(each)[0] for each in (order, taken, done))
    for part in samples.stored(order)[1:]:
        yield from writes("WorkOrdersTable", part, in_transaction=True)
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
    """Yield the reads of the three calls: the caller, the other party and the order."""
    agent, _ = samples.registered(worker)
    head = samples.stored(samples.order(client, worker, number))[0]
    entry = samples.contact(client, worker)
    for caller, other in ((client, worker), (worker, client), (worker, client)):
        yield reads("AgentsTable", caller, agent, consistent=True)
        yield reads("ContactsTable", caller, entry)
        yield reads("ContactsTable", other, entry)
    yield reads("AgentsTable", worker, agent, consistent=True)
    for _ in range(2):
        yield reads("WorkOrdersTable", head["work_order_id"]["S"], head, consistent=True)


def hourly(parties: int = PARTIES) -> Load:
    """Return 100,000 orders an hour among these clients and as many workers."""
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
