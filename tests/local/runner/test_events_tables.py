"""`make events` empties only tables of this machine, or those of `make run`."""

import http.server
import threading

import pytest

from local import engine
from tools.events import __main__ as events
from tools.events import tables


@pytest.fixture
def other_url():
    """An HTTP server that refuses everything, in words of its own."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("url", "is_loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost:8000", True),
        ("http://172.17.0.1:8000", False),
        ("http://127.0.0.1.example.com", False),
        ("https://dynamodb.example.com", False),
    ],
)
def test_a_loopback_address_is_one_of_this_machine_alone(url, is_loopback):
    assert tables.is_loopback(url) == is_loopback


def test_the_tables_of_make_run_are_known_by_what_they_answer(moto_url, other_url):
    assert tables.is_of_make_run(moto_url)
    assert not tables.is_of_make_run(other_url)
    assert not tables.is_of_make_run("http://127.0.0.1:9")


def test_other_tables_are_refused_before_anything_is_deleted(monkeypatch, capsys, other_url):
    async def connect(url):
        return engine.Engine(url, None)

    monkeypatch.setattr(engine, "connect", connect)
    monkeypatch.setattr(tables, "is_loopback", lambda _: False)
    monkeypatch.setattr(events, "fill", pytest.fail)
    assert events.main(["--engine", other_url]) == 1
    assert "may hold data of others" in capsys.readouterr().err


def test_the_tables_of_make_run_are_taken_at_any_address(monkeypatch, moto_url):
    monkeypatch.setattr(tables, "is_loopback", lambda _: False)
    tables.require_local(moto_url)
