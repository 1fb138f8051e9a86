"""What is checked before a commit, in CI and on GitHub: the same commands, and nothing twice."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
CI = re.sub(r"^#.*", "", (ROOT / ".ci" / "run").read_text("utf-8"), flags=re.MULTILINE)
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text("utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))


def words_of(name: str) -> list[str]:
    """What stands behind a target or a variable of the Makefile."""
    (found,) = re.findall(rf"^{name} ?:=?(?: (.*))?$", MAKEFILE, re.MULTILINE)
    return found.split()


def test_ci_runs_the_whole_suite_once():
    assert re.findall(r"\bmake test( .*)?$", CI, re.MULTILINE) == [""]


def test_every_target_that_ci_runs_exists():
    named = re.findall(r"(?<!need )\bmake (?:--jobs \d )?([a-z0-9-]+)", CI)
    rules = re.findall(r"^([a-z0-9-]+(?: [a-z0-9-]+)*):", MAKEFILE, re.MULTILINE)
    targets = set(" ".join(rules).split())
    assert {"lint", "test", "build", "test-stack", "test-packaged", "bench-check"} <= set(named)
    assert set(named) <= targets


def test_every_step_of_ci_must_succeed():
    assert "set -euo pipefail" in CI
    assert not re.search(r"make [^|\n]*\|\|", CI)


def test_a_push_runs_what_ci_runs_and_a_release_waits_for_it():
    check, production = WORKFLOW["jobs"]["check"], WORKFLOW["jobs"]["production"]
    assert [step["run"] for step in check["steps"] if "run" in step] == [".ci/run"]
    assert production["needs"] == "check"


def test_a_commit_waits_for_a_part_of_what_ci_checks():
    (hook,) = HOOKS["repos"][0]["hooks"]
    assert hook["language"] == "system"
    command, *_, target = hook["entry"].split()
    assert command == "make"
    assert set(words_of(target)) < set(words_of("LINTS"))
    assert "--check" in MAKEFILE.partition("\nlint-code:")[2].partition("\n\n")[0]
