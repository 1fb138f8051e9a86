"""What /openapi.json says is what the server does, whatever it is sent.

schemathesis makes requests out of the document, right ones and wrong ones, and holds each answer
against it: its status, its media type, its headers, its body; and none is a fault of the server.
Most of them name agents, messages and orders that exist, and come from whom they belong to, or few
would get past the first refusal.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.e2e.client import Stack
from tests.e2e.server import ROOT, free_port, running_server
from tests.engine import second_engine
from tests.faults.contract_world import World
from tests.known_values import closed
from tests.logs import JOURNAL
from tests.scale import IS_FULL, Figure

EXAMPLES = 100 if IS_FULL else 6  # of an operation, half of them right
DOCUMENT = json.loads(
    (ROOT / "layers/agent_messaging/agent_messaging/docs/openapi.json").read_text(encoding="utf-8")
)
Operation = tuple[str, str]
GROUPS: dict[str, list[Operation]] = {}
for path, methods in DOCUMENT["paths"].items():
    for method, described in methods.items():
        GROUPS.setdefault(described["tags"][0], []).append((method.upper(), path))

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Where webhooks are sent to. Nobody listens there, so nothing leaves this machine.
NOBODY = f"127.0.0.1:{free_port()}"
EXISTING, KEYLESS, INVENTED = KINDS = ("existing", "keyless", "with an invented key")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template, but for its waits: a request that waits for events looks once."""
    folder = tmp_path_factory.mktemp("no_waits")
    for name in ("functions", "layers"):
        (folder / name).symlink_to(ROOT / name)
    text = (ROOT / "template.yaml").read_text("utf-8")
    seconds = 'WAIT_SECONDS: !If [HasWaitConcurrency, "20", "2"]'
    assert text.count(seconds) == 1
    file = folder / "template.yaml"
    file.write_text(text.replace(seconds, 'WAIT_SECONDS: "0"'), "utf-8")
    return file


@pytest.fixture(scope="module")
def stack(template: Path) -> Iterator[Stack]:
    more = ("--template", str(template), "--webhooks", NOBODY)
    with second_engine() as engine, running_server("--engine", engine.url, *more) as server:
        yield Stack(server.url, is_open_mode=True)


@pytest.fixture(scope="module")
def schema(stack: Stack) -> Any:
    made = schemathesis.openapi.from_dict(closed(DOCUMENT))
    made.config.update(base_url=stack.url)
    return made


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    return World(stack, NOBODY)


def make_existing(case: Any, world: World) -> None:
    """Let the request name what exists, and come from whom it belongs to."""
    method, path = case.operation.method.upper(), case.operation.path
    caller = world.caller(method, path)
    existing = world.parameters(method, path, caller)
    case.path_parameters = {**(case.path_parameters or {}), **existing}
    names = {each.name for each in case.operation.query}
    case.headers["Authorization"] = f"Bearer {caller.api_key}"
    for name in names & {"agent_id", "from_agent_id"}:
        case.query = {**(case.query or {}), name: caller.agent_id}
    case.body = world.body(path, case.body, caller)


def ask(schema: Any, world: World, method: str, path: str) -> list[int]:
    """Asks one operation again and again: the statuses of its answers, each as documented."""
    operation = schema[path][method]
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    return [
        *ask_with(right, world, [EXISTING], EXAMPLES // 2),
        *ask_with(st.one_of(wrong, right), world, KINDS, EXAMPLES - EXAMPLES // 2),
    ]


def ask_with(
    cases: st.SearchStrategy[Any], world: World, kinds: Sequence[str], examples: int
) -> list[int]:
    """Asks so many of the cases, as one of the kinds."""
    statuses: list[int] = []

    # Beside each case a number: or a request that has nothing to choose would be made once.
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, kind=st.sampled_from(kinds), number=st.integers())
    def ask_once(case: Any, kind: str, number: int) -> None:
        if kind == EXISTING:
            make_existing(case, world)
        elif kind == KEYLESS:
            case.headers.pop("Authorization", None)
        JOURNAL.sent(case.body if isinstance(case.body, dict | list | str | bytes) else None)
        response = case.call()
        JOURNAL.answered(response.text)
        statuses.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    ask_once()
    return statuses


@pytest.mark.parametrize("group", GROUPS)
def test_every_operation_answers_as_documented(
    schema: Any, world: World, figure: Figure, group: str
):
    asked = {operation: ask(schema, world, *operation) for operation in GROUPS[group]}

    figure(f"{group}, examples of {len(asked)} operations", sum(map(len, asked.values())))
    assert min(map(len, asked.values())) >= EXAMPLES
    # Or it has shown little.
    never = {each: Counter(statuses) for each, statuses in asked.items() if min(statuses) >= 300}
    assert not never
