"""The scheduler finds what is planted, within fifty seeds; or its silence would mean nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent_messaging.agents.access import active_condition
from agent_messaging.agents.table import AgentsTable
from agent_messaging.feed import appending, outbox
from agent_messaging.idempotency import IdempotentRequest, Replay
from agent_messaging.storage.transactions import transact
from agent_messaging.work_orders import claiming, transition_write, transitions
from agent_messaging.work_orders.access import OrderAccess
from agent_messaging.work_orders.bid_table import BidsTable
from agent_messaging.work_orders.states import Status
from agent_messaging.work_orders.table import WorkOrdersTable
from tests.races.scheduler import (
    counting,
    identity,
    invariants,
    messages,
    orders,
    pools,
    rounds,
    waking,
)
from tests.races.scheduler.scenario import SCENARIOS
from tests.races.scheduler.world import Tables, run
from tests.scale import Figure

MODULES = (counting, identity, messages, orders, pools, rounds, waking)
SEEDS = 50


def unconditional_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """An accept reads how many jobs are active, and then takes one whatever has come since."""
    opened = OrderAccess.open

    def read_first(self: OrderAccess, *arguments: Any, **how: Any) -> Any:
        actor, order = opened(self, *arguments, **how)
        if transitions.Action.ACCEPT in arguments:
            transitions._require_capacity(actor)
        return actor, order

    def take(self: AgentsTable, caller: Any) -> Any:
        condition, values = active_condition(caller)
        expression = "SET active_jobs = active_jobs + :one"
        key = {"agent_id": caller.agent_id}
        return self.table.transact_update(key, expression, condition, one=1, **values)

    monkeypatch.setattr(OrderAccess, "open", read_first)
    monkeypatch.setattr(AgentsTable, "transact_take_job", take)


def unconditional_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transition checks the state that it read, and then writes over whatever is there."""
    conditional = WorkOrdersTable.transact_transition

    def move(self: WorkOrdersTable, *arguments: Any) -> Any:
        transition = conditional(self, *arguments)
        entry = transition.head["Update"]
        kept = {name: value for name, value in entry.items() if "Condition" not in name}
        used = kept["UpdateExpression"]
        names = {n: v for n, v in kept["ExpressionAttributeNames"].items() if n in used}
        values = {n: v for n, v in kept["ExpressionAttributeValues"].items() if n in used}
        names_and_values = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
        return transition._replace(head={"Update": {**kept, **names_and_values}})

    monkeypatch.setattr(WorkOrdersTable, "transact_transition", move)


def unconditional_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim reads how many jobs its agent has, and then takes one whatever has come since."""

    def claim(self: AgentsTable, caller: Any, _capability: str) -> Any:
        condition, values = active_condition(caller)
        expression = "SET active_jobs = active_jobs + :one"
        key = {"agent_id": caller.agent_id}
        return self.table.transact_update(key, expression, condition, one=1, **values)

    def read_first(agent: Any) -> None:
        claiming.require_capacity(agent)

    monkeypatch.setattr(claiming, "require_takes_orders", read_first)
    monkeypatch.setattr(AgentsTable, "transact_claim_job", claim)


def unconditional_lapses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads that a lease has ended ends the order, even if it was renewed meanwhile."""
    in_time, too_late = transition_write._TIMES[Status.ACCEPTED]
    always = f"({too_late} OR {in_time})"
    monkeypatch.setitem(transition_write._TIMES, Status.ACCEPTED, (in_time, always))


def any_bid(monkeypatch: pytest.MonkeyPatch) -> None:
    """An award reads the bid, and then takes whatever bid the agent has by now."""

    def check(self: BidsTable, work_order_id: str, bid: Any) -> Any:
        key = {"work_order_id": work_order_id, "part": f"bid#{bid.bidder.id}"}
        return self.table.transact_check(key, "attribute_exists(bid_id)")

    monkeypatch.setattr(BidsTable, "transact_check", check)


def record_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record of a key is read before the effect, and written after it."""

    def write(self: IdempotentRequest, entries: Any, written: object) -> None:
        transact(self.table.client, entries)
        if self.request_key is not None and self.answer is not None:
            text = self.answer(written).model_dump_json()
            entry = self.table.transact_put(self.request_key, self.fingerprint, text, self.now)
            self.table.table.put(
                {**_plain(entry["Put"]["Item"])},
            )

    def run_once(self: IdempotentRequest, call: Callable[[], Any]) -> Any:
        record = self.table.find(self.request_key, self.now) if self.request_key else None
        return call() if record is None else Replay(record["answer"])

    monkeypatch.setattr(IdempotentRequest, "write", write)
    monkeypatch.setattr(IdempotentRequest, "run", run_once)


def any_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that has lost its order may complete it while the next one works on it."""
    always = "(#status = :was OR attribute_exists(lapses))"
    monkeypatch.setattr(transition_write, "IS_FIRST_ROUND", always)
    round_or_any = "(lapses = :round OR attribute_exists(lapses))"
    monkeypatch.setattr(transition_write, "IS_SAME_ROUND", round_or_any)


def unconditional_append(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay reads the tail of a feed, and then writes over what another has appended."""
    always = f"{appending.IS_FREE} OR attribute_exists(agent_id)"
    monkeypatch.setattr(appending, "IS_FREE", always)


def unconditional_acknowledgement(monkeypatch: pytest.MonkeyPatch) -> None:
    """An acknowledgement may take back a later one."""
    always = f"{outbox.IS_FURTHER} OR attribute_exists(agent_id)"
    monkeypatch.setattr(outbox, "IS_FURTHER", always)


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}


PLANTED = {
    "an accept that reads the jobs and then writes": (unconditional_jobs, "capacity"),
    "a transition that reads the state and then writes": (unconditional_moves, "answers"),
    "a record of a key that is written after its effect": (record_afterwards, "one_key"),
    "a claim that reads the state and then writes": (unconditional_moves, "claims"),
    "a claim that reads the jobs and then writes": (unconditional_claims, "full_candidates"),
    "a lapse that does not ask for the lease": (unconditional_lapses, "lapses"),
    "an award that does not ask which bid it is": (any_bid, "awards"),
    "an order that is offered again and does not ask which round it is": (any_round, "handover"),
    "the same, of an order": (record_afterwards, "creations"),
    "an event that is written over another": (unconditional_append, "relays"),
    "an acknowledgement that goes back": (unconditional_acknowledgement, "relays"),
}


@pytest.mark.usefixtures("repaired_moto")
@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name: str, monkeypatch: pytest.MonkeyPatch, figure: Figure):
    plant, scenario = PLANTED[name]
    tables = Tables(SCENARIOS[scenario].prepare)
    plant(monkeypatch)
    found = next(
        (seed for seed in range(SEEDS) if is_found(tables, scenario, seed, monkeypatch)), None
    )
    figure(f"{name}: found by seed", found)
    assert found is not None


def is_found(tables: Tables, scenario: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    with run(tables, seed, monkeypatch) as world:
        try:
            SCENARIOS[scenario].play(world)
            invariants.check(world)
        except AssertionError:
            return True
    return False
