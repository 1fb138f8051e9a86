"""A switch of a make target is on with 1, and no other value turns it on."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RESTORE = ("restore", "STACK=a-stack", "TABLE=ContactsTable", "FROM=old")
REDRIVE = ("redrive", "STACK=a-stack")
SWITCHES = [
    (RESTORE, "KEPT", "--kept"),
    (RESTORE, "REPLACE", "--replace"),
    (RESTORE, "DRY_RUN", "--dry-run"),
    (REDRIVE, "DRY_RUN", "--dry-run"),
    (("demo",), "SWARM", "--swarm"),
]


def planned(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What make would run."""
    return subprocess.run(
        ["make", "--dry-run", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("target", "name", "option"), SWITCHES)
def test_a_switch_takes_only_1(target: tuple[str, ...], name: str, option: str):
    assert option in planned(*target, f"{name}=1").stdout
    assert option not in planned(*target, f"{name}=").stdout
    refused = planned(*target, f"{name}=no")
    assert refused.returncode != 0
    assert f"Use {name}=1, or leave it out" in refused.stderr


def test_the_server_ignores_variables_that_are_meant_for_other_python_programs():
    for target in ("run", "env", "demo"):
        assert "/bin/python -E -m local" in planned(target).stdout


def test_the_isolated_engine_is_installed_for_it_alone():
    assert ".venv-engine" in planned("--always-make", "run", "ENGINE=isolated").stdout
    assert ".venv-engine" not in planned("--always-make", "run").stdout


def test_nor_does_one_of_the_environment():
    assert planned(*RESTORE, KEPT="0").returncode != 0
