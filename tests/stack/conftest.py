from collections.abc import Iterator

import pytest

from tests.stack.deployment import Deployment, deploy
from tests.stack.emulator import Account
from tests.stack.emulator import account as empty_account


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """An account in which nothing was ever deployed."""
    with empty_account() as account:
        yield account


@pytest.fixture(scope="session")
def first(account: Account) -> tuple[Deployment, float]:
    """The first deploy, of dev, and the seconds that it took."""
    return deploy(account, "dev")


@pytest.fixture(scope="session")
def dev(first: tuple[Deployment, float]) -> Deployment:
    return first[0]
