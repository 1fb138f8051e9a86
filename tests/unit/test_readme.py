"""README is short, and its two commands, its agent and its links are right."""

import ast
import re
import sys
from pathlib import Path

from local.template import load

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
WAKING = (ROOT / "docs" / "waking.md").read_text("utf-8")
LAYER = "layers/agent_messaging/agent_messaging"
MOST_LINES = 300
MOST_ROWS_OF_FILES = 25
MOST_LINES_OF_THE_AGENT = 30
MOST_LINES_OF_THE_SWARM = 25  # with its text
MOST_LINES_OF_A_WAY = 13  # without blank ones
MOST_LINES_OF_A_LASTING_WAY = 48  # a socket is closed, is behind, and has gaps
# How the ways to be woken begin, in the order of their table.
WAYS = ("poll", "wait", "socket", "webhook")


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


def programs(title: str) -> list[str]:
    """The Python of a section."""
    (section,) = re.findall(rf"^## {title}\n(.*?)^## ", README, re.M | re.DOTALL)
    return python_of(section)


def python_of(text: str) -> list[str]:
    """The Python of a text."""
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def imports(program: str) -> set[str]:
    """The packages that a program imports."""
    return {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(program))
        if isinstance(node, ast.Import)
        for name in node.names
    }


def test_the_agent_is_short_and_needs_the_standard_library_alone():
    (agent,) = programs("Write an agent")
    imported = imports(agent)

    assert len(agent.splitlines()) <= MOST_LINES_OF_THE_AGENT
    assert imported
    assert imported <= set(sys.stdlib_module_names)


def test_the_swarm_is_short_and_needs_what_readme_installs():
    (section,) = re.findall(r"^## Run a swarm\n.*?^(?=## )", README, re.M | re.DOTALL)
    (worker,) = python_of(section)
    (installed,) = re.findall(r"^pip install (.*)$", README, re.MULTILINE)

    assert len(section.splitlines()) <= MOST_LINES_OF_THE_SWARM
    assert imports(worker) - set(sys.stdlib_module_names) <= set(installed.split())


def packages(way: str, others: str) -> set[str]:
    """The packages that the program of a way may import, apart from the standard library."""
    return {"requests", "websockets" if way == "socket" else others}


def test_each_way_to_be_woken_is_in_the_table_and_has_a_short_program():
    (section,) = re.findall(r"^## Be woken\n(.*?)^## ", README, re.M | re.DOTALL)
    found = programs("Be woken")

    assert tuple(re.findall(r"^\| \*\*(\w+)\*\*", section, re.MULTILINE)) == WAYS
    assert [word.lower() for word in re.findall(r"^\*\*(\w+)\.\*\*", section, re.M)] == [*WAYS]
    for way, program in zip(WAYS, found, strict=True):
        lines = [line for line in program.splitlines() if line.strip()]
        assert len(lines) <= MOST_LINES_OF_A_WAY
        others = imports(program) - set(sys.stdlib_module_names)
        assert others <= packages(way, "standardwebhooks")


def test_what_a_short_program_needs_is_what_readme_installs():
    (installed,) = re.findall(r"^pip install (.*)$", README, re.MULTILINE)
    needed = set().union(*(imports(program) for program in programs("Be woken")))
    assert needed - set(sys.stdlib_module_names) == set(installed.split())


def test_each_way_has_a_program_that_goes_on_after_errors():
    for way, program in zip(WAYS, python_of(WAKING), strict=True):
        assert len(program.splitlines()) <= MOST_LINES_OF_A_LASTING_WAY
        assert imports(program) - set(sys.stdlib_module_names) <= packages(way, "requests")


def test_readme_names_every_page_at_the_root():
    named = {route.path for route in load().routes if not route.is_catch_all}
    at_root = {path for path in named if not path.startswith("/api/")}
    files = {path for path in at_root if path.endswith((".js", ".css"))}
    assert at_root - files - {"/health"} <= set(re.findall(r"`(/[\w./{}-]*)`", README))
