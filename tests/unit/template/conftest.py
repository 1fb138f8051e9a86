"""The translated template, plain and with the canary."""

from typing import Any

import pytest

from tests.unit.template.translating import translated


@pytest.fixture(scope="session")
def plain() -> dict[str, dict[str, Any]]:
    return translated()


@pytest.fixture(scope="session")
def canary() -> dict[str, dict[str, Any]]:
    """With the canary on, and another layer."""
    return translated("Canary=true", "AgentMessagingLayer=s3://bucket/new")
