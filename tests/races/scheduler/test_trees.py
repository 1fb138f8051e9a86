"""Random trees under every seed: budgets hold at each step, and what ended is settled in time."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from agent_messaging.errors import BudgetExceededError
from agent_messaging.work_orders import children_table, links, narrowing, transition_write
from agent_messaging.work_orders.children import Children
from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.races.scheduler import invariants, trees
from tests.races.scheduler.world import Tables, World, run
from tests.scale import IS_FULL, Figure

TREES = 10_000 if IS_FULL else 200
SWEEPS = 2  # one each minute
SEEDS = 100  # within which a planted fault is found


def play(world: World, seed: int) -> trees.Forest:
    """Let all act, then let two minutes pass with a sweep in each."""
    forest = trees.Forest(world, seed)
    forest.enter()
    world.stage.play()
    for _ in range(SWEEPS):
        world.stage.now += trees.UNTIL / SWEEPS - timedelta(seconds=1)
        app("work_orders_sweep").handler({}, Context())
    trees.check_settled(world)
    invariants.check(world)
    return forest


@pytest.fixture
def recounted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often only the write's condition refused a budget, and what counting again found."""
    counts: Counter[str] = Counter()
    count = Children._count

    def counted(self: Any, *arguments: Any) -> Any:
        try:
            found = count(self, *arguments)
        except BudgetExceededError:
            counts["refused"] += 1
            raise
        counts["found room"] += found is not None
        return found

    monkeypatch.setattr(Children, "_count", counted)
    return counts


def room_is_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room is checked against what was read, and then the child is written anyway."""
    require = narrowing.require_room

    def by_what_was_read(parent: Any, budget_usd: Any, committed_cents: int) -> None:
        require(parent, budget_usd, committed_cents or parent.committed_cents or 0)

    monkeypatch.setattr(narrowing, "require_room", by_what_was_read)
    always = "(committed_cents <= :room OR attribute_not_exists(no_attribute))"
    monkeypatch.setattr(children_table, "HAS_ROOM", always)


def no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call that ends an order settles what follows, and nothing remembers that it has to."""
    monkeypatch.setattr(links, "needs_mark", lambda *_: False)


def ready_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads that an order is not ready makes it ready, whatever has come since."""
    always = "(is_ready = :not_ready OR attribute_exists(is_ready))"
    monkeypatch.setattr(transition_write, "IS_NOT_READY", always)


PLANTED = {
    "a budget that is read and then written": room_is_read_first,
    "an end without a mark": no_mark,
    "an order that is made ready without a condition": ready_twice,
}


@pytest.mark.usefixtures("repaired_moto")
@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name: str, monkeypatch: pytest.MonkeyPatch, figure: Figure):
    tables = Tables(trees.rooted)
    PLANTED[name](monkeypatch)
    found = next((seed for seed in range(SEEDS) if is_found(tables, seed, monkeypatch)), None)
    figure(f"{name}: found by seed", found)
    assert found is not None


def is_found(tables: Tables, seed: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a run under this seed fails."""
    with run(tables, seed, monkeypatch) as world:
        try:
            play(world, seed)
        except AssertionError:
            return True
    return False


@pytest.mark.usefixtures("repaired_moto")
def test_no_tree_exceeds_its_budget_or_outlives_its_root(
    monkeypatch: pytest.MonkeyPatch, figure: Figure, recounted: Counter[str]
):
    tables = Tables(trees.rooted)
    done: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for seed in range(TREES):
        with run(tables, seed, monkeypatch) as world:
            try:
                forest = play(world, seed)
            except AssertionError as error:
                raise AssertionError(f"tree {seed}: {error}") from error
            done.update(forest.counts)
            faults.update(world.stage.faults)
            heads = trees.heads_of(world).values()
            done["children"] += sum("parent_id" in each for each in heads)
            done["accepted"] += sum("parent_id" in each and "accepted_at" in each for each in heads)
            done["ready"] += sum(bool(each.get("is_ready")) for each in heads)
            done.update(each.get("reason_code", "none") for each in heads)
    figure("trees, faults", f"{TREES}, {dict(sorted(faults.items()))}")
    figure("done", dict(sorted(done.items())))
    figure("budgets", dict(recounted))
    assert done["accepted"] >= 0.3 * done["children"]
    assert recounted["refused"] > 0
    assert recounted["found room"] > 0
    assert {"parent_cancelled", "dependency_failed"} <= set(done)
    assert {"dies before", "dies after", "lost", "collides"} <= set(faults)
