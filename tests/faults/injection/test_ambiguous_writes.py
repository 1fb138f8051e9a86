"""Every write, with every one of its calls to DynamoDB going wrong in turn: it happens once.

lost            the call happens, its answer does not arrive; boto3 asks again
lost for good   so do all that boto3 asks: the caller gets a 500, and tries again with its key
cut for good    it happens, and half of the answer arrives, however often boto3 asks: the same
lost, collided  and what boto3 asks then collides with another transaction
collided twice  and what the function asks then collides once more
lost, throttled the same, throttled
"""

import itertools
from dataclasses import dataclass, field

import pytest
from botocore.retries.quota import RetryQuota

from tests.faults.injection.faults import Injector, hurry_boto3
from tests.faults.injection.instance import Instance
from tests.faults.injection.script import Script
from tests.faults.injection.world import World, new_world
from tests.scale import IS_FULL

KEYED = {
    "ping": ("POST", "/messaging/ping", {"to_agent_id": "{worker}", "message": "{mark}"}),
    "send": ("POST", "/messaging/send", {"to_agent_id": "{worker}", "body": "{mark}"}),
    "ask a stranger": ("POST", "/messaging/send", {"to_agent_id": "{shy}", "body": "{mark}"}),
    "create": (
        "POST",
        "/messaging/work-order",
        {"to_agent_id": "{worker}", "title": "{mark}", "description": "{mark}"},
    ),
    "offer to candidates": (
        "POST",
        "/messaging/work-order",
        {"to_capability": "estimation", "title": "{mark}", "description": "{mark}"},
    ),
    "claim": ("POST", "/messaging/work-order/{pooled}/claim", {}),
    "bid": ("POST", "/messaging/work-order/{auctioned}/bid", {"note": "{mark}"}),
    "award": ("POST", "/messaging/work-order/{auctioned}/award", {"bid_id": "{bid}"}),
    "split": (
        "POST",
        "/messaging/work-order",
        {
            "to_agent_id": "client",
            "title": "{mark}",
            "description": "{mark}",
            "parent_id": "{accepted}",
            "depends_on": ["{sibling}"],
            "budget_usd": 1,
        },
    ),
    "accept": ("POST", "/messaging/work-order/{pending}/respond", {"action": "accept"}),
    "reject": ("POST", "/messaging/work-order/{pending}/respond", {"action": "reject"}),
    "withdraw": ("POST", "/messaging/work-order/{pending}/cancel", {"reason": "{mark}"}),
    "complete": ("POST", "/messaging/work-order/{accepted}/complete", {"summary": "{mark}"}),
    "fail": ("POST", "/messaging/work-order/{accepted}/fail", {"reason": "{mark}"}),
    "cancel": ("POST", "/messaging/work-order/{accepted}/cancel", {"reason": "{mark}"}),
    "progress": ("POST", "/messaging/work-order/{accepted}/progress", {"note": "{mark}"}),
    "ask": ("POST", "/messaging/work-order/{accepted}/ask", {"question": "{mark}"}),
    "answer": ("POST", "/messaging/work-order/{asked}/answer", {"answer": "{mark}"}),
}
# They say the same when they are repeated.
REPEATED = {
    "mark-read": ("POST", "/messaging/mark-read/{message}", None),
    "mark many read": ("POST", "/messaging/mark-read", {"message_ids": ["{message}"]}),
    "heartbeat": ("POST", "/messaging/heartbeat", None),
    "presence": ("PUT", "/messaging/presence", {"status_message": "{mark}"}),
    "offline": ("DELETE", "/messaging/presence", None),
    "allow": ("PUT", "/messaging/contacts/{worker}", {"state": "allowed"}),
    "forget": ("DELETE", "/messaging/contacts/{worker}", None),
    "profile": ("PATCH", "/agents/me", {"description": "{mark}"}),
}
UNKEYED = ("send", "create", "accept", "complete", "claim", "bid", "award")
# Without a key only boto3 can ask again; what it resolves is resolved.
WITHOUT_KEY = {f"{name}, no key": KEYED[name] for name in UNKEYED}
WRITES = KEYED | REPEATED | WITHOUT_KEY
OF_WORKER = (
    *("accept", "reject", "complete", "fail", "progress", "ask", "claim", "bid", "split"),
    *("mark-read", "mark many read"),
)
STORIES = {
    "lost": ("timeout",),
    "lost for good": ("error_after",) * 3,
    "cut for good": ("cut",) * 3,
    "lost, collided": ("timeout", "conflict"),
    "collided twice": ("timeout", "conflict", "conflict"),
    "lost, throttled": ("timeout", "throttled", "throttled"),
}


