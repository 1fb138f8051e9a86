from collections.abc import Iterator

import pytest
from moto import mock_aws

from local import moto_patches
from tests.integration.cloud import Cloud
from tests.integration.tables import Snapshot

moto_patches.speed_moto_up()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """Empty tables and the functions over them."""
    with mock_aws():
        yield Cloud()


@pytest.fixture(scope="session")
def registered() -> Snapshot:
    """What the tables hold once Nova, Boots and a third agent are registered."""
    with mock_aws():
        cloud = Cloud()
        for agent_id in ("nova", "boots", "third"):
            cloud.register(agent_id)
        return cloud.snapshot()


@pytest.fixture
def pair(registered: Snapshot, cloud: Cloud) -> Cloud:
    """The two agents of the user's document, and a third who has no part in what they do."""
    cloud.restore(registered)
    return cloud
