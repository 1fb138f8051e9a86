"""The work orders' table: a head and parts for each order (`item`), and indexes of the heads.

It also holds a mark for each agent that left, until its open orders have ended (`leaving`).

    worker_all, client_all      agent id, work_order_id            every order, never changed
    worker_open, client_open    agent id, work_order_id            while open
    worker_open                 worker id # waiting, work_order_id until it is ready
    client_ended                client id # status, work_order_id  once ended, except expired, and
                                                                   while input_required
    due                         due_shard, time#id                 until the sweep looks at it
                                due_shard, time#agent id           the marks of agents that left
                                due_shard, time#id                 the marks of ended orders
    pool                        capability, 10 - priority # id     while pending, for candidates,
                                                                   once it is ready

All indexes hold keys. `worker_open` also holds status and client. So a worker's pending orders are
counted without reading their heads, and without the orders of blocked clients. `pool` also holds
what a list shows.
"""

import contextlib
import functools
import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.agents.model import Agent
from agent_messaging.errors import WorkOrderNotFoundError
from agent_messaging.storage.table import (
    ConditionFailedError,
    Item,
    QueryResult,
    Table,
    TableKey,
    TransactItem,
)
from agent_messaging.storage.transactions import BATCH_KEYS, batch_get
from agent_messaging.work_orders import item as items
from agent_messaging.work_orders import links
from agent_messaging.work_orders.indexes import DUE, ENDED, OPEN_ORDERS, Filter
from agent_messaging.work_orders.item import (
    DUE_SHARDS,
    HEAD,
    LEAVING,
    OFFER,
    PARTIAL,
    RESULT,
    SCHEMA,
    due_shard,
    parse,
)
from agent_messaging.work_orders.model import CLOCK_ACTIONS, Question, WorkOrder
from agent_messaging.work_orders.pool import POOL
from agent_messaging.work_orders.states import Action, Role, Status
from agent_messaging.work_orders.transition_write import (
    IS_OVERDUE,
    IS_STILL,
    IS_UNTOLD,
    TransitionWrite,
    report_update,
    update,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DEFAULT_RETENTION = timedelta(days=365)

# How many of a worker's newest open orders a search for the orders of some clients examines.
EXAMINED = 1000

# How many overdue orders of a shard a count looks at. The sweep removes them within a minute.
OVERDUE_EXAMINED = 200

# `~` sorts after every character of an id.
LAST = "wo_~"


class WorkOrdersTable:
    """The work orders. Each is kept for `retention` after its end."""

    def __init__(
        self, client: "DynamoDBClient", name: str, retention: timedelta = DEFAULT_RETENTION
    ) -> None:
        self.client = client
        self.table = Table(client, name)
        self.retention = retention

    def key(self, work_order_id: str, part: str = HEAD) -> TableKey:
        """Return the key of a part of an order, for a batch read."""
        return self.table.name, {"work_order_id": work_order_id, "part": part}

    def fetch(self, work_order_id: str, now: datetime) -> WorkOrder | None:
        """Return an order from its head, read consistently, or None if there is none."""
        item = self.table.get(self.key(work_order_id)[1], consistent=True)
        return None if item is None else parse(item, now)

    def read_items(self, work_order_ids: Sequence[str]) -> list[Item | None]:
        """Return the heads of orders as stored, read consistently; None for each that is gone.

        Raises:
            ContentionError: DynamoDB did not return all of them in time.
        """
        keys = [self.key(each) for each in work_order_ids]
        return batch_get(self.client, keys, consistent=True) if keys else []

    def transact_put_all(self, order: WorkOrder) -> list[TransactItem]:
        """Return the writes of a new order as items of a transaction; see `item.place_offer`."""
        head = self.table.transact_put(items.head(order), "attribute_not_exists(work_order_id)")
        return [head, *self._transact_parts(order, OFFER), *self._transact_parts(order, SCHEMA)]

    def transact_transition(
        self,
        order: WorkOrder,
        action: Action,
        now: datetime,
        changes: Mapping[str, Any],
        *,
        by_system: bool = False,
    ) -> TransitionWrite:
        """Return the write of the transition by `action`, which also sets `changes`.

        `by_system`: see `states.transition`.

        Raises:
            IllegalTransitionError: the order's status does not allow `action`.
        """
        step = order.transition(action, by_system=by_system)
        after = order.apply(action, now, changes, self.retention, by_system=by_system)
        parts: list[TransactItem] = []
        if action is Action.COMPLETE:
            after = items.place_result(after)
            parts = self._transact_parts(after, RESULT)
        if action is Action.ASK:
            parts = [self._transact_new(items.question_item(after, changes["question"]))]
        if action is Action.ANSWER:
            parts = [self._transact_new(items.answer_item(after, changes["answer"]))]
        if links.needs_mark(order, step):
            parts.append(self.table.transact_put(items.ended_mark(order.work_order_id, now)))
        is_by_clock = action in CLOCK_ACTIONS
        expression, condition, values = update(order, after, now, is_by_clock=is_by_clock)
        key = self.key(order.work_order_id)[1]
        head = self.table.transact_update(key, expression, condition, **values)
        return TransitionWrite(step, after, head, parts)

    def _transact_parts(self, order: WorkOrder, part: str) -> list[TransactItem]:
        item = items.part_item(order, part)
        return [] if item is None else [self.table.transact_put(item)]

    def transact_report(
        self, order: WorkOrder, after: WorkOrder, now: datetime
    ) -> list[TransactItem]:
        """Return the writes of a worker's report, which changes `order` to `after`.

        They fail if the order has changed meanwhile, except for an earlier report.
        """
        expression, condition, values = report_update(order, after, now)
        key = self.key(order.work_order_id)[1]
        head = self.table.transact_update(key, expression, condition, **values)
        is_new = after.partial_result is not None
        return [head, *(self._transact_parts(after, PARTIAL) if is_new else [])]

    def _transact_new(self, item: Item) -> TransactItem:
        return self.table.transact_put(item, "attribute_not_exists(work_order_id)")

    def query(
        self, agent_id: str, wanted: Filter, before: str | None, limit: int, *, count: bool = False
    ) -> QueryResult:
        """Return keys of an agent's orders older than `before`, newest first.

        It examines `limit` keys. Where no index lists exactly these orders, others are included.
        """
        owner, matching, given = wanted.conditions(agent_id)
        return self.table.query(
            f"{owner} = :owner AND work_order_id < :before",
            index=wanted.index,
            matching=matching,
            limit=limit,
            count=count,
            before=before or LAST,
            **given,
        )

    def read_heads(self, found: QueryResult, now: datetime) -> list[WorkOrder]:
        """Return the orders of an index's keys, in the same order."""
        keys = [self.key(item["work_order_id"]) for item in found.items]
        heads = [parse(item, now) for item in batch_get(self.client, keys) if item is not None]
        return [head for head in heads if head is not None]

    def read_parts(self, orders: Sequence[WorkOrder]) -> list[WorkOrder]:
        """Return the orders with the content of all their parts, without those just removed.

        Only a partial result ever changes, so it is read consistently, and fits the head.
        """
        wanted = [(order, part) for order in orders for part in items.parts_of(order)]
        lasting = [self.key(order.work_order_id, part) for order, part in wanted if part != PARTIAL]
        passing = [self.key(order.work_order_id, part) for order, part in wanted if part == PARTIAL]
        found = self._read_lasting(lasting)
        found += batch_get(self.client, passing, consistent=True) if passing else []
        parts: dict[str, dict[str, Item]] = {}
        for item in found:
            if item is not None:
                parts.setdefault(item["work_order_id"], {})[item["part"]] = item
        return [
            items.with_parts(order, parts.get(order.work_order_id, {}))
            for order in orders
            if set(items.parts_of(order)) <= set(parts.get(order.work_order_id, {}))
        ]

    def read_schema(self, order: WorkOrder) -> str:
        """Return the schema of an order that has one, as JSON text.

        Raises:
            WorkOrderNotFoundError: the order was removed a moment ago.
        """
        for item in self._read_lasting([self.key(order.work_order_id, SCHEMA)]):
            if item is not None:
                return str(item["result_schema"])
        raise not_found(order.work_order_id)

    def _read_lasting(self, keys: Sequence[TableKey]) -> list[Item | None]:
        """Read parts that never change from a replica. Read missing ones again, consistently."""
        found = batch_get(self.client, keys) if keys else []
        late = [key for key, item in zip(keys, found, strict=True) if item is None]
        return found + (batch_get(self.client, late, consistent=True) if late else [])

    def read_questions(self, order: WorkOrder) -> list[Question]:
        """Return the questions of an order that was read consistently, the oldest first."""
        names = items.question_parts(order.asked or 0, order.answered or 0)
        keys = [self.key(order.work_order_id, name) for name in names]
        found = batch_get(self.client, keys, consistent=True) if keys else []
        parts = {item["part"]: item for item in found if item is not None}
        return items.questions_of(order, parts)

    def count_input_required(self, client_id: str, limit: int) -> int:
        """Count a client's orders that wait for its answer, up to `limit`."""
        found = self.table.query(
            "ended_for = :owner",
            index=ENDED,
            limit=limit,
            count=True,
            owner=items.ended_for(client_id, Status.INPUT_REQUIRED),
        )
        return found.count

    def transact_overdue(self, order: WorkOrder, now: datetime) -> TransactItem:
        """Return the write that both parties are told of the deadline. It succeeds once."""
        return self.table.transact_update(
            self.key(order.work_order_id)[1],
            "SET overdue_at = :now REMOVE due_shard, due_at",
            f"{IS_STILL} AND {IS_UNTOLD} AND {IS_OVERDUE}",
            now=clock.to_text(now),
            was=order.status,
        )

    def postpone(self, order: WorkOrder, now: datetime) -> None:
        """Move an entry of the index `due` that has come too early to the order's own time.

        It does nothing if the order has changed since it was read.
        """
        if order.due is None or order.due <= now:
            return
        with contextlib.suppress(ConditionFailedError):
            self.table.update_quietly(
                self.key(order.work_order_id)[1],
                "SET due_at = :due",
                "due_at = :seen AND #status = :was",
                due=items.due_key(order.work_order_id, order.due),
                seen=order.due_at,
                was=order.status,
            )

    def count_pending(self, agent: Agent, limit: int, now: datetime) -> int:
        """Count the orders that wait for the worker's answer at `now`, up to `limit`.

        Orders of muted clients do not count, and neither do overdue orders. With muted clients, the
        newest `EXAMINED` open orders are examined. Without, `limit` plus the worker's active jobs
        are enough, unless some of them are overdue: then the next ones are examined too, up to
        `EXAMINED`. Of the index of overdue orders, each shard of a pending order is read once.
        """

        @functools.cache
        def overdue(shard: int) -> set[str]:
            found = self._overdue_in(shard, now, limit=OVERDUE_EXAMINED).items
            return {item["work_order_id"] for item in found if item["part"] == HEAD}

        muted = {f"muted{number}": each for number, each in enumerate(agent.muted_clients or ())}
        which = f"NOT client_id IN ({', '.join(f':{name}' for name in muted)})" if muted else ""
        page = EXAMINED if muted else limit + agent.active_jobs
        counted, before = 0, LAST
        for _ in range(0, EXAMINED, page):
            found = self._query_pending(agent.agent_id, which, page, muted, before)
            ids = (item["work_order_id"] for item in found.items)
            counted += sum(each not in overdue(due_shard(each)) for each in ids)
            if counted >= limit or not found.last_key:
                break
            before = found.last_key["work_order_id"]
        return min(limit, counted)

    def pending(self, worker_id: str, client_id: str | None = None) -> list[Item]:
        """Return keys and clients of a worker's pending orders, newest first.

        The query examines the worker's newest `EXAMINED` open orders. With `client_id`, it returns
        only orders of this client.
        """
        given = {} if client_id is None else {"client": client_id}
        which = "client_id = :client" if given else ""
        return self._query_pending(worker_id, which, EXAMINED, given).items

    def _query_pending(
        self,
        worker_id: str,
        which: str,
        examined: int,
        given: Mapping[str, Any],
        before: str = LAST,
    ) -> QueryResult:
        index, owner = OPEN_ORDERS[Role.WORKER]
        return self.table.query(
            f"{owner} = :worker AND work_order_id < :before",
            index=index,
            matching=" AND ".join(filter(None, ["#status = :status", which])),
            limit=examined,
            worker=worker_id,
            before=before,
            status=Status.PENDING,
            **given,
        )

    def query_pool(self, capability: str, after: str, limit: int) -> QueryResult:
        """Return entries of the pending orders for a capability after the rank `after`, in order.

        The index may miss an order of the last moments, and may still show one that is taken.
        """
        return self.table.query(
            "pool_for = :capability AND pool_rank > :after",
            index=POOL,
            newest_first=False,
            limit=limit,
            capability=capability,
            after=after,
        )

    def open_ids(self, agent_id: str, role: Role) -> Iterator[str]:
        """Yield the ids of an agent's open orders in a role, newest first.

        The index may miss an order of the last moments, and may still show one that has just ended.
        """
        index, owner = OPEN_ORDERS[role]
        waiting = [items.waiting_for(agent_id)] if role is Role.WORKER else []
        for key in (agent_id, *waiting):
            before = LAST
            while before:
                found = self.table.query(
                    f"{owner} = :owner AND work_order_id < :before",
                    index=index,
                    limit=BATCH_KEYS,
                    owner=key,
                    before=before,
                )
                yield from (item["work_order_id"] for item in found.items)
                before = found.last_key.get("work_order_id", "")

    def transact_mark_leaving(self, agent_id: str, now: datetime) -> TransactItem:
        """Return the write of the mark that an agent left, for a transaction."""
        return self.table.transact_put(items.leaving_mark(agent_id, now))

    def remove_mark(self, agent_id: str) -> None:
        """Remove the mark that an agent left. A missing one is no error."""
        self.table.delete(self.key(agent_id, LEAVING)[1])

    def find_mark(self, work_order_id: str) -> Item | None:
        """Return the mark that others follow from the end of an order, None if all is settled."""
        return self.table.get(self.key(work_order_id, items.ENDED)[1], consistent=True)

    def remove_ended_mark(self, mark: Item) -> None:
        """Remove a mark, unless the order has got a new one since it was read."""
        with contextlib.suppress(ConditionFailedError):
            self.table.delete(
                self.key(mark["work_order_id"], items.ENDED)[1],
                "due_at = :seen",
                seen=mark["due_at"],
            )

    def due(self, now: datetime) -> Iterator[Item]:
        """Yield the keys in the index `due` up to `now`, the earliest first: orders and marks."""
        shards = (self._due_in(shard, now) for shard in range(DUE_SHARDS))
        yield from heapq.merge(*shards, key=itemgetter("due_at"))

    def _due_in(self, shard: int, now: datetime) -> Iterator[Item]:
        after_key = " "
        while after_key:
            found = self._overdue_in(shard, now, after_key)
            yield from found.items
            after_key = f"{found.last_key['due_at']}~" if found.last_key else ""

    def _overdue_in(
        self, shard: int, now: datetime, after: str = " ", limit: int | None = None
    ) -> QueryResult:
        """Return keys of a shard's overdue orders, the earliest deadline first."""
        return self.table.query(
            "due_shard = :shard AND due_at BETWEEN :after AND :until",
            index=DUE,
            newest_first=False,
            limit=limit,
            shard=shard,
            after=after,
            until=f"{clock.to_text(now)}~",
        )

    def remove_parts(self, work_order_id: str, parts: Collection[str]) -> None:
        """Remove parts whose head was removed. A missing part is no error."""
        for part in parts:
            self.table.delete(self.key(work_order_id, part)[1])


def not_found(work_order_id: str) -> WorkOrderNotFoundError:
    """Return the error for an order that does not exist or is not the caller's."""
    return WorkOrderNotFoundError(f"You have no work order `{work_order_id}`.")
