"""Sixteen clients, every fault, and a history that holds against what is there in the end."""

from collections import Counter

import pytest

from tests.faults.injection.checker import KINDS, check, counted, succeeded
from tests.faults.injection.faults import Rates, hurry_boto3
from tests.faults.injection.fleet import Job, Part
from tests.faults.injection.projection import Projection
from tests.faults.injection.world import new_world
from tests.scale import IS_FULL, scaled

CLIENTS, AGENTS = 16, 4
SEED = 20261126
FAULTS = ("throttled", "error_before", "error_after", "timeout", "conflict", "unprocessed")
# What a run has to have reached, or it has shown nothing; a short one may miss two of them.
REACHED = {"send", "ping", "mark_read", "create", "accept", "reject", "complete", "fail", "cancel"}


@pytest.fixture(scope="module")
def loaded(engine, tmp_path_factory):
    """A world in which sixteen clients have been at work, and what they say of it."""
    world = new_world(engine, "load")
    parts = [_part(world, number) for number in range(CLIENTS)]
    strangers = tuple(f"{part.name}-stranger-{n}" for part in parts for n in range(2))
    for stranger in strangers:
        world.register(stranger)
    job = Job(world.engine.url, world.tables, SEED, Rates(), tuple(parts), strangers)
    return world, world.run(job, tmp_path_factory.mktemp("load"))


def test_nothing_acknowledged_is_lost_or_doubled_whatever_fails(loaded, figure):
    world, result = loaded
    end = world.end()
    findings = check(result.history, end)
    done, all_of_them = succeeded(result.history)

    for name, number in {**result.counts, **counted(findings)}.items():
        figure(name, number)
    figure("operations", len(result.history))
    figure("succeeded", f"{done} of {all_of_them}")
    figure("keyed retries replayed", sum(t.is_replayed for o in result.history for t in o.tries))
    figure("orders", dict(Counter(way[-1] for way in end.statuses.values())))
    assert not findings, "\n".join(f"{kind}: {sentence}" for kind, sentence in findings)
    assert counted(findings) == dict.fromkeys(KINDS, 0)
    assert done >= 0.999 * all_of_them
    assert all(result.counts.get(fault) for fault in FAULTS)
    assert len(result.history) == CLIENTS * scaled(250)
    reached = Counter(each.kind for each in result.history if each.answer)
    figure("reached", {kind: reached[kind] for kind in sorted(REACHED)})
    assert len(REACHED - set(reached)) <= (0 if IS_FULL else 2)


def test_what_the_load_did_is_counted_once_though_a_fifth_is_delivered_again(
    loaded, monkeypatch, figure
):
    world, _ = loaded
    hurry_boto3(monkeypatch.setattr)
    projection = Projection(world, SEED)

    projection.run()

    counts = projection.injector.counts
    figure("records", len(projection.records))
    figure("delivered again", f"{projection.again} of {projection.batches} batches")
    figure("invocations that failed, dead letters", (projection.failed, len(projection.letters)))
    figure("faults", dict(counts))
    assert projection.letters == []
    assert projection.counted == projection.right
    assert projection.present.items() <= projection.counted.items()
    # How many batches there are is for the load to say; a short run has few.
    assert projection.again / projection.batches == pytest.approx(0.2, abs=0.03 if IS_FULL else 0.1)
    met = [fault for fault in FAULTS if counts[fault]]
    assert len(met) >= (len(FAULTS) - 1 if IS_FULL else 1)  # It reads no batch of items.


def _part(world, number: int) -> Part:
    agent_id, is_first = f"agent-{number % AGENTS}", number < AGENTS
    if is_first:
        world.register(agent_id)
    return Part(f"c{number}", agent_id, world.keys[agent_id], is_first, scaled(250))
