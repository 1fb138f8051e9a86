"""The template's tables in moto, and the functions of this noun as Lambda would load them."""

import json
from pathlib import Path

import boto3
import pytest

from agent_messaging.stats.table import StatsTable
from local.in_process import memory
from local.in_process.runtime import Context, load_app
from local.template import load

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = load()
STATS_TABLE = "MessagingStatsTable"


@pytest.fixture
def client(aws):
    memory.empty()
    return boto3.client("dynamodb")


@pytest.fixture
def stats(client):
    return StatsTable(client, STATS_TABLE)


@pytest.fixture
def load_function(client, monkeypatch):
    """The module behind a function, by its logical id, under the template's environment."""

    def load_one(name):
        function = TEMPLATE.functions[name]
        for variable, value in function.environment.items():
            monkeypatch.setenv(variable, value)
        return load_app(f"{name}_app", function.code)

    return load_one


@pytest.fixture
def context():
    return Context()


@pytest.fixture
def stored(client):
    """Everything in the statistics' table, in one order."""

    def read():
        items = client.scan(TableName=STATS_TABLE)["Items"]
        return sorted(items, key=lambda item: (item["scope"]["S"], item["window"]["S"]))

    return read


@pytest.fixture
def event():
    def read(path):
        return json.loads((ROOT / "events" / path).read_text())

    return read
