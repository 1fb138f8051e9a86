from collections.abc import Iterator

import pytest
from moto import mock_aws

from local.in_process.tables import Tables
from tests.integration.authorisation.gateway import Gateway
from tests.integration.authorisation.world import World
from tests.integration.cloud import Cloud


@pytest.fixture(scope="session")
def built() -> World:
    """The agents, made once."""
    with mock_aws():
        return World()


@pytest.fixture(scope="module")
def tables(built: World) -> Iterator[Tables]:
    """Tables for the tests of a module, of which each finds the agents as they were at first."""
    with mock_aws():
        yield Tables()


@pytest.fixture
def world(built: World, tables: Tables) -> World:
    """The agents as they were at first."""
    built.reset()
    return built


@pytest.fixture
def gateway(cloud: Cloud) -> Gateway:
    """A gateway before empty tables."""
    return Gateway(cloud)
