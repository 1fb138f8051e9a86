"""README is short, and its two commands, its agent and its links are right."""

import ast
import re
import sys
from pathlib import Path

from local.template import load

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
MOST_LINES = 155
MOST_LINES_OF_THE_AGENT = 30


def test_readme_is_a_page_to_start_from():
    assert len(README.splitlines()) <= MOST_LINES


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
    at_root = {route.path for route in load().routes if not route.path.startswith("/api/")}
    assert at_root - {"/health"} <= set(re.findall(r"`(/[\w.]+)`", README))
