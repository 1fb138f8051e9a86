import json
from typing import Any

import pytest

from agent_messaging.storage.queue import QueueError, QueueMessage
from agent_messaging.webhooks.history import DeliveryService
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.webhooks.world import World


class HeldQueue:
    """The queue of jobs that no sender reads. It may be told to take no messages."""

    def __init__(self) -> None:
        self.messages: list[QueueMessage] = []
        self.is_broken = False

    def send(self, messages: list[QueueMessage]) -> None:
        if self.is_broken:
            raise QueueError(0)
        self.messages += messages

    @property
    def jobs(self) -> list[dict[str, Any]]:
        return [json.loads(each.body) for each in self.messages]


@pytest.fixture
def queue(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> HeldQueue:
    held, module = HeldQueue(), app("webhooks")
    service: DeliveryService = module.deliveries
    monkeypatch.setattr(
        module,
        "deliveries",
        DeliveryService(service.webhooks, service.deliveries, service.limits, held),  # type: ignore[arg-type]
    )
    return held


@pytest.fixture
def world(cloud: Cloud) -> World:
    """Empty tables, an empty queue and a sender."""
    return World(cloud)
