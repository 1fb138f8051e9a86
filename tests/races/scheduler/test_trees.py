"""Random trees under every seed: budgets hold at each step, and what ended is settled in time."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from agent_messaging.errors import BudgetExceededError
from agent_messaging.work_orders.children import Children
from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.races.scheduler import invariants, trees
from tests.races.scheduler.world import Tables, World, run
from tests.scale import IS_FULL, Figure

TREES = 10_000 if IS_FULL else 200
SWEEPS = 2  # one each minute


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
