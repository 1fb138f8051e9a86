import pytest

from local.origin import Trusted, distrust, is_of_a_tool


def is_trusted(headers: dict[bytes, bytes]) -> bool:
    return distrust(headers) is None


@pytest.mark.parametrize(
    "host",
    [
        *(b"localhost", b"LOCALHOST:8080", b"localhost.", b"Localhost.:8080", b"api.localhost"),
        *(b"127.0.0.1", b"127.0.0.1:8080", b"[::1]:8080", b"[::1]"),
    ],
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


def test_a_tool_in_a_container_reaches_the_tables_but_no_other_name_does():
    assert is_of_a_tool({b"host": b"host.docker.internal:8000"})
    assert is_of_a_tool({b"host": b"localhost:8000"})
    assert not is_of_a_tool({b"host": b"a.host.docker.internal"})
    assert not is_of_a_tool({b"host": b"localhost:8000", b"origin": b"http://localhost:8000"})


def test_a_name_that_is_allowed_is_served_and_another_is_told_how():
    trusted = Trusted(hosts=frozenset({"box"}))

    assert distrust({b"host": b"BOX.:8080"}, trusted) is None
    refused = distrust({b"host": b"Other:8080"}, trusted)
    assert refused is not None
    assert refused.code == "host_refused"
    assert refused.fix.endswith("or start it with ALLOW_HOST=other.")
    odd = distrust({b"host": b"a b"}, trusted)
    assert odd is not None
    assert "ALLOW_HOST" not in odd.fix


@pytest.mark.parametrize("site", [b"same-site", b"cross-site"])
def test_a_page_that_is_allowed_is_served_and_another_is_told_how(site: bytes):
    trusted = Trusted(origins=frozenset({"http://localhost:3000"}))
    headers = {b"host": b"localhost:8080", b"sec-fetch-site": site}

    assert distrust({**headers, b"origin": b"http://localhost:3000"}, trusted) is None
    refused = distrust({**headers, b"origin": b"http://localhost:3001"}, trusted)
    assert refused is not None
    assert refused.code == "origin_refused"
    assert refused.fix == "Start the server with ALLOW_ORIGIN=http://localhost:3001."
    silent = distrust(headers, trusted)
    assert silent is not None
    assert "without its Origin header" in silent.detail


def test_a_page_that_is_allowed_cannot_lead_another_name_here():
    trusted = Trusted(origins=frozenset({"http://evil.example"}))

    assert distrust({b"host": b"evil.example", b"origin": b"http://evil.example"}, trusted)
