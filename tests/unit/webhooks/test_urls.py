"""Which URLs a webhook may have: 60 hostile and 20 lawful ones, and the one local address."""

import re

import pytest

from agent_messaging.webhooks import urls
from tests.hostile_urls import HOSTILE, KEY, LAWFUL

LOCAL = "127.0.0.1:9000"


def test_the_lists_are_as_long_as_they_should_be():
    assert len(HOSTILE) >= 60
    assert len(LAWFUL) >= 20


def example_of(error: urls.UrlError) -> str:
    """The URL that a fix says to use instead."""
    found = re.search(r'Set `url` to another URL, for example `"(.+)"`\.', error.fix)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("url", HOSTILE, ids=ascii)
@pytest.mark.parametrize("local_only", ["", "keys", "127.0.0.1:9001"])
def test_a_hostile_url_is_refused_and_the_fix_says_what_to_use(url: str, local_only: str):
    with pytest.raises(urls.UrlError) as refusal:
        urls.canonical(url, local_only)
    assert HOSTILE[url] in refusal.value.detail
    assert urls.canonical(example_of(refusal.value))
    for secret in ("secret", KEY):  # A refusal repeats nothing of what was sent.
        assert secret not in refusal.value.detail + refusal.value.fix


@pytest.mark.parametrize("url", LAWFUL, ids=ascii)
def test_a_lawful_url_has_one_canonical_form(url: str):
    target = urls.canonical(url)
    assert target.url == LAWFUL[url]
    assert urls.canonical(target.url) == target
    assert target.url == f"https://{target.host}{target.path}"
    assert (target.port, target.is_local) == (443, False)
    assert target.host.isascii()
    assert target.host == target.host.lower()


@pytest.mark.parametrize(
    ("wrong", "repaired"),
    [
        ("http://hooks.example.com/agent?a=1", "https://hooks.example.com/agent?a=1"),
        ("https://hooks.example.com:8443/agent", "https://hooks.example.com/agent"),
        ("https://user:secret@hooks.example.com/agent", "https://hooks.example.com/agent"),
        ("https://hooks.example.com/agent#part", "https://hooks.example.com/agent"),
        ("https://hooks.example.com./agent", "https://hooks.example.com/agent"),
        ("https://hooks.example.com@10.0.0.1/agent", urls.EXAMPLE),
        ("https://hooks.example.com\\@10.0.0.1/", urls.EXAMPLE),
        ("https://10.0.0.1/agent", urls.EXAMPLE),
    ],
)
def test_a_fix_has_the_url_repaired_or_an_example(wrong: str, repaired: str):
    with pytest.raises(urls.UrlError) as refusal:
        urls.canonical(wrong)
    assert example_of(refusal.value) == repaired


def test_the_one_local_address_is_allowed_over_http():
    target = urls.canonical("http://127.0.0.1:9000/hook?a=1", LOCAL)
    assert target == urls.Target(
        "http://127.0.0.1:9000/hook?a=1", "127.0.0.1", 9000, "/hook?a=1", is_local=True
    )
    assert urls.canonical("http://127.0.0.1:9000", LOCAL).path == "/"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:9000/hook",
        "http://127.0.0.1:9001/hook",
        "http://127.0.0.1/hook",
        "http://localhost:9000/hook",
        "http://127.0.0.1:9000@evil.example.com/hook",
        "http://127.0.0.1:09000/hook",
        "http://127.1:9000/hook",
        "http://hooks.example.com/hook",
        "http://127.0.0.1:9000\\@evil.example.com/",
        "http://127.0.0.1:9000/#",
    ],
)
def test_nothing_else_is_allowed_besides_it(url: str):
    with pytest.raises(urls.UrlError):
        urls.canonical(url, LOCAL)


def test_a_function_without_the_variable_refuses_the_local_address():
    for unset in ("", "keys", "localhost:9000", "127.0.0.1", "10.0.0.1:9000", "127.0.0.1:"):
        with pytest.raises(urls.UrlError, match="https"):
            urls.canonical("http://127.0.0.1:9000/hook", unset)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8123/hook", "127.0.0.1:8123"),
        ("http://localhost:8123/", "127.0.0.1:8123"),
        ("HTTP://example.com/", "127.0.0.1:9000"),
    ],
)
@pytest.mark.parametrize("local_only", ["keys", "127.0.0.1:9999"])
def test_a_local_server_says_how_it_may_call_an_address_over_http(url, address, local_only):
    with pytest.raises(urls.UrlError) as refused:
        urls.canonical(url, local_only)
    assert f"`make run WEBHOOKS={address}`" in refused.value.fix
    assert f'"http://{address}/"' in refused.value.fix
    with pytest.raises(urls.UrlError) as deployed:
        urls.canonical(url)
    assert "make run" not in deployed.value.fix
