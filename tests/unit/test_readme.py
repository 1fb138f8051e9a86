"""README is held to what it says: its table of calls, its links, its commands, the user's card."""

import re
import tomllib
from pathlib import Path

from agent_messaging.errors import AgentMessagingError
from local import cloudformation
from local.template import load

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CARD = ("aws-lambda-powertools", "boto3", "pydantic", "moto", "pytest", "aws-sam-cli")


def test_the_table_of_calls_is_the_templates_routes() -> None:
    rows = re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^`]*)` \|", README, re.MULTILINE)
    at_root = {"/health", "/docs", "/openapi.json", "/llms.txt"}

    told = {(method, path if path in at_root else f"/api/v1{path}") for method, path in rows}

    assert told == {(route.method, route.path) for route in load().routes}


def refusals(kind: type[AgentMessagingError] = AgentMessagingError) -> set[tuple[str, str]]:
    own = {(str(kind.status), kind.code)} if hasattr(kind, "code") else set()
    return own.union(*(refusals(each) for each in kind.__subclasses__()))


def test_whoever_may_not_is_refused_as_the_table_says() -> None:
    told = set(re.findall(r"\b([45]\d\d) `([a-z_]+)`", README))

    assert len(told) >= 9
    assert told <= refusals()


def test_the_table_of_parameters_is_of_the_templates_and_has_their_defaults() -> None:
    text = (ROOT / "template.yaml").read_text()
    parameters = cloudformation.parse(text, "template.yaml")["Parameters"]
    (section,) = re.findall(r"^\| parameter \|.*?\n\n", README, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `(\w+)` \|.*\| `(\w+)` \|$", section, re.MULTILINE)

    assert {"RegistrationMode", "MessagesPerSender", "ReservedConcurrency"} <= dict(rows).keys()
    assert dict(rows) == {name: str(parameters[name]["Default"]) for name, _ in rows}


def test_the_limits_are_those_of_the_template() -> None:
    parameters = cloudformation.parse((ROOT / "template.yaml").read_text(), "template.yaml")
    for name in ("MessagesPerSender", "MessagesPerPair"):
        assert f"{parameters['Parameters'][name]['Default']:,}" in README


def test_every_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_section_that_is_linked_exists() -> None:
    titles = re.findall(r"^## (.+)$", README, re.MULTILINE)
    places = {title.lower().replace(" ", "-") for title in titles}

    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= places


def test_every_make_target_that_is_named_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z0-9-]+)\b(?!`? alone)", README))
    makefile = (ROOT / "Makefile").read_text()
    rules = re.findall(r"^([a-z0-9-]+(?: [a-z0-9-]+)*):", makefile, re.MULTILINE)
    targets = set(" ".join(rules).split())

    assert {"run", "test", "demo", "lint", "build", "e2e"} <= named
    assert named <= targets


def test_the_six_packages_of_the_card_are_declared() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    named = {
        package: groups[group]
        for group, packages in re.findall(r"[Gg]roup `(\w+)`:\s([^.]+)\.", README)
        for package in re.findall(r"`([\w-]+)`", packages)
    }

    assert set(named) == set(CARD)
    for package, group in named.items():
        pins = [pin for pin in group if isinstance(pin, str)]
        assert any(re.fullmatch(rf"{package}(\[[a-z]+\])?==[\d.]+", pin) for pin in pins), package
