from collections.abc import Iterator

import pytest
from moto import mock_aws

from local.in_process.memory import Memory
from tests.integration.cloud import Cloud


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """moto, for the tests of a module: to begin and to end it takes longer than most of them."""
    with mock_aws():
        yield


@pytest.fixture
def cloud(aws: None) -> Cloud:
    """Empty tables and the functions over them."""
    return Cloud()


@pytest.fixture(scope="session")
def registered() -> Memory:
    """What the tables hold once Nova, Boots and a third agent are registered."""
    with mock_aws():
        cloud = Cloud()
        for agent_id in ("nova", "boots", "third"):
            cloud.register(agent_id)
        return Memory()


@pytest.fixture
def pair(registered: Memory, cloud: Cloud) -> Cloud:
    """The two agents of the user's document, and a third who has no part in what they do."""
    registered.put_back()
    return cloud
