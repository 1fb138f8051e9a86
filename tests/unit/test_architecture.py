"""Arrows point inward, and everything lies where the design says."""

import ast
import functools
import re
import socket
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
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
    {"canonical", "errors"},
    {"clock", "deadline", "ids"},
    {"variants"},
    {"fields"},
    {"auth", "content", "settings"},
    {"observability", "storage"},
    {"paging", "idempotency"},
    {"agents"},
    {"feed", "meter"},
    {"limits", "receipts"},
    {"messaging"},
    {"contacts"},
    {"presence"},
    {"sockets", "webhooks"},
    {"delivery", "directory"},
    {"work_orders"},
    {"relay", "stats"},
    {"door", "docs"},
)

# Pure: no I/O, no clock, `now` is an argument.
PURE = {
    "auth",
    "errors",
    "feed.filtering",
    "feed.model",
    "feed.outbox_item",
    "feed.pages",
    "feed.position",
    "feed.schemas",
    "feed.tail",
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
    "messaging.receipts",
    "messaging.schemas",
    "messaging.sent_chunks",
    "messaging.threads",
    "meter.model",
    "presence.model",
    "presence.schemas",
    "receipts.model",
    "sockets.frames",
    "sockets.model",
    "relay.effects",
    "relay.events",
    "relay.order_events",
    "relay.receipt_events",
    "relay.record",
    "stats.counted_records",
    "stats.histogram",
    "stats.model",
    "stats.projection",
    "stats.rollup",
    "stats.schemas",
    "storage.units",
    "variants",
    "webhooks.delivery",
    "webhooks.delivery_schemas",
    "webhooks.finding",
    "webhooks.hosts",
    "webhooks.job",
    "webhooks.model",
    "webhooks.response",
    "webhooks.schedule",
    "webhooks.schemas",
    "webhooks.signing",
    "webhooks.urls",
    "work_orders.links",
    "work_orders.model",
    "work_orders.narrowing",
    "work_orders.notification",
    "work_orders.pool_entry",
    "work_orders.states",
}
# The functions that serve a noun beside those of its name.
PARTS = {
    "feed": {"feed_wait"},
    "sockets": {"sockets_authorizer"},
    "stats": {"stats_roll_up"},
    "webhooks": {"webhook_sender", "webhook_sweep"},
    "work_orders": {"work_orders_purge", "work_orders_sweep", "work_orders_transcript"},
}
# Packages without a function: they stand behind those of others.
WITHOUT_FUNCTION = {
    "content",
    "delivery",
    "directory",
    "door",
    "errors",
    "meter",
    "observability",
    "receipts",
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


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports at run time, with what it takes from it."""
    found = set()
    for node in _run_time(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return frozenset(found)


def _run_time(node: ast.AST):
    """All statements but those below `if TYPE_CHECKING`: no expression imports anything."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            continue
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


@functools.cache
def own(name: str) -> frozenset[str]:
    """The layer's modules that a module names in an import, for types alone too."""
    nodes = [node for node in ast.walk(ast.parse(source(name))) if isinstance(node, ast.ImportFrom)]
    found = {f"{node.module}.{alias.name}" for node in nodes for alias in node.names}
    return frozenset((found | {str(node.module) for node in nodes}) & MODULES.keys() - {name})


UNITS = sorted({unit(name) for name in MODULES} - {""})


def test_each_package_stands_on_one_floor():
    placed = [each for floor in FLOORS for each in sorted(floor)]
    assert sorted(placed) == UNITS


def test_a_package_imports_from_lower_floors_alone():
    floor = {each: number for number, floor in enumerate(FLOORS) for each in floor}
    for name in filter(unit, MODULES):
        for found in own(name):
            if unit(found) not in ("", unit(name)):
                assert floor[unit(found)] < floor[unit(name)], f"{name} imports {found}"


def circle(graph: Mapping[str, AbstractSet[str]]) -> list[str]:
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


def test_a_pure_module_reaches_neither_a_cloud_nor_a_clock():
    impure = {"boto3", "botocore", "aws_lambda_powertools", "time", "os"}
    reads_the_time = re.compile(r"clock\.now\(|datetime\.(now|utcnow|today)\(|time\.time\(")
    for name in [name for name in MODULES if below(name) in PURE]:
        assert not reads_the_time.search(source(name)), name
        for module in closure(name):
            assert not packages(module) & impure, f"{name} reaches {module}"
            assert module != "agent_messaging.storage.table", name
            assert not module.endswith(".table"), f"{name} reaches {module}"


def source(name: str) -> str:
    return MODULES[name].read_text(encoding="utf-8")


def test_only_the_clock_reads_the_clock():
    reads_the_time = re.compile(r"datetime\.(now|utcnow|today)\b|time\.time\(")
    assert [n for n in MODULES if reads_the_time.search(source(n))] == ["agent_messaging.clock"]


def test_the_door_alone_knows_http():
    doors = {name for name in MODULES if unit(name) == "door"}
    for name, path in MODULES.items():
        found = imports(path)
        assert not [each for each in found if "aws_lambda_powertools.event_handler" in each], name
        assert name in doors or not found & doors, name


def test_nothing_in_the_layer_knows_what_stands_on_it():
    for name in MODULES:
        assert not packages(name) & {"functions", "local", "tools", "tests", "benchmarks"}, name


def test_only_modules_of_the_storage_speak_to_aws():
    speaking = {below(name) for name in MODULES if packages(name) & {"boto3", "botocore"}}
    others = {"sockets.connections"}  # to API Gateway
    assert speaking - others == {
        "storage.connection",
        "storage.kms",
        "storage.queue",
        "storage.table",
    }


def test_nothing_scans():
    for name in MODULES:
        assert not re.search(r"\.scan\(|get_paginator\(\"scan\"", source(name)), name


def test_a_function_folder_holds_its_app_alone():
    for folder in FUNCTIONS:
        held = [path.name for path in folder.iterdir() if path.name != "__pycache__"]
        assert held == ["app.py"], folder.name
        roots = {name.split(".")[0] for name in imports(folder / "app.py")}
        assert not roots & {"functions", "local", "tools", "tests", "boto3", "botocore"}, folder


def of_packages(folder: Path) -> dict[Path, set[str]]:
    """The top-level packages that each Python file below a folder imports."""
    return {path: {name.split(".")[0] for name in imports(path)} for path in folder.rglob("*.py")}


def test_the_tests_and_the_benchmarks_know_nothing_of_each_other():
    """What both need is in `local.in_process`; the benchmarks' own tests are in one folder."""
    folder = ROOT / "tests" / "benchmarks"
    knowing = [path for path, found in of_packages(ROOT / "tests").items() if "benchmarks" in found]
    assert knowing
    assert [path for path in knowing if folder not in path.parents] == []
    for path, found in of_packages(ROOT / "benchmarks").items():
        assert "tests" not in found, path


def test_nothing_that_runs_knows_the_tests_or_the_benchmarks():
    for folder in ("local", "tools"):
        for path, found in of_packages(ROOT / folder).items():
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
    with_function = nouns - WITHOUT_FUNCTION
    parts = {each for noun in with_function for each in PARTS.get(noun, ())}
    assert {folder.name for folder in FUNCTIONS} == with_function | parts | WITHOUT_PACKAGE
    assert nouns >= WITHOUT_FUNCTION


def test_the_top_level_holds_what_the_design_names():
    tops = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))}
    assert tops <= TOP_LEVEL
