"""No unit test starts a server: in their process nothing can listen."""

import socket
from typing import NoReturn

import pytest


@pytest.fixture(autouse=True)
def _nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "listen", _refuse)


def _refuse(*_: object) -> NoReturn:
    pytest.fail("A unit test starts no server: it belongs to tests/local or tests/integration.")
