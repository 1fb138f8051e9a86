"""`make demo SWARM=1`, played in this process: a clock that the test moves, and no real workers."""

import re
from collections.abc import Callable, Iterator

import pytest

from local.clock import MovableClock
from local.demo_api import BOOTS, NOVA, Answer, DemoError, RefusedError, full
from local.demo_swarm import LEASE_SECONDS, NAMES, run
from local.demo_swarm_stage import Stage
from local.demo_worker import WORK_SECONDS, Worker
from local.in_process.time import stopped_clock
from tests.integration.cloud import Cloud

LOOK_SECONDS = 5


class Direct:
    """The demo's API without a server between."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def call(self, method: str, path: str, query: dict, body: Answer | None = None) -> Answer:
        answer = self.cloud.call(method, f"/{full(path)}", query, body)
        if answer.status >= 400:
            raise RefusedError(answer.text, answer.status, answer.json["code"])
        return answer.json


class Crew:
    """The workers, of which each takes its next step when the time for it has come."""

    def __init__(self, cloud: Cloud, time: MovableClock) -> None:
        self.api, self.time = Direct(cloud), time
        self.work_seconds = WORK_SECONDS
        self.working: dict[str, tuple[float, Iterator[float]]] = {}

    def now(self) -> float:
        return self.time.now().timestamp()

    def start(self, agent_id: str, capability: str) -> int:
        worker = Worker(self.api, agent_id, capability, self.work_seconds)
        self.working[agent_id] = (self.now(), worker.run())
        return len(self.working)

    def kill(self, agent_id: str) -> int:
        del self.working[agent_id]
        return len(self.working)

    def require_running(self) -> None:
        """All that were not killed are."""

    def stop(self) -> None:
        self.working.clear()

    def sleep(self, seconds: float) -> None:
        """Let the others work. A slow machine also sleeps longer than asked."""
        self.time.advance(seconds=LOOK_SECONDS)
        for agent_id, (due, steps) in list(self.working.items()):
            if due <= self.now():
                self.working[agent_id] = (self.now() + next(steps), steps)


@pytest.fixture
def crew(cloud: Cloud) -> Iterator[Crew]:
    with stopped_clock() as time:
        for agent_id, name in ((NOVA, "Nova"), (BOOTS, "Boots")):
            cloud.register(agent_id, name=name)
        yield Crew(cloud, time)


@pytest.fixture
def stage(crew: Crew) -> Stage:
    return Stage(crew.api, crew, crew.now, crew.sleep)


def agents(stage: Stage) -> list[str]:
    found = stage.call(NOVA, "GET", "agents")["agents"]
    return [each["name"] for each in found]


def statuses(stage: Stage) -> list[str]:
    """Those of Nova's order and of its parts."""
    order = stage.call(NOVA, "GET", f"work-order/{stage.order}")
    parts = stage.call(NOVA, "GET", f"work-order/{stage.order}/children")["work_orders"]
    return [each["status"] for each in (order, *parts)]


def test_a_worker_dies_and_another_one_takes_over_its_part(
    crew: Crew, stage: Stage, capsys: pytest.CaptureFixture[str]
):
    began = crew.now()
    run(stage)

    printed = capsys.readouterr().out
    dead, taker, part = re.findall(r"(\w+) died, and (\w+) took over (\w+)\.$", printed, re.M)[0]
    told = re.findall(rf"^ *[\d.]+ s  (.*\b{part}\b.*)$", printed, re.MULTILINE)
    beginning, end = told[1:3], told[-6:-1]
    assert {dead, taker} < set(NAMES)
    assert beginning == [
        f"{dead} claims {part}. Its lease is 60 s.",
        f"Process 2 is killed, so {dead} cannot complete {part}.",
    ]
    assert end == [
        f"The lease for {part} has ended. The part is offered to the other workers again.",
        f"{taker} claims {part}. Its lease is 60 s.",
        f"{taker} reports that {part} is 50 % done. Its lease starts again.",
        f"{taker} completes {part}.",
        f"The history of {part}: create (Boots), claim ({dead}), reopen (the server), "
        f"claim ({taker}), complete ({taker}).",
    ]
    assert f"A late result of {dead} is refused: 409 excluded.\n" in printed
    assert statuses(stage) == ["completed"] * 5
    assert LEASE_SECONDS < crew.now() - began < 2 * LEASE_SECONDS
    require_nothing_left(crew, stage)


def require_nothing_left(crew: Crew, stage: Stage) -> None:
    """No worker runs, and only those agents are left that the demo did not register."""
    assert crew.working == {}
    assert agents(stage) == ["Boots", "Nova"]


def test_a_worker_that_is_too_slow_to_get_a_part_is_not_waited_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    claims, kill, slow = Worker._claims, stage.workers.kill, ["Cleo"]

    def claims_unless_slow(worker: Worker, order_id: str) -> bool:
        return stage.names[worker.agent_id] not in slow and claims(worker, order_id)

    def kill_and_go_on(agent_id: str) -> int:
        slow.clear()
        return kill(agent_id)

    monkeypatch.setattr(Worker, "_claims", claims_unless_slow)
    monkeypatch.setattr(stage.workers, "kill", kill_and_go_on)
    run(stage)
    assert statuses(stage) == ["completed"] * 5


def never(crew: Crew, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers get no order."""
    monkeypatch.setattr(Worker, "_claims", lambda *_: False)


def without_takers(crew: Crew, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """All workers die, and not only one."""
    monkeypatch.setattr(crew, "kill", lambda _: crew.working.clear())


def too_late(crew: Crew, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker completes its part before it is killed."""
    monkeypatch.setattr(crew, "kill", lambda _: [crew.sleep(LOOK_SECONDS) for _ in range(3)])


def cancelled(crew: Crew, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Boots cancels a part that a worker is about to complete."""

    def kill(_: str) -> None:
        first = next(iter(stage.parts))
        stage.call(BOOTS, "POST", f"work-order/{first}/cancel", {})

    monkeypatch.setattr(crew, "kill", kill)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (never, "the workers should have claimed the parts, but after 30 seconds this is not so"),
        (
            without_takers,
            "the four parts should be completed, but after 120 seconds this is not so",
        ),
        (too_late, "was killed too late: its part is completed"),
        (cancelled, "should be completed, but is cancelled"),
    ],
)
def test_what_does_not_happen_ends_it_and_nothing_is_left(
    crew: Crew, stage: Stage, monkeypatch: pytest.MonkeyPatch, fault: Callable, told: str
):
    fault(crew, stage, monkeypatch)
    with pytest.raises(DemoError, match=told):
        run(stage)
    assert statuses(stage)[0] == "cancelled"
    assert set(statuses(stage)) <= {"cancelled", "completed"}
    require_nothing_left(crew, stage)
