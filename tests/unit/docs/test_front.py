"""The front page: JSON or HTML as the client prefers, and true of the server that sends it."""

import json
import re

import pytest

from agent_messaging import __version__
from agent_messaging.docs.front import Settings
from agent_messaging.docs.pages import PAGES, serve
from local.template import load
from tools.openapi.render import FILE

BY_NAME = {page.name: page for page in PAGES}
FRONT, BELOW = BY_NAME["front"], BY_NAME["front_api"]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def front(settings: Settings) -> dict:
    return json.loads(serve(FRONT, {}, settings).body)


@pytest.mark.parametrize(
    ("accept", "is_html"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        (BROWSER, True),
        ("text/html", True),
        ("Text/HTML;charset=utf-8", True),
        ("text/*", True),
        ("text/html, application/json", False),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("text/html;q=0, */*", False),
        ("*/*, application/json;q=0", True),
        ("text/*;q=1, text/html;q=0.1, application/*;q=0.2", False),
        ("image/png", False),
        ("text/html;q=much", False),
    ],
)
def test_a_client_gets_the_form_that_it_prefers(accept, is_html):
    content = serve(FRONT, {"accept": accept})

    expected = "text/html; charset=utf-8" if is_html else "application/json"
    assert content.headers["Content-Type"] == expected
    assert content.headers["Vary"] == "Accept"
    assert content.body.startswith("<!DOCTYPE html>") == is_html


def test_below_the_base_path_it_is_always_json():
    assert serve(BELOW, {"accept": BROWSER}).body == serve(FRONT, {}).body


def test_it_names_each_document_and_the_way_in():
    page = front(Settings("keys", "key"))
    paths = {route.path for route in load().routes}

    assert (page["name"], page["version"]) == ("Agent Messaging", __version__)
    assert set(page["links"].values()) <= paths
    assert {"/llms.txt", "/openapi.json", "/docs", "/health"} < set(page["links"].values())
    way = page["registration"]
    assert f"{way['method']} {way['path']}" in {route.key for route in load().routes}


def test_it_says_where_a_websocket_connects():
    without, url = front(Settings()), "wss://a1b2.execute-api.us-east-1.amazonaws.com/live"
    page = front(Settings(socket_url=url))

    assert page["links"] == {**without["links"], "socket": url}
    assert page["features"] == [*without["features"], "sockets"]
    assert "sockets" in serve(FRONT, {"accept": BROWSER}, Settings(socket_url=url)).body


@pytest.mark.parametrize("registration", ["key", "open"])
@pytest.mark.parametrize("mode", ["keys", "open"])
def test_it_tells_the_mode_and_what_registration_needs(mode, registration):
    settings = Settings(mode, registration)
    page = front(settings)
    html = serve(FRONT, {"accept": BROWSER}, settings).body

    assert page["mode"] == mode
    assert page["registration"]["needs_registration_key"] == (registration == "key")
    assert ("X-Registration-Key" in page["start_here"]) == (registration == "key")
    assert ("Bearer" in page["start_here"]) == (mode == "keys")
    assert f"Mode: {mode}." in html
    assert page["start_here"].replace("<", "&lt;") in html


def test_its_features_are_the_groups_of_routes_that_exist():
    document = json.loads(FILE.read_text("utf-8"))
    used = {
        tag
        for methods in document["paths"].values()
        for operation in methods.values()
        for tag in operation["tags"]
    }
    assert set(front(Settings())["features"]) == used - {"docs"}


def test_its_html_loads_nothing_and_links_to_the_pages():
    body = serve(FRONT, {"accept": BROWSER}).body

    assert not re.search(r"<(script|img|link|iframe)", body)
    assert set(re.findall(r'href="([^"]+)"', body)) <= {page.path for page in PAGES}


def test_each_form_has_a_tag_of_its_own():
    tags = {
        serve(FRONT, {"accept": accept}, settings).headers["ETag"]
        for accept in ("", BROWSER)
        for settings in (Settings(), Settings("open"), Settings("keys", "open"))
    }
    assert len(tags) == 6
