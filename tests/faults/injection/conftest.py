import itertools
from collections.abc import Iterator

import pytest

from tests.engine import SecondEngine, second_engine
from tests.faults.injection.world import World, new_world

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def engine() -> Iterator[SecondEngine]:
    """An engine that is isolated, and honours the tokens of transactions."""
    with second_engine() as running:
        yield running


@pytest.fixture
def world(engine: SecondEngine) -> World:
    """Empty tables."""
    return new_world(engine, f"t{next(_numbers)}")
