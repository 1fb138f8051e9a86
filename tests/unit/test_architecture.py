"""Arrows point inward, and everything lies where the design says."""

import ast
import re
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYER = ROOT / "layers" / "agent_messaging"
PACKAGE = LAYER / "agent_messaging"

MODULES = {
    ".".join(path.relative_to(LAYER).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
FUNCTIONS = sorted(path.parent for path in (ROOT / "functions").glob("*/app.py"))

# Pure: no I/O, no clock, `now` is an argument.
PURE = re.compile(
    r"\.(model|states|keys|threads|notice|rollup|projection|histogram|errors|ids|fields|content|payload|words|units)$"
)
# The only ones that know HTTP. `docs` writes about it.
DOORS = {"agent_messaging.door.api", "agent_messaging.door.problem"}

TOP_LEVEL = {
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "docs",
    "events",
    "functions",
    "layers",
    "local",
    "pyproject.toml",
    "samconfig.toml",
    "template.yaml",
    "tests",
    "tools",
}


def imports(path: Path) -> set[str]:
    """Every module that a file imports at run time, with what it takes from it."""
    found = set()
    for node in _run_time(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def _run_time(node: ast.AST):
    """All nodes but those below `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _run_time(child)


def closure(name: str) -> set[str]:
    """The modules of the package that `name` leads to, itself included."""
    reached: set[str] = set()
    ahead = [name]
    while ahead:
        module = ahead.pop()
        if module in MODULES and module not in reached:
            reached.add(module)
            ahead += imports(MODULES[module])
    return reached


def packages(name: str) -> set[str]:
    return {found.split(".")[0] for found in imports(MODULES[name])}


def source(name: str) -> str:
    return MODULES[name].read_text(encoding="utf-8")


def test_a_pure_module_reaches_neither_a_cloud_nor_a_clock():
    impure = {"boto3", "botocore", "aws_lambda_powertools", "time", "os"}
    reads_the_time = re.compile(r"clock\.now\(|datetime\.(now|utcnow|today)\(|time\.time\(")
    pure = [name for name in MODULES if PURE.search(name)]
    assert len(pure) > 20
    for name in pure:
        assert not reads_the_time.search(source(name)), name
        for module in closure(name):
            assert not packages(module) & impure, f"{name} reaches {module}"
            assert module != "agent_messaging.storage.table", name
            assert not module.endswith(".table"), f"{name} reaches {module}"


def test_only_the_clock_reads_the_clock():
    reads_the_time = re.compile(r"datetime\.(now|utcnow|today)\(|time\.time\(")
    assert [n for n in MODULES if reads_the_time.search(source(n))] == ["agent_messaging.clock"]


def test_the_door_alone_knows_http():
    for name, path in MODULES.items():
        if name in DOORS or name.startswith("agent_messaging.docs"):
            continue
        found = imports(path)
        assert not [each for each in found if "aws_lambda_powertools.event_handler" in each], name
        assert not found & DOORS, name


def test_nothing_in_the_layer_knows_what_stands_on_it():
    for name in MODULES:
        assert not packages(name) & {"functions", "local", "tests", "benchmarks"}, name


def test_dynamodb_is_spoken_in_two_modules():
    speaking = {name for name in MODULES if packages(name) & {"boto3", "botocore"}}
    assert speaking == {"agent_messaging.storage.table", "agent_messaging.storage.connection"}


def test_nothing_scans():
    for name in MODULES:
        assert not re.search(r"\.scan\(|get_paginator\(\"scan\"", source(name)), name


def test_a_function_folder_holds_its_app_alone():
    for folder in FUNCTIONS:
        held = [path.name for path in folder.iterdir() if path.name != "__pycache__"]
        assert held == ["app.py"], folder.name
        roots = {name.split(".")[0] for name in imports(folder / "app.py")}
        assert not roots & {"functions", "local", "tests", "boto3", "botocore"}, folder.name


def of_packages(folder: Path) -> dict[Path, set[str]]:
    """The top-level packages that each Python file below a folder imports."""
    return {path: {name.split(".")[0] for name in imports(path)} for path in folder.rglob("*.py")}


def test_the_tests_and_the_benchmarks_know_nothing_of_each_other():
    """What both need is in `local.in_process`; the benchmarks' own tests are in one folder."""
    own = ROOT / "tests" / "benchmarks"
    knowing = [path for path, found in of_packages(ROOT / "tests").items() if "benchmarks" in found]
    assert knowing
    assert [path for path in knowing if own not in path.parents] == []
    for path, found in of_packages(ROOT / "benchmarks").items():
        assert "tests" not in found, path


def test_nothing_that_runs_knows_the_tests_or_the_benchmarks():
    for path, found in of_packages(ROOT / "local").items():
        assert not found & {"tests", "benchmarks"}, path


def test_a_unit_test_starts_no_server():
    """Nothing listens in its process (conftest.py), and no process of its own outlives a call."""
    for path in (ROOT / "tests" / "unit").rglob("*.py"):
        found = imports(path)
        assert not found & {"tests.e2e.server", "tests.engine", "subprocess.Popen"}, path
        assert path == Path(__file__) or "Popen(" not in path.read_text("utf-8"), path
    with socket.socket() as listener, pytest.raises(pytest.fail.Exception, match="no server"):
        listener.listen()


def test_every_noun_is_one_word_in_layer_and_functions():
    nouns = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    # The meter has no routes: it stands at the door of every function.
    assert nouns <= {folder.name for folder in FUNCTIONS} | {"meter"}


def test_the_top_level_holds_what_the_design_names():
    tops = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))}
    assert tops <= TOP_LEVEL
