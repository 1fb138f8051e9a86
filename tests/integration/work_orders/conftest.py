"""A clock that tests set, and an accepted order with a lease."""

import pytest

from tests.integration.cloud import Cloud
from tests.integration.work_orders.moments import LEASE, Watch


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


@pytest.fixture
def leased(watch: Watch, pair: Cloud) -> str:
    """An order of Nova that Boots accepted at second 10."""
    watch.at(0)
    order_id = pair.offer("nova", "boots", lease_seconds=LEASE)
    watch.at(10)
    assert pair.move("boots", order_id, "accept").status == 200
    return order_id
