"""The projector as Lambda would load it, over a table in memory or in moto."""

from dataclasses import dataclass
from types import ModuleType

import pytest
from moto import mock_aws

from agent_messaging.storage import connection
from agent_messaging.storage import table as dynamodb
from local.in_process.runtime import load_app
from local.tables import create_tables
from local.template import load
from tests.faults.streams.memory import MemoryClient

TEMPLATE = load()
STATS_TABLE = "MessagingStatsTable"


@dataclass
class Cloud:
    """The projector's module, its mappings by their tables, and what is under it."""

    projector: ModuleType
    client: object

    @property
    def mappings(self):
        return {
            mapping.table: mapping
            for mapping in TEMPLATE.streams
            if mapping.function == "ProjectorFunction"
        }

    def items(self):
        """Everything that the projector has stored."""
        if isinstance(self.client, MemoryClient):
            return self.client.all_items()
        pages = self.client.get_paginator("scan").paginate(TableName=STATS_TABLE)
        return [item for page in pages for item in page["Items"]]


@pytest.fixture
def moto(monkeypatch):
    """The cloud over moto."""
    with mock_aws():
        create_tables(connection.connect(), TEMPLATE.tables)
        yield Cloud(load_projector(monkeypatch), connection.connect())


@pytest.fixture
def memory(monkeypatch):
    """The cloud over a table in memory."""
    return Cloud(load_projector(monkeypatch), MemoryClient(connection.connect()))


def load_projector(monkeypatch):
    """The module as Lambda would load it; its pauses are none."""
    function = TEMPLATE.functions["ProjectorFunction"]
    for name, value in function.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)
    return load_app("projector_app", function.code)
