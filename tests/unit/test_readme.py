"""README is held to what it says: its table of calls, its links, its commands, the user's card."""

import re
from pathlib import Path

from local.template import load

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CARD = ("aws-lambda-powertools", "boto3", "pydantic", "moto", "pytest", "aws-sam-cli")


def test_the_table_of_calls_is_the_templates_routes() -> None:
    rows = re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^`]*)` \|", README, re.MULTILINE)
    at_root = {"/health", "/docs", "/openapi.json", "/llms.txt"}

    told = {(method, path if path in at_root else f"/api/v1{path}") for method, path in rows}

    assert told == {(route.method, route.path) for route in load().routes}


def test_every_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z0-9]+)\b(?!`? alone)", README))
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert {"run", "test", "demo", "lint", "build", "e2e"} <= named
    assert named <= targets


def test_the_six_packages_of_the_card_are_declared() -> None:
    declared = "\n".join(
        (ROOT / path).read_text()
        for path in re.findall(r"\]\(([^)]*requirements[^)]*\.txt)\)", README)
    )

    for package in CARD:
        assert re.search(rf"^{package}(\[[a-z,]+\])?==[\d.]+$", declared, re.MULTILINE), package
