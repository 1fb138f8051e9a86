"""Record the functions' calls of DynamoDB on moto, as one case for each operation.

A case has an event as from API Gateway, its answer, and each call of DynamoDB with the bytes of its
answer. Each operation runs once before it is recorded, so the agents know each other, and the
function is warm.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
EVENTS = ROOT / "events"
LAYER = ROOT / "layers" / "agent_messaging"
SENDER, RECIPIENT = "nova-agent-id", "boots-agent-id"
MESSAGES = 20  # pending messages in the inbox, with 400 bytes each


@dataclass
class Exchange:
    """One call: its request, the body of its answer, and what botocore parses from it."""

    operation: str
    request: dict[str, Any]
    body: str
    parsed: dict[str, Any]


@dataclass
class Case:
    """One operation of the API."""

    name: str
    group: str
    event: dict[str, Any]
    environment: dict[str, str]
    answer: dict[str, Any] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)

    def as_json(self) -> str:
        """Return the case as one line of JSON, for a process of another Python."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the case from JSON."""
        case = cls(**json.loads(text))
        case.exchanges = [Exchange(**exchange) for exchange in case.exchanges]  # type: ignore[arg-type]
        return case

    @property
    def wire(self) -> list[tuple[str, bytes]]:
        """Return the answers for the stub."""
        return [(exchange.operation, exchange.body.encode()) for exchange in self.exchanges]


class Run:
    """The functions on moto with two agents that are contacts."""

    def __init__(self) -> None:
        from local.in_process.host import Host  # noqa: PLC0415 - within moto, see `running`

        self.cloud = Host()
        self.keys = {agent_id: self._register(agent_id) for agent_id in (SENDER, RECIPIENT)}
        for number in range(MESSAGES):
            self.cloud.send(SENDER, RECIPIENT, subject=f"Message {number}", body="x" * 400)

    def _register(self, agent_id: str) -> dict[str, Any]:
        body = {"agent_id": agent_id, "name": agent_id.partition("-")[0].title()}
        registered = self.cloud.post("/agents/register", body=body)
        found: dict[str, Any] = registered.json
        return found

    def offer(self) -> str:
        """Create a pending order of the sender."""
        return self.cloud.offer(SENDER, RECIPIENT)

    def event(self, path: str, **parts: str) -> dict[str, Any]:
        """Return an event of `events/` with the keys of this run, and with `parts` in its path."""
        event: dict[str, Any] = json.loads((EVENTS / f"{path}.json").read_text())
        authorizer = event["requestContext"].get("authorizer", {}).get("lambda")
        key = self.keys[authorizer["agent_id"] if authorizer else SENDER]
        event["headers"]["authorization"] = f"Bearer {key['api_key']}"
        if authorizer:
            authorizer.update(key_id=key["key_id"], epoch=1)
        if parts:
            event["pathParameters"] = parts
        return event

    def record(self, name: str, group: str, event: Callable[[], dict[str, Any]]) -> Case:
        """Run an event twice, and return the second run."""
        from local.in_process.functions import TEMPLATE, app  # noqa: PLC0415
        from local.in_process.runtime import Context  # noqa: PLC0415

        module = app(group)
        module.handler(event(), Context())
        environment = next(
            function.environment
            for function in TEMPLATE.functions.values()
            if function.code.name == group
        )
        if hasattr(module, "meter"):
            module.meter.forget()  # so that the recorded run does not write
        case = Case(name, group, event(), dict(environment))
        with listening(module.client, case.exchanges):
            case.answer = module.handler(case.event, Context())
        if case.answer.get("statusCode", 200) != 200:  # noqa: PLR2004
            raise RuntimeError(f"{name}: {case.answer}")
        return case


@contextmanager
def listening(client: Any, exchanges: list[Exchange]) -> Iterator[None]:
    """Record each call of a client with its answer."""

    def asked(model: Any, params: Mapping[str, Any], **_: Any) -> None:
        exchanges.append(Exchange(model.name, json.loads(params["body"]), "", {}))

    def answered(response_dict: Mapping[str, Any], **_: Any) -> None:
        exchanges[-1].body = response_dict["body"].decode()

    def understood(parsed: dict[str, Any], **_: Any) -> None:
        exchanges[-1].parsed = dict(parsed)

    listeners = (
        ("before-call.dynamodb", asked),
        ("before-parse.dynamodb", answered),
        ("after-call.dynamodb", understood),
    )
    for event, listener in listeners:
        client.meta.events.register(event, listener)
    try:
        yield
    finally:
        for event, listener in listeners:
            client.meta.events.unregister(event, listener)


@contextmanager
def running() -> Iterator[Run]:
    """Run with an environment that has no account."""
    if str(LAYER) not in sys.path:
        sys.path.insert(0, str(LAYER))
    from moto import mock_aws  # noqa: PLC0415 - tests alone need it otherwise

    from local.in_process.environment import prepare  # noqa: PLC0415 - with the layer on the path

    prepare()
    with mock_aws():
        yield Run()


def cases() -> dict[str, Case]:
    """Return each case by its name."""
    # Drop what the functions log.
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), running() as run:
        return {case.name: case for case in recorded(run)}


def recorded(run: Run) -> Iterator[Case]:
    """Yield the cases, in the order of a typical session."""

    def respond() -> dict[str, Any]:
        return run.event("work_orders/respond_accept", work_order_id=run.offer())

    yield run.record("inbox", "messaging", lambda: run.event("messaging/inbox"))
    yield run.record("send", "messaging", lambda: run.event("messaging/send"))
    yield run.record("heartbeat", "presence", lambda: run.event("presence/heartbeat"))
    yield run.record("presence", "presence", lambda: run.event("presence/read_presence"))
    yield run.record("work-order", "work_orders", lambda: run.event("work_orders/create"))
    yield run.record("respond", "work_orders", respond)
    yield run.record("stats", "stats", lambda: run.event("stats/read_stats"))
    yield run.record("agents", "agents", lambda: run.event("agents/list_agents"))
    yield run.record("contacts", "contacts", lambda: run.event("contacts/list_contacts"))
    yield run.record("authorizer", "authorizer", lambda: run.event("authorizer/request"))
