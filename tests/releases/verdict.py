"""Whether two versions may serve together, and what to do if not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pytest

from tests.releases import comparison
from tests.releases.comparison import Difference
from tests.releases.differences import Wanted
from tests.releases.release import Release
from tests.releases.tape import Tape
from tests.releases.versions import Versions

History = Callable[[Versions], None]
SHOWN = 12

ADVICE = """
During an update, a canary and a rollback, the release {version} and this code serve at the same
time, over the same tables. So change what is stored in two releases:
  1. release the code that reads the old and the new format, and writes the old one;
  2. in the next release, write the new format.
docs/developing.md, "Change what is stored", explains this. If the difference is wanted and harms
neither version, add it to tests/releases/differences.py, with its reason."""


@dataclass(frozen=True)
class Runs:
    """Runs histories on both versions. `called` and `words` are those of all histories."""

    release: Release
    tape: Tape
    called: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    def differences(self, history: History) -> list[Difference]:
        """Return what differs in a history.

        It runs once with each version first. The second run is left out if both have stored the
        same: it would be the same run.
        """
        found: list[Difference] = []
        for first in (self.release.name, "checkout"):
            with pytest.MonkeyPatch.context() as patch:
                versions = Versions(self.release, self.tape, first, patch)
                try:
                    history(versions)
                except Exception:
                    # A difference may be the cause. It says more.
                    if not versions.differences:
                        raise
            found += versions.differences
            self.called.update(versions.called)
            self.words.update(comparison.words(comparison.stored()))
            if versions.is_symmetric:
                break
        return found


def unwanted(differences: Iterable[Difference], wanted: Sequence[Wanted]) -> list[Difference]:
    """Return the differences that no entry covers, one for each place."""
    found: dict[tuple[str, str], Difference] = {}
    for each in differences:
        if not any(entry.covers(each) for entry in wanted):
            found.setdefault((each.where, each.pointer), each)
    return list(found.values())


def stale(differences: Iterable[Difference], wanted: Sequence[Wanted]) -> list[Wanted]:
    """Return the entries that cover no difference."""
    found = list(differences)
    return [entry for entry in wanted if not any(map(entry.covers, found))]


def judge(version: str, differences: Iterable[Difference], wanted: Sequence[Wanted]) -> None:
    """Fail the test if there are differences that nobody wants, and say what to do."""
    if found := [str(each) for each in unwanted(differences, wanted)]:
        more = [f"... and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
        lines = "\n  ".join([*found[:SHOWN], *more])
        pytest.fail(
            f"This code and the release {version} differ over the same data:\n  {lines}\n"
            + ADVICE.format(version=version),
            pytrace=False,
        )
