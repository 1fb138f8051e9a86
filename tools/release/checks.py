"""What must be true before a release. Each check returns the faults, as sentences."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tools.release import archive

PACKAGE = Path("layers/agent_messaging/agent_messaging/__init__.py")
CHANGELOG = Path("CHANGELOG.md")
# Semantic Versioning, without labels: https://semver.org
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
DECLARED = re.compile(r'^__version__ = "(.*)"$', re.MULTILINE)
SECTION = re.compile(r"^## \[(.+?)\](?: - (\S+))?$", re.MULTILINE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def declared(root: Path) -> str:
    """Return the version that the package declares."""
    (version,) = DECLARED.findall((root / PACKAGE).read_text("utf-8"))
    return str(version)


def faults(version: str, root: Path) -> list[str]:
    """Return why `version` cannot be released from this checkout. Empty means that it can."""
    if not VERSION.fullmatch(version):
        return [f"{version} is not a version. Use three numbers, such as 1.1.0."]
    return [*of_number(version, root), *of_changelog(version, root), *of_tree(version, root)]


def of_number(version: str, root: Path) -> list[str]:
    """Return a fault unless the version is higher than the one that the package declares."""
    before = declared(root)
    if archive.numbers(version) > archive.numbers(before):
        return []
    return [f"{version} is not higher than {before}, the version that {PACKAGE} declares."]


def of_changelog(version: str, root: Path) -> list[str]:
    """Return a fault unless the changelog has a dated section, and all changes are in it."""
    text = (root / CHANGELOG).read_text("utf-8")
    found = list(SECTION.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    sections = {each[1]: text[each.end() : end] for each, end in zip(found, ends, strict=True)}
    dates = {each[1]: each[2] or "" for each in found}
    wrong = []
    if version not in sections or not DAY.fullmatch(dates[version]):
        wrong.append(f"{CHANGELOG} has no section `## [{version}] - YYYY-MM-DD`. Add it.")
    elif not sections[version].strip():
        wrong.append(f"The section [{version}] of {CHANGELOG} is empty. Say what changed.")
    if sections.get("Unreleased", "").strip():
        wrong.append(f"Move the lines of [Unreleased] in {CHANGELOG} to [{version}].")
    return wrong


def of_tree(version: str, root: Path) -> list[str]:
    """Return the faults of git: changes that are not committed, or a tag that exists."""
    wrong = []
    if changed := _git(root, "status", "--porcelain"):
        wrong.append(f"Commit or remove these changes first:\n{changed}")
    if _git(root, "tag", "--list", f"v{version}"):
        wrong.append(f"The tag v{version} exists. A version is released only once.")
    return wrong


def of_tag(tag: str, root: Path) -> list[str]:
    """Return why a tag is not a release: its version, or the file of the release, is another."""
    if not _git(root, "tag", "--list", tag):
        return [f"This clone has no tag {tag}. Get the tags with `git fetch --tags`."]
    version, wrong = tag.removeprefix("v"), []
    if tag != f"v{declared(root)}":
        wrong.append(f"The tag is {tag}, and {PACKAGE} declares {declared(root)}.")
    folder = root / archive.RELEASES.relative_to(archive.ROOT)
    kept = archive.digests(folder).get(version)
    if kept is None:
        wrong.append(f"tests/releases has no sources of {version}. Use `make release`.")
    elif kept != archive.digest(archive.of_revision(tag, root)):
        wrong.append(f"The sources in the commit of {tag} and in {version}.zip are different.")
    return wrong


def _git(root: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=True
    ).stdout.rstrip()
