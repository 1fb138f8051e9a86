"""No test of this folder waits between two attempts."""

import pytest


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch):
    """Waiting between attempts is not what is tested."""
    monkeypatch.setattr("agent_messaging.storage.table.FIRST_WAIT_SECONDS", 0)
