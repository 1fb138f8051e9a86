"""moto in this process, with the local runner's repairs."""

from collections.abc import Iterator

import pytest
from moto import mock_aws


@pytest.fixture
def repaired_moto() -> Iterator[None]:
    with mock_aws():
        yield
