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
    "host",
    [b"evil.example", b"evil.example:8080", b"localhost.evil", b"host.docker.internal", b"[", b""],
)
def test_a_page_that_leads_its_own_name_here_is_refused(host: bytes):
    assert not is_trusted({b"host": host})


@pytest.mark.parametrize("site", [b"cross-site", b"same-site"])
def test_a_request_from_another_site_or_port_is_refused(site: bytes):
    assert not is_trusted({b"host": b"localhost", b"sec-fetch-site": site})


@pytest.mark.parametrize(
    "origin", [b"http://evil.example", b"null", b"http://127.0.0.1:9000", b"https://127.0.0.1:8080"]
)
def test_a_page_of_another_origin_is_refused(origin: bytes):
    assert not is_trusted({b"host": b"127.0.0.1:8080", b"origin": origin})


def test_a_page_that_came_from_here_is_served():
    assert is_trusted({b"host": b"127.0.0.1:8080", b"origin": b"http://127.0.0.1:8080"})


def test_a_tool_that_names_no_host_is_served():
    assert is_trusted({})


def test_one_more_name_can_be_this_machines_but_no_other():
    assert is_trusted({b"host": b"host.docker.internal:8000"}, "host.docker.internal")
    assert not is_trusted({b"host": b"a.host.docker.internal"}, "host.docker.internal")
