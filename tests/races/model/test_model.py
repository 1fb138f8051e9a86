"""Whatever agents do, the API answers what a plain model of it says: fifty steps, many times over.

The runs are the same with every commit. `MODEL_SEED=<number>` draws others.
"""

from __future__ import annotations

import itertools
import os

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.races.model.being import Being
from tests.races.model.bench import STEPS, Bench, Tally
from tests.races.model.reading import Reading
from tests.races.model.working import Working
from tests.races.model.writing import Writing
from tests.scale import IS_FULL, Figure, scaled

SEED = int(os.environ.get("MODEL_SEED", "4"))
# With every commit one batch, and more where it has not reached enough.
RUNS, MOST_RUNS, REACHED = 200 if IS_FULL else 9, scaled(200), scaled(50)
# Hypothesis begins with the simplest run there is, twice, and from its twelfth run on it varies
# each that it draws five times over. So runs come in batches; the first two of each do not count.
ALIKE, BATCH = 2, 11

TRANSITIONS = [
    ("pending", "accepted"),
    ("pending", "rejected"),
    ("pending", "cancelled"),
    ("pending", "expired"),
    ("accepted", "completed"),
    ("accepted", "failed"),
    ("accepted", "cancelled"),
    ("accepted", "input_required"),
    ("input_required", "accepted"),
    ("input_required", "completed"),
    ("input_required", "failed"),
    ("input_required", "cancelled"),
]
REFUSALS = [
    "agent_busy",
    "agent_not_found",
    "at_capacity",
    "contact_not_found",
    "contact_pending",
    "contact_refused",
    "contact_required",
    "idempotency_key_reused",
    "illegal_transition",
    "invalid",
    "key_revoked",
    "message_not_found",
    "thread_not_found",
    "work_order_not_found",
    "worker_unavailable",
    "wrong_role",
]


class Everything(Reading, Writing, Being, Working):
    """All the rules."""


@pytest.fixture
def bench(repaired_moto: None, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench(Cloud())
    monkeypatch.setattr(clock, "now", lambda: bench.now)
    return bench


def run_batch(bench: Bench, number: int, size: int, caplog: pytest.LogCaptureFixture) -> None:
    """Some runs, the same for the same number; a divergence ends them, and is made short."""
    begun = itertools.count()

    @seed(number)
    def machine() -> Everything:
        bench.is_counting = next(begun) >= ALIKE
        caplog.clear()  # A report shows the lines of the run that failed alone.
        return Everything(bench)

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=size,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def runs_wanted(tally: Tally) -> int:
    """How many runs are enough, after what was reached so far."""
    often = [tally.replays, *(tally.transitions[each] for each in TRANSITIONS)]
    is_enough = tally.runs < RUNS or min(often) >= REACHED
    return RUNS if is_enough else MOST_RUNS


def test_the_api_does_what_the_plain_model_does(
    bench: Bench, figure: Figure, caplog: pytest.LogCaptureFixture
):
    for number in itertools.count(SEED * 1000):
        missing = runs_wanted(bench.total) - bench.total.runs
        if missing <= 0:
            break
        run_batch(bench, number, min(BATCH, ALIKE + missing), caplog)
    tally = bench.total
    figure("seed", SEED)
    figure("runs without a divergence", f"{tally.runs}, {tally.steps} steps, {tally.calls} calls")
    for was, became in TRANSITIONS:
        figure(f"{was} -> {became}", tally.transitions[was, became])
    figure("refusals", dict(sorted(tally.refusals.items())))
    figure("replays", tally.replays)

    assert tally.steps == tally.runs * STEPS
    assert set(tally.transitions) == set(TRANSITIONS)
    assert min(tally.transitions.values()) >= REACHED
    assert set(tally.refusals) <= set(REFUSALS)
    assert not IS_FULL or set(tally.refusals) == set(REFUSALS)
    assert tally.replays >= REACHED
