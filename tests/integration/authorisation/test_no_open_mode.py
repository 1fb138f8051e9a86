"""Open mode cannot be deployed: no authorizer says it, no parameter of the template brings it."""

import ast
import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent_messaging.agents.keys import key_hash
from local.cloudformation import TemplateError, parse
from local.in_process.functions import app
from local.in_process.runtime import Context
from local.template import TEMPLATE, Template, load
from tests.integration.authorisation.gateway import outcome
from tests.integration.authorisation.rules import FORBIDDEN, UNAUTHORIZED
from tests.integration.authorisation.world import World

ROOT = TEMPLATE.parent
LAYER = ROOT / "layers" / "agent_messaging" / "agent_messaging"
SOURCES = sorted([*LAYER.rglob("*.py"), *(ROOT / "functions").rglob("*.py")])
DOOR = [LAYER / "auth.py", *sorted((LAYER / "door").glob("*.py"))]

DOCUMENT = parse(TEMPLATE.read_text(encoding="utf-8"), TEMPLATE.name)
# Parameters whose values are neither listed nor bounded.
EXAMPLES = {
    "StatsSchedule": ["rate(1 minute)", "rate(5 minutes)"],
    "SweepSchedule": ["rate(1 minute)", "rate(5 minutes)"],
    "AlarmEmail": ["", "ops@example.com"],
    "DomainName": ["", "agents.example.com"],
    "CertificateArn": ["", "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"],
    "HostedZoneId": ["", "Z0123456789ABC"],
    "CorsOrigins": ["", "*"],
    "SigningKeyArn": [
        "",
        "arn:aws:kms:us-east-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef",
    ],
}


def extremes(name: str) -> list[str]:
    parameter: dict[str, Any] = DOCUMENT["Parameters"][name]
    listed = parameter.get("AllowedValues", [])
    bounds = [parameter[name] for name in ("MinValue", "MaxValue") if name in parameter]
    return [str(value) for value in listed or bounds or EXAMPLES[name]]


VALUES = [(name, value) for name in DOCUMENT["Parameters"] for value in extremes(name)]


def test_the_authorizer_never_speaks_of_a_mode_whatever_is_stored_or_sent(world: World):
    key = world.rings["nova"].live
    item = world.cloud.read("AgentKeysTable", key_hash=key_hash(key))
    lies = {"mode": "open", "lambda": {"mode": "open"}, "isAuthorized": True, "context": {}}
    world.cloud.write("AgentKeysTable", {**item, **lies})
    headers = {"authorization": f"Bearer {key}", "mode": "open", "x-auth-mode": "open"}
    sent = {"headers": headers, "queryStringParameters": {"mode": "open"}, "mode": "open"}
    answer = app("authorizer").handler(sent, Context())
    assert answer["isAuthorized"] is True
    assert set(answer["context"]) == {"agent_id", "key_id", "epoch"}
    answer = app("authorizer").handler({**sent, "headers": {"mode": "open"}}, Context())
    assert answer == {"isAuthorized": False}


def test_who_asks_for_open_mode_is_not_let_in(world: World):
    for headers in ({"mode": "open"}, {"x_auth_mode": "open"}, {"cookie": "mode=open"}):
        answer = world.gateway.call("GET", "/agents/me", "agent_id=nova", **headers)
        assert outcome(answer) == UNAUTHORIZED
    for header in ("open", "Bearer open", "mode=open"):
        answer = world.gateway.call("GET", "/agents/me", "agent_id=nova", authorization=header)
        assert outcome(answer) == FORBIDDEN


def test_every_parameter_is_tried():
    assert {name for name, _ in VALUES} == set(DOCUMENT["Parameters"])
    assert len(VALUES) >= 2 * len(DOCUMENT["Parameters"])


def tied(name: str) -> list[str]:
    """The parameters that a rule ties to this one."""
    rules = [json.dumps(rule) for rule in DOCUMENT.get("Rules", {}).values()]
    refs = {each: json.dumps({"Ref": each}) for each in DOCUMENT["Parameters"] if each != name}
    own = json.dumps({"Ref": name})
    return [
        each for each, ref in refs.items() if any(own in rule and ref in rule for rule in rules)
    ]


def permitted(name: str, value: str) -> Template:
    """The template with this value, and with others where a rule asks for them."""
    with contextlib.suppress(TemplateError):
        return load(parameters={name: value})
    others = tied(name)
    for values in itertools.product(*(extremes(other) for other in others)):
        with contextlib.suppress(TemplateError):
            return load(parameters={name: value, **dict(zip(others, values, strict=True))})
    pytest.fail(f"no rule permits {name}={value}")


def test_no_parameter_changes_what_stands_before_a_route():
    routes = load().routes
    for name, value in VALUES:
        assert permitted(name, value).routes == routes, (name, value)


def references(node: Any) -> Iterator[str]:
    """What a part of the template refers to, in whatever way."""
    if isinstance(node, dict):
        for key, part in node.items():
            if key in {"Ref", "Condition", "Fn::If"} or key.startswith("Fn::"):
                yield json.dumps(part)
            yield from references(part)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


def test_nothing_that_closes_a_route_depends_on_a_parameter_or_a_condition():
    """So no value that nobody thought of can open one either."""
    resources = DOCUMENT["Resources"]
    api = resources["MessagingApi"]
    assert "Condition" not in api
    found = list(references(api["Properties"]["Auth"]))
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            assert "Condition" not in resource, name
            for event in resource["Properties"].get("Events", {}).values():
                if event["Type"] == "HttpApi":
                    found += references(event)
    assert set(found) == {'"MessagingApi"', '"${AuthorizerFunction.Arn}:live"'}


@pytest.mark.parametrize("path", DOOR, ids=lambda path: path.name)
def test_the_door_reads_nothing_of_its_environment(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) for alias in getattr(node, "names", [])}
    assert not imported & {"os", "environ", "getenv", "sys"}
    names = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(tree)}
    assert not names & {"os", "environ", "getenv", "environb"}


def constants(path: Path) -> Iterator[ast.Constant]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Constant))


@pytest.mark.parametrize(
    ("word", "where"),
    [
        # app.py and front.py of the open pages show the mode, and serve the same to everybody.
        # connection.py: how botocore tries again.
        ("mode", {"auth.py": 1, "connection.py": 1, "app.py": 1, "front.py": 1}),
        ("authorizer", {"auth.py": 1, "app.py": 1}),
        ("lambda", {"auth.py": 1, "app.py": 1}),
    ],
)
def test_who_calls_is_read_in_one_place(word: str, where: dict[str, int]):
    found: dict[str, int] = {}
    for path in SOURCES:
        for constant in constants(path):
            if constant.value == word:
                found[path.name] = found.get(path.name, 0) + 1
    assert found == where
