"""`make release`: what it refuses, what it writes, and what the documents say of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.release import __main__ as program
from tools.release import archive, checks

ROOT = archive.ROOT
PAGE = (ROOT / "docs" / "developing.md").read_text("utf-8")
CHANGES = "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-12-24\n\n- More.\n\n## [1.0.0] - x\n"


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small project whose version is 1.0.0, and whose changelog is ready for 1.1.0."""
    files = {
        checks.PACKAGE: '"""A package."""\n\n__version__ = "1.0.0"\n',
        checks.CHANGELOG: CHANGES,
        Path("template.yaml"): "A: 1\n",
        Path("functions/a/app.py"): "",
        Path(archive.OPENAPI): "{}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "1.0.0")
    return tmp_path


def test_a_clean_checkout_with_its_changes_written_down_can_be_released(checkout: Path):
    assert checks.faults("1.1.0", checkout) == []


@pytest.mark.parametrize("version", ["1.1", "v1.1.0", "1.01.0", "1.1.0-rc1", ""])
def test_a_version_is_three_numbers(checkout: Path, version: str):
    assert checks.faults(version, checkout) == [
        f"{version} is not a version. Use three numbers, such as 1.1.0."
    ]


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9"])
def test_a_version_is_higher_than_the_last(checkout: Path, version: str):
    assert checks.of_number(version, checkout) == [
        f"{version} is not higher than 1.0.0, the version that {checks.PACKAGE} declares."
    ]
    assert checks.of_number("1.0.10", checkout) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (" - 2026-12-24", "", "no section"),
        ("- More.", "", "is empty"),
        ("[Unreleased]\n", "[Unreleased]\n\n- Forgotten.\n", "Move the lines"),
    ],
)
def test_the_changelog_says_what_changed(checkout: Path, old: str, new: str, fault: str):
    (checkout / checks.CHANGELOG).write_text(CHANGES.replace(old, new, 1), "utf-8")
    [found] = checks.of_changelog("1.1.0", checkout)
    assert fault in found


def test_nothing_is_left_to_commit_and_no_version_is_released_twice(checkout: Path):
    (checkout / "new.py").touch()
    git(checkout, "tag", "v1.1.0")
    uncommitted, tagged = checks.of_tree("1.1.0", checkout)
    assert "new.py" in uncommitted
    assert tagged == "The tag v1.1.0 exists. A version is released only once."


def test_a_tag_is_a_release_only_with_the_sources_that_are_kept(checkout: Path):
    program.declare("1.1.0", checkout)
    assert checks.declared(checkout) == "1.1.0"
    releases = checkout / archive.RELEASES.relative_to(ROOT)
    archive.keep("1.1.0", archive.of_checkout(checkout), releases)
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "1.1.0")
    for tag in ("v1.1.0", "v1.2.0"):
        git(checkout, "tag", tag)
    assert checks.of_tag("v1.1.0", checkout) == []
    assert len(checks.of_tag("v1.2.0", checkout)) == 2
    assert "has no tag v1.3.0" in checks.of_tag("v1.3.0", checkout)[0]
    (checkout / "template.yaml").write_text("A: 2\n", "utf-8")
    git(checkout, "commit", "--quiet", "--all", "--message", "later")
    git(checkout, "tag", "--force", "v1.1.0")
    assert checks.of_tag("v1.1.0", checkout) == [
        "The sources in the commit of v1.1.0 and in 1.1.0.zip are different."
    ]


def test_a_release_that_fails_midway_leaves_the_checkout_as_it_was(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
):
    fails = (sys.executable, "-c", "open('template.yaml', 'w'); raise SystemExit(1)")
    monkeypatch.setattr(program, "OPENAPI", fails)
    with pytest.raises(SystemExit, match="Nothing is written"):
        program.write("1.1.0", checkout)
    assert checks.faults("1.1.0", checkout) == []


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_so_does_one_that_fails_after_its_file_is_written(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
):
    def keep(*arguments: object) -> None:
        kept(*arguments)
        raise error

    kept = archive.keep
    monkeypatch.setattr(program, "OPENAPI", ("true",))
    monkeypatch.setattr(archive, "keep", keep)
    with pytest.raises((SystemExit, KeyboardInterrupt)):
        program.write("1.1.0", checkout)
    assert checks.faults("1.1.0", checkout) == []


def test_the_page_and_the_program_name_the_same_tests_and_targets():
    section = PAGE.partition("## Make a release\n")[2].partition("\n## ")[0]
    (line,) = re.findall(r"^ *make (lint .+)$", section, re.MULTILINE)
    assert line.split() == list(program.BEFORE)
    targets = re.findall(r"^([a-z0-9 -]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {"release", *program.BEFORE} <= set(" ".join(targets).split())
    for command in re.findall(r"(?:git (?:add|tag)|python -m) .+", program.next_steps("1.1.0")):
        assert command in section


def test_a_tag_is_deployed_only_if_it_is_a_release():
    workflow = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text("utf-8"))
    steps = [step.get("run", "") for step in workflow["jobs"]["production"]["steps"]]
    (check,) = [each for each in steps if "tools.release" in each]
    assert check == 'python -m tools.release --check "$GITHUB_REF_NAME"'
    assert steps.index(check) < steps.index("make build")
