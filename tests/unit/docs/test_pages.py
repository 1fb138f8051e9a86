"""The pages at the root: complete in themselves, compressed once, and cheap to ask for again."""

import base64
import gzip
import json
import re
import tomllib

import pytest

from agent_messaging.docs import pages
from agent_messaging.docs.pages import PAGES, VERSION, serve
from local.openapi import ROOT

BY_NAME = {page.name: page for page in PAGES}


def plain(content) -> str:
    assert content.is_base64
    return gzip.decompress(base64.b64decode(content.body)).decode()


TEXTS = ("health", "openapi", "llms_txt")


def sent(page, gzipped):
    return serve(page, {"accept-encoding": "gzip"} if gzipped else {})


def test_health_says_who_answers_and_may_not_be_kept():
    content = serve(BY_NAME["health"], {})

    assert json.loads(content.body) == {
        "status": "ok",
        "service": "agent-messaging",
        "version": VERSION,
    }
    assert content.headers["Cache-Control"] == "no-store"


def test_the_version_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION


@pytest.mark.parametrize("name", ["docs", "openapi", "llms_txt"])
def test_a_reader_that_takes_gzip_gets_the_same_page_compressed(name):
    content = serve(BY_NAME[name], {"accept-encoding": "gzip, deflate, br"})

    assert content.headers["Content-Encoding"] == "gzip"
    assert content.headers["Vary"] == "Accept-Encoding"
    assert plain(content) == serve(BY_NAME[name], {}).body


@pytest.fixture
def made_here(tmp_path, monkeypatch):
    """Nothing was rendered before; it would be written to a folder of the test's own."""
    monkeypatch.setattr(pages, "RENDERED", tmp_path / "rendered")
    pages._form.cache_clear()
    yield
    pages._form.cache_clear()


@pytest.mark.usefixtures("made_here")
def test_a_page_is_compressed_once():
    for _ in range(3):
        serve(BY_NAME["openapi"], {"accept-encoding": "gzip"})
    assert pages._form.cache_info().misses == 3  # its text, that compressed, and its tag


@pytest.mark.usefixtures("made_here")
def test_what_was_rendered_is_sent_as_it_was_made(monkeypatch):
    made = {(name, gzipped): sent(BY_NAME[name], gzipped) for name in TEXTS for gzipped in (0, 1)}
    monkeypatch.setattr(pages, "PAGES", [BY_NAME[name] for name in TEXTS])
    pages.render()
    pages._form.cache_clear()
    monkeypatch.setattr(pages, "_made", None)

    for (name, gzipped), content in made.items():
        assert sent(BY_NAME[name], gzipped) == content


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_reader_that_has_the_page_is_told_so(page):
    tag = serve(page, {}).headers["ETag"]
    content = serve(page, {"if-none-match": f'"other", {tag}'})

    assert (content.status, content.body) == (304, "")
    assert content.headers["ETag"] == tag
    assert serve(page, {"if-none-match": '"other"'}).status == 200


def test_swagger_ui_fetches_nothing_but_the_document():
    body = serve(BY_NAME["docs"], {}).body

    assert 'url: "/openapi.json"' in body
    assert "persistAuthorization: true" in body
    assert "deepLinking: true" in body
    assert "validatorUrl: null" in body
    assert not re.search(r"<(script|img|iframe)[^>]+src=|<link[^>]+href=\"(?!data:)", body)


def test_the_script_cannot_end_or_nest_its_own_element():
    body = serve(BY_NAME["docs"], {}).body

    # Two elements of the page itself; whatever the bundle says of scripts is escaped.
    assert body.count("<script") == body.count("</script") == 2
    assert "<!--" not in body
    assert "\\x3cscript" in body


@pytest.mark.parametrize("breaker", ["</script>", "<script>", "<!-- "])
def test_a_script_that_speaks_of_scripts_says_the_same_when_enclosed(breaker):
    enclosed = pages.enclosed(f"let text = '{breaker}'")

    assert breaker not in enclosed
    assert enclosed.replace("\\x3c", "<") == f"let text = '{breaker}'"


def test_only_the_documents_own_page_is_in_the_document():
    content = serve(BY_NAME["openapi"], {})
    assert json.loads(content.body)["info"]["title"] == "Agent Messaging"
