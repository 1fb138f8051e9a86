"""The locks in tools/locks: one for each group of pyproject.toml, with every hash."""

import itertools
import re
import tomllib
from importlib import metadata

import pytest

from tools.openapi.render import ROOT

LOCKS = ROOT / "tools" / "locks"
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
MAKEFILE = (ROOT / "Makefile").read_text()
PIN = r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)"
# Each holds the one before it, and all of them the same versions.
NESTED = ("layer", "run", "test", "measure")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(group: str) -> dict[str, str]:
    """What a group asks for, with what the groups in it ask for."""
    pins: dict[str, str] = {}
    for entry in GROUPS[group]:
        if isinstance(entry, dict):
            pins |= declared(entry["include-group"])
        else:
            name, version = re.fullmatch(PIN, entry).groups()
            pins[normal(name)] = version
    return pins


def entries(group: str) -> list[tuple[str, str, str]]:
    """Of each package in a lock the name, the version, and the lines that belong to it."""
    text = (LOCKS / f"{group}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return [(*re.match(PIN, block).groups(), block) for block in blocks]


def locked(group: str) -> dict[str, set[str]]:
    """Of each package in a lock its versions; a Python or a platform may need one of its own."""
    versions: dict[str, set[str]] = {}
    for name, version, _ in entries(group):
        versions.setdefault(normal(name), set()).add(version)
    return versions


def test_every_group_has_its_lock():
    assert {path.name for path in LOCKS.iterdir()} == {f"{group}.txt" for group in GROUPS}


@pytest.mark.parametrize("group", GROUPS)
def test_a_lock_is_renewed_when_its_group_changes(group: str):
    """A package that a group asks for says so in the lock: `via agent-messaging`."""
    asked = {
        normal(name): version for name, version, lines in entries(group) if "(pyproject" in lines
    }

    assert asked == declared(group), "run `make lock`"


@pytest.mark.parametrize("group", GROUPS)
def test_every_package_is_locked_by_its_hashes_and_no_host_is_named(group: str):
    text = (LOCKS / f"{group}.txt").read_text(encoding="utf-8")

    assert "://" not in text
    for line in text.splitlines():
        assert re.fullmatch(
            rf"{PIN}( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{{64}}( \\)?| *#.*|", line
        ), line
    for name, _, lines in entries(group):
        assert "--hash=" in lines, name


@pytest.mark.parametrize(("small", "large"), list(itertools.pairwise(NESTED)))
def test_a_package_has_one_version_wherever_the_product_runs(small: str, large: str):
    larger = locked(large)
    assert len(locked(small)) >= len(declared("layer"))
    assert {name: larger[name] for name in locked(small)} == locked(small)


def test_the_tests_run_on_what_the_layer_ships():
    layer = locked("layer")
    assert layer
    assert {name: {metadata.version(name)} for name in layer} == layer


def test_pip_installs_nothing_without_a_hash():
    """Each of them by the one command that asks for hashes; the layer's own asks as well."""
    assert re.search(r"^PIP_INSTALL := .* --require-hashes .*--only-binary=:all:$", MAKEFILE, re.M)
    assert MAKEFILE.count("-m pip install") == 1
    environments = re.findall(r": \$\(LOCKS\)/", MAKEFILE)
    assert MAKEFILE.count("$(PIP_INSTALL) -r $<") == len(environments) == 7

    layer = (ROOT / "layers/agent_messaging/Makefile").read_text()
    assert layer.count("-m pip install") == layer.count("--require-hashes --requirement") == 1
