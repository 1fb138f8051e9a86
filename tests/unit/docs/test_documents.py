"""README and docs/ name only what exists: files, sections, commands, routes, errors."""

import re
import tomllib
from pathlib import Path

import pytest

from agent_messaging.docs.pages import PAGES as OPEN_PAGES
from agent_messaging.door.route import WELL_KNOWN
from agent_messaging.errors import AgentMessagingError
from local import cloudformation
from local.template import load

ROOT = Path(__file__).parents[3]
PAGES = {path.name: path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
TEXTS = {name: path.read_text("utf-8") for name, path in PAGES.items()}
CARD = ("aws-lambda-powertools", "boto3", "pydantic", "moto", "pytest", "aws-sam-cli")
EACH_PAGE = pytest.mark.parametrize("name", PAGES)


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def sections(name: str) -> list[str]:
    """The anchors that GitHub makes of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", without_code(TEXTS[name]), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def links(name: str) -> list[tuple[str, str]]:
    """The file and the section of each link within the project; no file is the page itself."""
    found = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", without_code(TEXTS[name]))
    return [(file, section) for file, section in found]


def test_there_is_a_page_for_each_purpose():
    wanted = ("api", "guarantees", "security", "costs", "deploying", "operating", "developing")
    assert {f"{page}.md" for page in wanted} <= set(PAGES)


@EACH_PAGE
def test_a_heading_is_there_once(name):
    assert len(sections(name)) == len(set(sections(name)))


@EACH_PAGE
def test_every_file_that_is_linked_exists(name):
    assert [file for file, _ in links(name) if not (PAGES[name].parent / file).exists()] == []


@EACH_PAGE
def test_every_section_that_is_linked_exists(name):
    for file, section in links(name):
        target = (PAGES[name].parent / file).name if file else name
        assert not section or section in sections(target), f"{file}#{section}"


def test_every_page_can_be_reached_from_readme():
    reached, left = set(), ["README.md"]
    while left:
        name = left.pop()
        reached.add(name)
        targets = {(PAGES[name].parent / file).resolve() for file, _ in links(name) if file}
        left += [page for page, path in PAGES.items() if path in targets and page not in reached]
    assert reached == set(PAGES)


@EACH_PAGE
def test_every_make_target_that_is_named_exists(name):
    blocks = re.findall(r"^```(?:bash|sh)\n(.*?)^```", TEXTS[name], re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"`make ([a-z0-9-]+)", TEXTS[name]))
    named |= set(re.findall(r"^make ([a-z0-9-]+)", "".join(blocks), re.MULTILINE))
    rules = re.findall(
        r"^([a-z0-9-]+(?: [a-z0-9-]+)*):", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert named <= set(" ".join(rules).split())


def test_every_decision_has_a_reason_and_is_in_the_index_once():
    index, *entries = re.split(r"^## (?=\d)", TEXTS["decisions.md"], flags=re.MULTILINE)
    listed = re.findall(r"^- \[.*\]\(#(\d{4}-[^)]+)\)$", index, re.MULTILINE)

    assert sorted(listed) == sorted(each for each in sections("decisions.md") if each[0] == "2")
    for entry in entries:
        assert re.findall(r"^- \*\*(\w+)\*\*: ", entry, re.MULTILINE)[:2] == ["Decision", "Reason"]


def test_the_table_of_calls_is_the_templates_routes():
    pattern = r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^`]*)` \|"
    rows = re.findall(pattern, TEXTS["api.md"], re.MULTILINE)
    pages = {page.path for page in OPEN_PAGES}

    told = {
        (method, path if path in pages or path.startswith(WELL_KNOWN) else f"/api/v1{path}")
        for method, path in rows
    }

    assert told == {(r.method, r.path) for r in load().routes if not r.is_catch_all}


def refusals(kind: type[AgentMessagingError] = AgentMessagingError) -> set[tuple[str, str]]:
    own = {(str(kind.status), kind.code)} if hasattr(kind, "code") else set()
    return own.union(*(refusals(each) for each in kind.__subclasses__()))


def told_refusals(name: str) -> set[tuple[str, str]]:
    return set(re.findall(r"\b([45]\d\d) `([a-z_]+)`", TEXTS[name]))


@EACH_PAGE
def test_every_refusal_that_is_named_exists(name):
    assert told_refusals(name) <= refusals()


def test_the_table_of_rights_names_how_each_is_refused():
    assert len(told_refusals("security.md")) >= 9


def test_the_table_of_parameters_is_of_the_templates_and_has_their_defaults():
    text = (ROOT / "template.yaml").read_text()
    parameters = cloudformation.parse(text, "template.yaml")["Parameters"]
    (table,) = re.findall(r"^\| parameter \|.*?\n\n", TEXTS["deploying.md"], re.M | re.DOTALL)
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (?:`(\w+)`|none) \|$", table, re.MULTILINE))

    assert {"RegistrationMode", "MessagesPerSender", "AuthorizerConcurrency"} <= rows.keys()
    assert rows == {name: str(parameters[name]["Default"]) for name in rows}


def test_the_limits_are_those_of_the_template():
    parameters = cloudformation.parse((ROOT / "template.yaml").read_text(), "template.yaml")
    for name in ("MessagesPerSender", "MessagesPerPair", "UnitsPerMinute"):
        assert f"{parameters['Parameters'][name]['Default']:,}" in TEXTS["api.md"]


def test_the_six_packages_of_the_card_are_declared():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    named = {
        package: groups[group]
        for group, packages in re.findall(r"[Gg]roup `(\w+)`:\s([^.]+)\.", TEXTS["developing.md"])
        for package in re.findall(r"`([\w-]+)`", packages)
    }

    assert set(named) == set(CARD)
    for package, group in named.items():
        pins = [pin for pin in group if isinstance(pin, str)]
        assert any(re.fullmatch(rf"{package}(\[[a-z]+\])?==[\d.]+", pin) for pin in pins), package
