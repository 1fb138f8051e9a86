import pytest

from local.origin import is_trusted


@pytest.mark.parametrize(
    "host",
    [b"localhost", b"LOCALHOST:8080", b"127.0.0.1", b"127.0.0.1:8080", b"[::1]:8080", b"[::1]"],
)
def test_a_request_to_this_machine_by_its_own_names_is_served(host: bytes):
    assert is_trusted({b"host": host})
    assert is_trusted({b"host": host, b"sec-fetch-site": b"same-origin"})


@pytest.mark.parametrize(
    "host", [b"evil.example", b"evil.example:8080", b"localhost.evil", b"[", b""]
)
def test_a_page_that_leads_its_own_name_here_is_refused(host: bytes):
    assert not is_trusted({b"host": host})


def test_a_request_that_crosses_sites_is_refused():
    assert not is_trusted({b"host": b"localhost", b"sec-fetch-site": b"cross-site"})


def test_a_tool_that_names_no_host_is_served():
    assert is_trusted({})
