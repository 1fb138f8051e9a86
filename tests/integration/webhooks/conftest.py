import pytest

from tests.integration.cloud import Cloud
from tests.integration.webhooks.world import World


@pytest.fixture
def world(cloud: Cloud) -> World:
    """Empty tables, an empty queue and a sender."""
    return World(cloud)
