"""The locks in tools/locks: one for each group of pyproject.toml, with every hash."""

import itertools
import re
import shutil
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from tools import lock, uv

ROOT = Path(__file__).parents[2]

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


def locked_versions(group: str) -> dict[str, set[str]]:
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
    larger = locked_versions(large)
    assert len(locked_versions(small)) >= len(declared("layer"))
    assert {name: larger[name] for name in locked_versions(small)} == locked_versions(small)


def test_the_tests_run_on_what_the_layer_ships():
    layer = locked_versions("layer")
    assert layer
    assert {name: {metadata.version(name)} for name in layer} == layer


def copied(folder: Path) -> Path:
    """The declarations and their locks, once more."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(LOCKS, folder / "tools" / "locks")
    return folder


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_no_lock_is_stale():
    assert lock.stale(ROOT) == []


@pytest.mark.parametrize(
    ("old", "new", "groups"),
    [
        ("moto[dynamodb]==5.2.5", "moto[dynamodb]==5.2.4", ["run", "test", "measure"]),
        ("moto[dynamodb]", "moto[all]", ["run", "test", "measure"]),
        ('"bandit==1.9.4",', "", ["checks"]),
        ('sam = ["aws-sam-cli', 'new = ["boto3==1.44.5"]\nsam = ["aws-sam-cli', ["new"]),
    ],
)
def test_a_lock_is_stale_when_its_group_has_changed(
    tmp_path: Path, old: str, new: str, groups: list[str]
):
    root = copied(tmp_path)
    replace(root / "pyproject.toml", old, new)
    assert lock.stale(root) == groups


def test_a_lock_is_stale_when_it_was_edited_or_is_missing(tmp_path: Path):
    root = copied(tmp_path)
    replace(root / "tools/locks/engine.txt", "boto3==", "boto3==1.")
    (root / "tools/locks/uv.txt").unlink()
    assert lock.stale(root) == ["engine", "uv"]


def test_no_variable_of_the_shell_weakens_how_uv_is_run(monkeypatch: pytest.MonkeyPatch):
    for name in uv.SETTINGS:
        monkeypatch.setenv(name, "hostile")
    monkeypatch.setattr(uv.sys, "argv", ["uv.py", "venv"])
    monkeypatch.setattr(uv, "newer_on_path", lambda: "/bin/uv")
    given: list[dict[str, str]] = []
    monkeypatch.setattr(uv.os, "execve", lambda _, __, variables: given.append(variables))
    uv.main()
    (variables,) = given
    assert variables.items() >= uv.SETTINGS.items()


def test_every_environment_and_the_layer_are_installed_from_locks_alone():
    """Each by the one command that runs uv so that it checks hashes and takes only wheels."""
    assert uv.SETTINGS.items() >= {("UV_REQUIRE_HASHES", "1"), ("UV_NO_BUILD", "1")}
    assert {"--require-hashes", "--only-binary=:all:"} <= set(uv.PIP_INSTALL)
    assert "UV := $(PYTHON) tools/uv.py\n" in MAKEFILE
    assert not re.search(r"\bpip install|-m pip|\buv pip", MAKEFILE)
    assert MAKEFILE.count("$(UV) pip ") == MAKEFILE.count("--python $(1) $(3)") == 1
    environments = re.findall(r": \$\(LOCKS\)/(\w+)", MAKEFILE)
    layers = {"layer": "agent_messaging", "schema_layer": "result_schemas"}
    assert sorted(environments) == sorted(GROUPS.keys() - {*layers, "uv"})
    assert MAKEFILE.count("$(call install,") == len(environments)

    for group, folder in layers.items():
        layer = (ROOT / "layers" / folder / "Makefile").read_text()
        assert layer.count("pip install") == layer.count('/uv.py" pip install') == 1
        assert layer.count(f'--requirement "$(TOOLS)/locks/{group}.txt"') == 1


def test_uv_looks_where_pip_looks():
    configured = """\
:env:.index-url='https://a:b@environment.example/simple'
:env:.timeout='180'
global.cert='/etc/ca.pem'
global.extra-index-url='\\nhttps://one.example\\nhttps://two.example'
global.find-links='/one /two'
global.index-url='https://global.example/simple'
install.trusted-host='one.example two.example'
"""
    assert uv.from_pip(configured) == {
        "SSL_CERT_FILE": "/etc/ca.pem",
        "UV_DEFAULT_INDEX": "https://a:b@environment.example/simple",
        "UV_FIND_LINKS": "/one,/two",
        "UV_INDEX": "https://one.example https://two.example",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_INSECURE_HOST": "one.example two.example",
    }
    assert uv.from_pip("") == {}


@pytest.mark.parametrize(
    ("told", "is_used"),
    [("uv 0.0.1", False), ("uv {locked} (x)", True), ("uv 999.0", True), ("broken", False)],
)
def test_the_uv_on_path_is_used_unless_it_is_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, *, is_used: bool
):
    (locked,) = locked_versions("uv")["uv"]
    found = tmp_path / "uv"
    found.write_text(f"#!/bin/sh\necho '{told.format(locked=locked)}'\n")
    found.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert uv.newer_on_path() == (str(found) if is_used else None)
