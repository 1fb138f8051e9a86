"""A registration or a new key, with every one of its calls to DynamoDB going wrong in turn.

The client asks until it has an answer, as /llms.txt says. In the end it holds a key that writes,
there is as much of everything as without a fault, and nobody is locked out.
"""

import itertools
from dataclasses import dataclass

import pytest
from botocore.retries.quota import RetryQuota

from agent_messaging import clock
from agent_messaging.agents.keys import issue
from tests.faults.injection.faults import Injector, hurry_boto3
from tests.faults.injection.instance import Instance
from tests.faults.injection.script import Script
from tests.faults.injection.test_ambiguous_writes import STORIES
from tests.faults.injection.world import World, new_world
from tests.logs import JOURNAL
from tests.scale import IS_FULL

KEYS = "/agents/me/keys"
KINDS = {
    "register": ("/agents/register", {}),
    "register an id": ("/agents/register", {"agent_id": "{agent}"}),
    "one more key": (KEYS, {}),
    "the only key": (KEYS, {"revoke_others": True}),
    "the only key, shown": (KEYS, {"revoke_others": True}),
}
COUNTED = ("AgentsTable", "AgentKeysTable", "AgentDirectoryTable")


@dataclass
class Stage:
    """A world, and beside its own instance one in which a script decides."""

    world: World
    faulty: Instance
    numbers: "itertools.count[int]"

    def play(self, kind: str, script: Script) -> tuple[list[int], list[int]]:
        """The statuses of all tries until there is an answer; and what it changed."""
        path, body = KINDS[kind]
        agent = f"agent-{next(self.numbers)}"
        key, made = None, issue(clock.now())
        self.world.forget_registrations()
        if path == KEYS:
            self.world.register(agent)
            key = self.world.keys[agent]
        body = {name: agent if value == "{agent}" else value for name, value in body.items()}
        body |= {} if kind.endswith("shown") else {"key_hash": made[1].key_hash}
        body |= {} if path == KEYS else {"name": "Same"}
        before = [self.world.count(table) for table in COUNTED]
        self.faulty.injector.decide = script
        self.faulty.remembered.clear()
        self.faulty.forget_units()
        statuses: list[int] = []
        while not statuses or statuses[-1] >= 500:
            answer = self.faulty.call("POST", path, {}, body, api_key=key)
            statuses.append(answer.status)
            if answer.status == 401:  # The calling key has ended: the one that was brought lives.
                key = made[0]
        JOURNAL.answered(answer.text)
        self.faulty.injector.decide = lambda _: None
        new = made[0] if answer.status == 401 else answer.json["api_key"] or made[0]
        beat = self.faulty.call("POST", "/messaging/heartbeat", {}, api_key=new)
        assert beat.status == 200, (kind, statuses, beat.text)
        changed = zip(before, map(self.world.count, COUNTED), strict=True)
        return statuses, [later - then for then, later in changed]


@pytest.fixture(scope="module")
def stage(engine):
    world = new_world(engine, "ambiguous-keys")
    faulty = Instance(engine.url, world.tables, Injector(lambda _: None))
    return Stage(world, faulty, itertools.count())


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr("agent_messaging.storage.table.FIRST_WAIT_SECONDS", 0)
    hurry_boto3(monkeypatch.setattr)
    monkeypatch.setattr(RetryQuota, "acquire", lambda self, amount: True)


@pytest.mark.parametrize("kind", KINDS)
def test_whichever_call_goes_wrong_nothing_is_doubled_and_nobody_locked_out(stage, kind, figure):
    plain = Script()
    statuses, once = stage.play(kind, plain)
    assert statuses == [201]
    cases = list(itertools.product(range(len(plain.operations)), range(len(STORIES))))
    # In a short run each call goes wrong in one way, and the ways take turns.
    chosen = [case for case in cases if IS_FULL or sum(case) % len(STORIES) == 0]
    for at, story in ((at, tuple(STORIES)[number]) for at, number in chosen):
        script = Script(at, STORIES[story])
        statuses, effects = stage.play(kind, script)
        told = f"call {at} of {plain.operations} was {story}: {statuses}"
        has_ended = kind == "the only key" and statuses in ([500, 401], [503, 401])
        assert statuses[-1] == 201 or has_ended, told
        assert effects == once, told
        assert script.is_played, told
    figure(kind, f"{len(chosen)} of {len(cases)} calls and stories")
