from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from local.in_process import functions
from tests.releases.release import Release
from tests.releases.tape import Tape
from tools.release import archive


@pytest.fixture(scope="session")
def last_release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release that the next one will replace, ready to run."""
    version = archive.last_release(archive.of_checkout())
    folder: Path = tmp_path_factory.mktemp(f"release-{version}")
    for name, content in archive.of_release(version).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Release(version, folder)


@pytest.fixture(scope="module")
def tape(aws: None, last_release: Release) -> Iterator[Tape]:
    """The calls of both versions."""
    last_release.load()
    tape = Tape()
    with tape.watching([*functions.clients(), *last_release.clients]):
        yield tape


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """moto, for the tests of a module."""
    with mock_aws():
        yield
