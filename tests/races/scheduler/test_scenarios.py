"""Every scenario under every seed: whatever the order of the calls, and whoever dies meanwhile."""

from collections import Counter

import pytest

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
from tests.scale import IS_FULL, Figure

# Five hundred of each scenario in full; with every commit three hundred of all together.
SEEDS = 500 if IS_FULL else 300 // len(SCENARIOS)
MODULES = (counting, identity, messages, orders, pools, rounds, waking)


def test_there_are_at_least_twelve_scenarios():
    assert len(SCENARIOS) >= 12


@pytest.mark.usefixtures("repaired_moto")
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_violated(name: str, monkeypatch: pytest.MonkeyPatch, figure: Figure):
    scenario = SCENARIOS[name]
    tables = Tables(scenario.prepare)
    faults: Counter[str] = Counter()
    asked, done = set(), set()
    for seed in range(SEEDS):
        with run(tables, seed, monkeypatch) as world:
            try:
                scenario.play(world)
                invariants.check(world)
            except AssertionError as error:
                raise AssertionError(f"scenario {name}, seed {seed}: {error}") from error
        faults.update(world.stage.faults)
        asked |= {seen.what for seen in world.history}
        done |= {seen.what for seen in world.history if 200 <= seen.status < 300}
    figure(f"{scenario.name}: seeds, violations", f"{SEEDS}, 0; {dict(sorted(faults.items()))}")
    assert {"dies before", "dies after"} <= set(faults)
    assert done == asked, "what never succeeds proves nothing"
