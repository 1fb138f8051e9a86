import pytest

from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tools.events import examples


@pytest.fixture
def keys(cloud: Cloud) -> dict[str, str]:
    """A key of each agent by its id, over the tables that `make events` fills."""
    return examples.write(app)


@pytest.fixture
def told(cloud: Cloud, keys: dict[str, str]) -> Cloud:
    """The agents as the event files know them: with keys, messages, orders, a request."""
    return cloud


@pytest.fixture
def key_of_nova(keys: dict[str, str]) -> str:
    """The key of Nova that the events' authorizer vouches for."""
    return keys[examples.NOVA.id]
