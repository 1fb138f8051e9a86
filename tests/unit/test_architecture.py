"""Arrows point inward, and everything lies where the design says."""

import ast
import re
from collections.abc import Mapping
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

# The floors, the lowest first: a package or a file of the root imports from lower floors alone, and
# from its own package.
FLOORS = (
    {"errors"},
    {"clock", "deadline", "ids"},
    {"fields"},
    {"auth", "content", "settings"},
    {"observability", "storage"},
    {"paging", "idempotency"},
    {"agents"},
    {"meter"},
    {"limits", "messaging"},
    {"contacts"},
    {"presence"},
    {"delivery", "directory"},
    {"work_orders"},
    {"stats"},
    {"door", "docs"},
)

# Pure: no I/O, no clock, `now` is an argument.
PURE = {
    "auth",
    "errors",
    "fields",
    "ids",
    "agents.model",
    "agents.names",
    "agents.penalty",
    "agents.schemas",
    "contacts.model",
    "contacts.schemas",
    "content.characters",
    "content.flagging",
    "content.hidden",
    "content.likeness",
    "delivery.context",
    "delivery.schemas",
    "directory.schemas",
    "directory.search_terms",
    "door.payload",
    "door.parsing",
    "door.problem",
    "messaging.model",
    "messaging.schemas",
    "messaging.sent_chunks",
    "messaging.threads",
    "meter.model",
    "presence.model",
    "presence.schemas",
    "stats.counted_records",
    "stats.histogram",
    "stats.model",
    "stats.projection",
    "stats.rollup",
    "stats.schemas",
    "storage.units",
    "work_orders.model",
    "work_orders.notification",
    "work_orders.states",
}
# The functions that serve a noun beside those of its name.
PARTS = {"stats": {"stats_roll_up"}, "work_orders": {"work_orders_sweep", "work_orders_purge"}}
# Packages without a function: they stand behind those of others.
WITHOUT_FUNCTION = {
    "content",
    "delivery",
    "directory",
    "door",
    "meter",
    "observability",
    "storage",
}
# Functions that no package has the name of: the key of every request, and the streams of all nouns.
WITHOUT_PACKAGE = {"authorizer", "projector"}

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


def below(name: str) -> str:
    """A module's name within the layer's package: `agents.table`."""
    return name.removeprefix("agent_messaging").removeprefix(".")


def unit(name: str) -> str:
    """The package or file of the root that a module belongs to: `agents`."""
    return below(name).split(".")[0]


def own(name: str) -> set[str]:
    """The layer's modules that a module names in an import, for types alone too."""
    nodes = [node for node in ast.walk(ast.parse(source(name))) if isinstance(node, ast.ImportFrom)]
    found = {f"{node.module}.{alias.name}" for node in nodes for alias in node.names}
    return (found | {str(node.module) for node in nodes}) & MODULES.keys() - {name}


UNITS = sorted({unit(name) for name in MODULES} - {""})


def test_each_package_stands_on_one_floor():
    placed = [each for floor in FLOORS for each in sorted(floor)]
    assert sorted(placed) == UNITS


@pytest.mark.parametrize("name", [name for name in MODULES if unit(name)])
def test_a_package_imports_from_lower_floors_alone(name: str):
    floor = {each: number for number, floor in enumerate(FLOORS) for each in floor}
    for found in own(name):
        if unit(found) not in ("", unit(name)):
            assert floor[unit(found)] < floor[unit(name)], f"{below(name)} imports {below(found)}"


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Those that lead to themselves; none if what is imported can be put in an order."""
    left = dict(graph)
    while free := [name for name, ahead in left.items() if not ahead & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]


def test_no_two_files_import_each_other():
    assert circle({name: own(name) for name in MODULES}) == []


def test_no_two_packages_import_each_other():
    graph: dict[str, set[str]] = {each: set() for each in UNITS}
    for name in MODULES:
        if unit(name):
            graph[unit(name)] |= {unit(found) for found in own(name)} - {"", unit(name)}
    assert circle(graph) == []


def test_what_is_pure_is_there():
    assert {below(name) for name in MODULES} >= PURE


def test_every_model_is_pure():
    models = {below(name) for name in MODULES if name.endswith((".model", ".states"))}
    assert models <= PURE


@pytest.mark.parametrize("name", [name for name in MODULES if below(name) in PURE])
def test_a_pure_module_reaches_neither_a_cloud_nor_a_clock(name: str):
    for module in closure(name):
        assert not packages(module) & {"boto3", "botocore", "aws_lambda_powertools", "time", "os"}
        assert module != "agent_messaging.storage.table"
        assert not module.endswith(".table")
    assert not re.search(r"clock\.now\(|datetime\.(now|utcnow|today)\(|time\.time\(", source(name))


def source(name: str) -> str:
    return MODULES[name].read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_only_the_clock_reads_the_clock(name: str):
    if name != "agent_messaging.clock":
        assert not re.search(r"datetime\.(now|utcnow|today)\(|time\.time\(", source(name))


def test_the_door_alone_knows_http():
    doors = {name for name in MODULES if unit(name) == "door"}
    for name, path in MODULES.items():
        found = imports(path)
        assert not [each for each in found if "aws_lambda_powertools.event_handler" in each]
        assert name in doors or not found & doors


@pytest.mark.parametrize("name", MODULES)
def test_nothing_in_the_layer_knows_what_stands_on_it(name: str):
    assert not packages(name) & {"functions", "local", "tools", "tests", "benchmarks"}


@pytest.mark.parametrize("name", MODULES)
def test_dynamodb_is_spoken_in_the_storage_alone(name: str):
    if unit(name) != "storage":
        assert not packages(name) & {"boto3", "botocore"}


@pytest.mark.parametrize("name", MODULES)
def test_nothing_scans(name: str):
    assert not re.search(r"\.scan\(|get_paginator\(\"scan\"", source(name))


@pytest.mark.parametrize("folder", FUNCTIONS, ids=lambda folder: folder.name)
def test_a_function_folder_holds_its_app_alone(folder: Path):
    assert [path.name for path in folder.iterdir() if path.name != "__pycache__"] == ["app.py"]
    roots = {name.split(".")[0] for name in imports(folder / "app.py")}
    assert not roots & {"functions", "local", "tools", "tests", "boto3", "botocore"}


def test_every_noun_is_one_word_in_layer_and_functions():
    nouns = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    with_function = nouns - WITHOUT_FUNCTION
    parts = {each for noun in with_function for each in PARTS.get(noun, ())}
    assert {folder.name for folder in FUNCTIONS} == with_function | parts | WITHOUT_PACKAGE
    assert nouns >= WITHOUT_FUNCTION


def test_the_top_level_holds_what_the_design_names():
    tops = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))}
    assert tops <= TOP_LEVEL
