"""The translated template, plain and with the canary."""

import pytest

from tests.unit.template.translating import Resources, translated_once

WITH_CANARY = "Canary=true AgentMessagingLayer=s3://bucket/new"


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> list[Resources]:
    """Both, made once in a run."""
    own = tmp_path_factory.getbasetemp()
    return translated_once(own if worker_id == "master" else own.parent, "", WITH_CANARY)


@pytest.fixture(scope="session")
def plain(templates: list[Resources]) -> Resources:
    return templates[0]


@pytest.fixture(scope="session")
def canary(templates: list[Resources]) -> Resources:
    """With the canary on, and another layer."""
    return templates[1]
