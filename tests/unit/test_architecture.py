"""Arrows point inward, and everything lies where the design says."""

import ast
import re
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


@pytest.mark.parametrize("name", [name for name in MODULES if PURE.search(name)])
def test_a_pure_module_reaches_neither_a_cloud_nor_a_clock(name: str):
    for module in closure(name):
        assert not packages(module) & {"boto3", "botocore", "aws_lambda_powertools", "time", "os"}
        assert module != "agent_messaging.storage.table"
        assert not re.search(r"\.table$", module)
    assert not re.search(r"clock\.now\(|datetime\.(now|utcnow|today)\(|time\.time\(", source(name))


def source(name: str) -> str:
    return MODULES[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_only_the_clock_reads_the_clock(name: str):
    if name != "agent_messaging.clock":
        assert not re.search(r"datetime\.(now|utcnow|today)\(|time\.time\(", source(name))


@pytest.mark.parametrize("name", MODULES)
def test_the_door_alone_knows_http(name: str):
    event_handler = {
        i for i in imports(MODULES[name]) if "aws_lambda_powertools.event_handler" in i
    }
    if name not in DOORS and not name.startswith("agent_messaging.docs"):
        assert not event_handler
        assert not imports(MODULES[name]) & DOORS


@pytest.mark.parametrize("name", MODULES)
def test_nothing_in_the_layer_knows_what_stands_on_it(name: str):
    assert not packages(name) & {"functions", "local", "tests", "benchmarks"}


@pytest.mark.parametrize("name", MODULES)
def test_dynamodb_is_spoken_in_two_modules(name: str):
    if name not in ("agent_messaging.storage.table", "agent_messaging.storage.connection"):
        assert not packages(name) & {"boto3", "botocore"}


@pytest.mark.parametrize("name", MODULES)
def test_nothing_scans(name: str):
    assert not re.search(r"\.scan\(|get_paginator\(\"scan\"", source(name))


@pytest.mark.parametrize("folder", FUNCTIONS, ids=lambda folder: folder.name)
def test_a_function_folder_holds_its_app_alone(folder: Path):
    assert [path.name for path in folder.iterdir() if path.name != "__pycache__"] == ["app.py"]
    roots = {name.split(".")[0] for name in imports(folder / "app.py")}
    assert not roots & {"functions", "local", "tests", "boto3", "botocore"}


def test_every_noun_is_one_word_in_layer_and_functions():
    nouns = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    # The meter has no routes: it stands at the door of every function.
    assert nouns <= {folder.name for folder in FUNCTIONS} | {"meter"}


def test_the_top_level_holds_what_the_design_names():
    tops = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))}
    assert tops <= TOP_LEVEL
