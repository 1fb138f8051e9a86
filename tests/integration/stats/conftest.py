"""The template's tables in moto, and the functions of this noun as Lambda would load them."""

import importlib.util
import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from agent_messaging.stats.table import StatsTable
from local.tables import create_tables
from local.template import load
from tests.integration.functions import Context

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = load()
STATS_TABLE = "MessagingStatsTable"


@pytest.fixture
def client(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("dynamodb")
        create_tables(client, TEMPLATE.tables)
        yield client


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
        spec = importlib.util.spec_from_file_location(f"{name}_app", function.code / "app.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

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
