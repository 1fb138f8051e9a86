"""README is short, and its two commands, its agent and its links are right."""

import ast
import re
import sys
from pathlib import Path

from local.template import load

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
LAYER = "layers/agent_messaging/agent_messaging"
MOST_LINES = 175
MOST_ROWS_OF_FILES = 25
MOST_LINES_OF_THE_AGENT = 30


def test_readme_is_a_page_to_start_from():
    assert len(README.splitlines()) <= MOST_LINES


def test_the_files_that_it_names_exist_and_are_few():
    (section,) = re.findall(r"^## Find your way in the code\n(.*?)^## ", README, re.M | re.DOTALL)
    rows = re.findall(r"^\| (?!you look for).+ \| (.+) \|$", section, re.MULTILINE)
    links = [re.findall(r"\[([\w/.]+)\]\(([^)]+)\)", row) for row in rows]

    assert 10 <= len(rows) <= MOST_ROWS_OF_FILES
    assert all(links)
    for name, path in (link for row in links for link in row):
        assert (ROOT / path).is_file(), path
        assert path in (name, f"{LAYER}/{name}")


def test_the_two_commands_are_typed_as_they_are_run():
    assert re.findall(r"^make (\w+) ", README, re.MULTILINE) == ["run", "test"]


def test_the_agent_is_short_and_needs_the_standard_library_alone():
    (agent,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(agent))
        if isinstance(node, ast.Import)
        for name in node.names
    }

    assert len(agent.splitlines()) <= MOST_LINES_OF_THE_AGENT
    assert imported
    assert imported <= set(sys.stdlib_module_names)


def test_readme_names_every_page_at_the_root():
    named = {route.path for route in load().routes if not route.is_catch_all}
    at_root = {path for path in named if not path.startswith("/api/")}
    files = {path for path in at_root if path.endswith((".js", ".css"))}
    assert at_root - files - {"/health"} <= set(re.findall(r"`(/[\w./{}]*)`", README))
