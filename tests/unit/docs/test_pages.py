"""The pages at the root: complete, compressed once, cached for a day, and bounded in cost."""

import base64
import gzip
import json
import re
import tomllib

import pytest

from agent_messaging import __version__
from agent_messaging.docs import pages
from agent_messaging.docs.pages import PAGES, serve, version_of
from local.in_process.functions import app
from tools.openapi import example_data
from tools.openapi.render import ROOT

BY_NAME = {page.name: page for page in PAGES}
WHOLE = [page for page in PAGES if "{" not in page.path]


GZIP = {"accept-encoding": "gzip, deflate, br"}
TEXTS = ("health", "openapi", "llms_txt")
FILES = ("swagger_ui_script", "swagger_ui_style", "docs_script")


def plain(content) -> str:
    assert content.is_base64
    return gzip.decompress(base64.b64decode(content.body)).decode()


def swagger() -> str:
    return plain(serve(BY_NAME["docs"], GZIP))


def sent(page, gzipped):
    return serve(page, {"accept-encoding": "gzip"} if gzipped else {})


def test_health_says_who_answers_and_may_not_be_kept():
    content = serve(BY_NAME["health"], {})

    assert json.loads(content.body) == {
        "status": "ok",
        "service": "agent-messaging",
        "version": __version__,
    }
    assert content.headers["Cache-Control"] == "no-store"


def test_the_version_is_declared_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    assert json.loads(serve(BY_NAME["openapi"], {}).body)["info"]["version"] == __version__


@pytest.mark.parametrize("name", ["openapi", "llms_txt"])
def test_a_reader_that_takes_gzip_gets_the_same_page_compressed(name):
    content = serve(BY_NAME[name], GZIP)

    assert content.headers["Content-Encoding"] == "gzip"
    assert content.headers["Vary"] == "Accept-Encoding"
    assert plain(content) == serve(BY_NAME[name], {}).body
    assert len(base64.b64decode(content.body)) < len(plain(content)) / 2


