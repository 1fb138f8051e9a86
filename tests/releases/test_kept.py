"""The releases that are kept: what is in their files, and which one this code will replace."""

from pathlib import Path

import pytest

from local.in_process.functions import TEMPLATE
from tests.releases.release import Release
from tools.release import archive, checks

KEPT = archive.digests()


@pytest.mark.parametrize("version", KEPT)
def test_a_file_holds_what_its_digest_says(version: str):
    sources = archive.of_release(version)
    assert archive.digest(sources) == KEPT[version]
    assert all(map(archive.is_source, sources))
    assert f'__version__ = "{version}"' in sources[checks.PACKAGE.as_posix()].decode()


def test_each_release_is_kept_and_two_at_most():
    assert [path.stem for path in sorted(archive.RELEASES.glob("*.zip"))] == sorted(KEPT)
    assert len(KEPT) <= 2
    assert list(KEPT)[-1] == checks.declared(archive.ROOT)


def test_the_same_sources_are_packed_to_the_same_bytes(tmp_path: Path):
    sources = {"template.yaml": b"A: 1\n", "functions/a/app.py": b"x = 1\n"}
    archive.keep("1.0.0", sources, tmp_path)
    first = (tmp_path / "1.0.0.zip").read_bytes()
    archive.keep("1.0.0", dict(reversed(sources.items())), tmp_path)
    assert (tmp_path / "1.0.0.zip").read_bytes() == first
    assert archive.of_release("1.0.0", tmp_path) == sources


def test_the_last_release_is_the_newest_that_differs_from_the_code(tmp_path: Path):
    for number, version in enumerate(("1.9.0", "1.10.0", "2.0.0")):
        removed = archive.keep(version, {"template.yaml": str(number).encode()}, tmp_path)
    assert removed == ["1.9.0"]
    assert list(archive.digests(tmp_path)) == ["1.10.0", "2.0.0"]
    # In the commit of the release, and after the next change.
    assert archive.last_release({"template.yaml": b"2"}, tmp_path) == "1.10.0"
    assert archive.last_release({"template.yaml": b"3"}, tmp_path) == "2.0.0"


def test_every_table_and_index_of_the_last_release_is_here_with_the_same_keys(
    last_release: Release,
):
    """CloudFormation replaces a table whose keys change, and refuses to change an index."""
    here = {table.name: table.create for table in TEMPLATE.tables}
    for table in last_release.template.tables:
        new, old = here[table.name], table.create
        assert new["KeySchema"] == old["KeySchema"], table.name
        indexes = {each["IndexName"]: each for each in new.get("GlobalSecondaryIndexes", [])}
        for index in old.get("GlobalSecondaryIndexes", []):
            assert indexes.get(index["IndexName"]) == index, table.name