@dataclass
class Stage:
    """A world, and beside its own instance one in which a script decides."""

    world: World
    faulty: Instance
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def set_up(self, needed: str) -> dict[str, str]:
        """New ids for what is `needed`; agents are new where they have to be strangers."""
        mark = f"mark {next(self.numbers)}"
        ids = {"client": "client", "worker": "worker", "shy": "shy", "mark": mark}
        if "{shy}" in needed:
            ids["client"] = mark.replace(" ", "-")
            self.world.register(ids["client"])
        if "contacts/{worker}" in needed:
            self.world.call("client", "PUT", "/messaging/contacts/worker", {"state": "blocked"})
        if "{message" in needed:
            sent = {"to_agent_id": "worker", "body": mark}
            ids["message"] = self.world.call("client", "POST", "/messaging/send", sent)[
                "message_id"
            ]
        if "{pooled" in needed or "{auctioned" in needed:
            ids |= self._offer_to_candidates(needed, mark)
        is_accepted = "{accepted" in needed or "{asked" in needed
        if "{pending" in needed or is_accepted:
            order_id = self.world.offer("client", "worker")
            ids |= dict.fromkeys(("pending", "accepted", "asked"), order_id)
        if is_accepted:
            path = f"/messaging/work-order/{ids['accepted']}/respond"
            self.world.call("worker", "POST", path, {"action": "accept"})
        if "{asked" in needed:
            path = f"/messaging/work-order/{ids['asked']}/ask"
            self.world.call("worker", "POST", path, {"question": "How?"})
        if "{sibling" in needed:
            part = {"to_agent_id": "client", "title": mark, "description": mark}
            part["parent_id"] = ids["accepted"]
            sibling = self.world.call("worker", "POST", "/messaging/work-order", part)
            ids["sibling"] = sibling["work_order_id"]
        return ids

    def _offer_to_candidates(self, needed: str, mark: str) -> dict[str, str]:
        """The id of an order for candidates, and of the worker's bid on it if that is needed."""
        until = {"bids_by": "2099-01-01T00:00:00Z"} if "{auctioned" in needed else {}
        body = {"to_capability": "estimation", "title": mark, "description": mark, **until}
        order = self.world.call("client", "POST", "/messaging/work-order", body)["work_order_id"]
        ids = {"pooled": order, "auctioned": order}
        if "{bid" in needed:
            path = f"/messaging/work-order/{order}/bid"
            ids["bid"] = self.world.call("worker", "POST", path, {})["bid_id"]
        return ids

    def effects(self) -> list[int]:
        """How many items there are of each kind that is counted, and what the worker counts."""
        worker = self.world.read("AgentsTable", agent_id="worker")
        jobs = [int(worker.get(name, 0)) for name in ("active_jobs", "completed_jobs")]
        return [*map(self.world.count, COUNTED), *jobs]

    def play(self, name: str, script: Script) -> tuple[list[int], list[int]]:
        """The statuses of all tries until there is an answer; and what it changed."""
        method, path, body = WRITES[name]
        ids = self.set_up(f"{path} {body}")
        self.world.forget_sent()
        before = self.effects()
        caller = ids["worker" if name.removesuffix(", no key") in OF_WORKER else "client"]
        self.faulty.injector.decide = script
        self.faulty.remembered.clear()
        self.faulty.forget_units()
        query = {"from_agent_id" if path in FROM else "agent_id": caller}
        sending = {
            "api_key": self.world.keys[caller],
            "key": ids["mark"] if name in KEYED else None,
        }
        statuses: list[int] = []
        while not statuses or statuses[-1] >= 500:
            answer = self.faulty.call(
                method, path.format(**ids), query, filled(body, ids), **sending
            )
            statuses.append(answer.status)
        changes = zip(before, self.effects(), strict=True)
        return statuses, [later - then for then, later in changes]


# Which boto3 and the functions resolve by themselves.
BY_BOTO3 = ("lost", "lost, collided", "collided twice")
# Tables that hold an item for each effect. What counts against a limit may be counted twice.
COUNTED = (
    "AgentMessagesTable",
    "WorkOrdersTable",
    "ContactsTable",
    "IdempotencyTable",
    "AgentOutboxTable",
)
FROM = ("/messaging/ping", "/messaging/send", "/messaging/work-order")


def filled(value: object, ids: dict[str, str]) -> object:
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return value.format(**ids) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def stage(engine):
    world = new_world(engine, "ambiguous")
    for agent_id in ("client", "worker", "shy"):
        world.register(agent_id, most=100)
    world.call("worker", "PATCH", "/agents/me", {"capabilities": ["estimation"]})
    world.call("shy", "PATCH", "/agents/me", {"contact_policy": "approved"})
    return Stage(world, Instance(engine.url, world.tables, Injector(lambda _: None)))


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr("agent_messaging.storage.table.FIRST_WAIT_SECONDS", 0)
    hurry_boto3(monkeypatch.setattr)
    # A client repeats some forty calls that fail, then none: so many it never meets in a row.
    monkeypatch.setattr(RetryQuota, "acquire", lambda self, amount: True)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_happens_once_whichever_of_its_calls_goes_wrong(stage, name, figure):
    stage.play(name, Script())  # Who writes to an agent for the first time makes it a contact.
    plain = Script()
    statuses, once = stage.play(name, plain)
    assert statuses == [200]
    stories = BY_BOTO3 if name in WITHOUT_KEY else STORIES
    cases = list(itertools.product(range(len(plain.operations)), range(len(stories))))
    # In a short run each call goes wrong in one way, and the ways take turns.
    turn = len(stories)
    chosen = cases if IS_FULL else [case for case in cases if (sum(case) + len(name)) % turn == 0]
    for at, story in ((at, tuple(stories)[number]) for at, number in chosen):
        script = Script(at, STORIES[story])
        statuses, effects = stage.play(name, script)
        told = f"call {at} of {plain.operations} was {story}: {statuses}"
        assert statuses[-1] == 200 or is_gone(name, statuses), told
        assert effects == once, told
        assert script.is_played, told
        assert len(script.operations) > len(plain.operations), told
    figure(name, f"{len(chosen)} of {len(cases)} calls and stories")


def is_gone(name, statuses):
    """Whether it is said of a deletion, asked for again, that there is nothing any more."""
    return name == "forget" and statuses in ([500, 404], [503, 404])
