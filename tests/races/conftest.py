"""moto in this process, with the local runner's repairs for as long as a test lasts."""

import functools
from collections.abc import Iterator

import pytest
from moto import mock_aws

from local import moto_patches


@pytest.fixture
def repaired_moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    put = functools.partial(monkeypatch.setattr, raising=False)
    monkeypatch.setattr(moto_patches, "replace", put)
    moto_patches.correct_moto()
    with mock_aws():
        yield
