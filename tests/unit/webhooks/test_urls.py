"""Which URLs a webhook may have: 60 hostile and 20 lawful ones, and the one local address."""

import pytest

from agent_messaging.webhooks import urls
from tests.hostile_urls import HOSTILE, KEY, LAWFUL

LOCAL = "127.0.0.1:9000"


def test_the_lists_are_as_long_as_they_should_be():
    assert len(HOSTILE) >= 60
    assert len(LAWFUL) >= 20


@pytest.mark.parametrize("url", HOSTILE, ids=ascii)
@pytest.mark.parametrize("local_only", ["", "keys", "127.0.0.1:9001"])
def test_a_hostile_url_is_refused_and_the_fix_says_what_to_use(url: str, local_only: str):
    with pytest.raises(urls.UrlError) as refusal:
        urls.canonical(url, local_only)
    assert HOSTILE[url] in refusal.value.detail
    assert "Set `url` to" in refusal.value.fix or "Shorten `url`" in refusal.value.fix
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


def test_what_a_fix_suggests_is_lawful():
    assert urls.canonical(urls.EXAMPLE).url == urls.EXAMPLE


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