@pytest.mark.parametrize(
    ("accepted", "is_gzip"),
    [
        ("gzip", True),
        ("br;q=1.0, GZIP;q=0.1", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("identity, *;q=0", False),
        ("x-no-gzip", False),
        ("x-gzip", True),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("*;q=0, gzip;q=0.001", True),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=0.5, identity;q=0.4", True),
        ("identity;q=0", True),
        ("identity;q=0, gzip;q=0", False),
        ("gzip;level=9;Q=0", False),
        ("gzip;q=high", False),
        ("br;q=0.5,,gzip", True),
    ],
)
def test_a_page_is_compressed_for_who_takes_gzip(accepted, is_gzip):
    content = serve(BY_NAME["openapi"], {"accept-encoding": accepted})

    assert content.is_base64 == ("Content-Encoding" in content.headers) == is_gzip


def test_without_gzip_swagger_ui_is_a_short_page_that_says_where_to_read():
    content = serve(BY_NAME["docs"], {})

    assert content.status == 200
    assert len(content.body) < 1_000
    assert all(said in content.body for said in ("/llms.txt", "/openapi.json", "--compressed"))
    assert content.headers["ETag"] != serve(BY_NAME["docs"], GZIP).headers["ETag"]


def test_a_browser_keeps_a_page_for_a_day_and_asks_for_the_document_of_its_own_page():
    for name in ("docs", "openapi", "llms_txt"):
        content = serve(BY_NAME[name], GZIP)
        assert content.headers["Cache-Control"] == "public, max-age=86400", name

    tag = serve(BY_NAME["openapi"], GZIP).headers["ETag"].strip('"')
    assert f'data-document="/openapi.json?v={tag}"' in swagger()


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
        serve(BY_NAME["openapi"], GZIP)
    assert pages._form.cache_info().misses == 2  # the page, compressed, and its tag


@pytest.mark.usefixtures("made_here")
def test_what_was_rendered_is_sent_as_it_was_made(monkeypatch):
    made = {(name, gzipped): sent(BY_NAME[name], gzipped) for name in TEXTS for gzipped in (0, 1)}
    monkeypatch.setattr(pages, "PAGES", [BY_NAME[name] for name in TEXTS])
    pages.render()
    pages._form.cache_clear()
    monkeypatch.setattr(pages, "_made", None)

    for (name, gzipped), content in made.items():
        assert sent(BY_NAME[name], gzipped) == content


@pytest.mark.parametrize("accepted", [{}, GZIP], ids=["plain", "gzip"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_reader_that_has_the_page_is_told_so(page, accepted):
    tag = serve(page, accepted).headers["ETag"]
    content = serve(page, {**accepted, "if-none-match": f'"other", {tag}'})

    assert (content.status, content.body, content.is_base64) == (304, "", False)
    assert content.headers["ETag"] == tag
    assert serve(page, {**accepted, "if-none-match": '"other"'}).status == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"a, b", W/{tag} , "c"', 304),
        ("*", 304),
        (" * ", 304),
        ("", 200),
        ('"other"', 200),
        ('W/"other"', 200),
        ('"*"', 200),
        ("{bare}", 200),
        ('"x{bare}"', 200),
        ('"a {bare} b"', 200),
    ],
)
def test_a_tag_is_compared_as_a_whole_and_weakly(sent, status):
    tag = serve(BY_NAME["openapi"], {}).headers["ETag"]
    sent = sent.format(tag=tag, bare=tag.strip('"'))

    assert serve(BY_NAME["openapi"], {"if-none-match": sent}).status == status


@pytest.mark.parametrize("page", WHOLE, ids=lambda page: page.name)
def test_a_304_has_the_headers_that_a_cache_updates(page):
    content = serve(page, {})
    again = serve(page, {"if-none-match": "*"})

    assert again.headers == {k: v for k, v in content.headers.items() if k != "Content-Encoding"}
    varies = "Accept" if page.has_html else "Accept-Encoding"
    is_varying = page.has_html or page.is_worth_compressing
    assert content.headers.get("Vary") == (varies if is_varying else None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_page_links_to_the_description_of_the_api(page):
    links = dict(re.findall(r'<([^>]+)>; rel="([^"]+)"', serve(page, {}).headers["Link"]))

    assert links == {
        "/openapi.json": "service-desc",
        "/docs": "service-doc",
        "/llms.txt": "describedby",
        "/health": "status",
    }
    assert links.keys() <= {each.path for each in PAGES}


def test_llms_txt_is_also_below_the_base_path():
    below = serve(BY_NAME["llms_txt_api"], GZIP)
    assert below == serve(BY_NAME["llms_txt"], GZIP)


def test_the_page_loads_its_own_files_and_nothing_else():
    style, *scripts = re.findall(r'(?:href|src)="(/docs/[^"]+)"', swagger())
    loaded = dict(url.split("?v=") for url in (style, *scripts))

    assert set(loaded) == {BY_NAME[name].path for name in FILES}
    for name in FILES:
        version = loaded[BY_NAME[name].path]
        assert serve(BY_NAME[name], GZIP).headers["ETag"] == f'"{version}"'
    assert not re.search(r"<(img|iframe|object)|https?://", swagger())


def test_the_page_has_no_script_of_its_own_so_the_policy_permits_only_files():
    assert re.findall(r"<script[^>]*>[^<]", swagger()) == []
    assert "script-src 'self';" in app("docs").POLICY
    assert not re.search(r" on\w+=", swagger())


def test_the_page_itself_is_small():
    assert len(serve(BY_NAME["docs"], GZIP).body) * 3 / 4 < 3_000


@pytest.mark.parametrize("name", FILES)
def test_a_browser_keeps_a_file_for_a_year_under_the_url_with_its_version_alone(name):
    page = BY_NAME[name]
    year = serve(page, GZIP, query=f"v={version_of(page)}").headers["Cache-Control"]
    assert year == "public, max-age=31536000, immutable"
    for query in ("", "v=0"):
        assert serve(page, GZIP, query=query).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["swagger_ui_script", "swagger_ui_style"])
def test_without_gzip_a_large_file_is_one_line_that_says_why(name):
    content = serve(BY_NAME[name], {})

    assert re.fullmatch(r"/\* .* Accept-Encoding: gzip. \*/\n", content.body)


def test_the_documents_for_agents_stand_before_the_operations():
    top = swagger().partition('id="swagger-ui"')[0]
    assert all(f'href="{path}"' in top for path in ("/llms.txt", "/openapi.json", "/arazzo.json"))


def test_the_page_tells_the_mode_and_has_a_place_for_the_key():
    script = plain(serve(BY_NAME["docs_script"], GZIP))

    assert all(f'id="{name}" hidden' in swagger() for name in ("open", "keyed"))
    assert all(f"getElementById({name}" in script for name in ('"key"', '"keyed"', "isOpen"))
    # What is never cached shows the mode of the server that runs now.
    assert BY_NAME["health"].cache_control == "no-store"
    assert 'fetch("/health", { cache: "no-store" })' in script
    assert example_data.NOVA["id"] in script
    assert "persistAuthorization: true" in script
    assert "validatorUrl: null" in script


def test_only_the_documents_own_page_is_in_the_document():
    content = serve(BY_NAME["openapi"], {})
    assert json.loads(content.body)["info"]["title"] == "Agent Messaging"


def test_the_document_is_sent_without_white_space():
    file = ROOT / "layers/agent_messaging/agent_messaging/docs/openapi.json"
    body = serve(BY_NAME["openapi"], {}).body

    assert json.loads(body) == json.loads(file.read_text())
    assert len(body.encode()) < 0.75 * file.stat().st_size
