"""What no route takes: the nearest route, the methods of the path, or the path without a slash."""

import json

import pytest

from agent_messaging.docs.catalog import catalog
from agent_messaging.docs.nearest import nearest
from agent_messaging.docs.pages import PAGES
from local.in_process.functions import app
from local.template import load

LONG = "/".join(["work-order"] * 5_000)


def ask(method: str, path: str, query: str = "", **headers: str) -> dict:
    http = {"method": method, "path": path}
    event = {
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "requestContext": {"requestId": "r", "http": http},
    }
    return app("docs").handler(event, None)


def problem(method: str, path: str) -> dict:
    answer = ask(method, path)
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert answer["headers"]["Cache-Control"] == "no-store"
    document = json.loads(answer["body"])
    assert document["status"] == answer["statusCode"]
    return document


def test_the_catalog_lists_every_route_of_the_template_that_has_a_path():
    pages = {page.path for page in PAGES}
    declared = {(r.method, r.path, r.path in pages) for r in load().routes if not r.is_catch_all}
    assert set(catalog().routes) == declared


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("GET /messaging/inbox", "GET /api/v1/messaging/inbox"),
        ("GET /inbox", "GET /api/v1/messaging/inbox"),
        ("GET /messages", "GET /api/v1/messaging/inbox"),
        ("GET //api/v1/agents/me", "GET /api/v1/agents/me"),
        ("GET /API/v1/Agents/ME", "GET /api/v1/agents/me"),
        ("GET /v2/agents", "GET /api/v1/agents"),
        ("GET /api/v1/x/../agents/me", "GET /api/v1/agents/me"),
        ("GET /api/v1/messaging/message/msg_1", "GET /api/v1/messaging/messages/msg_1"),
        ("POST /api/v1/messaging/work_order", "POST /api/v1/messaging/work-order"),
        ("POST /api/v1/messaging/sendd", "POST /api/v1/messaging/send"),
        ("POST /tasks", "POST /api/v1/messaging/work-order"),
        (
            "POST /api/v1/work-orders/wo_1/accept",
            "POST /api/v1/messaging/work-order/wo_1/respond",
        ),
        ("POST /messaging/contacts", "PUT /api/v1/messaging/contacts/{contact_id}"),
        ("PATCH /agents/ana", "PATCH /api/v1/agents/me"),
        ("GET /messaging/presence", "GET /api/v1/messaging/presence/{target_agent_id}"),
        ("DELETE /contacts/ana", "DELETE /api/v1/messaging/contacts/ana"),
        ("DELETE /presence", "DELETE /api/v1/messaging/presence"),
        ("GET /agents/register", "POST /api/v1/agents/register"),
        ("POST /register", "POST /api/v1/agents/register"),
        ("GET /swagger", "GET /docs"),
        ("GET /healthz", "GET /health"),
        ("HEAD /healthz", "GET /health"),
    ],
)
def test_an_unknown_path_is_answered_with_the_nearest_route(asked, meant):
    document = problem(*asked.split(" "))

    assert (document["status"], document["code"]) == (404, "not_found")
    assert document["detail"].endswith(f"Did you mean {meant}?")
    assert f"Use `{meant}`." in document["fix"]


@pytest.mark.parametrize(
    "path", ["/nope", "/api", "/wp-login.php", "/robots.txt", "/favicon.ico", "//evil.com/", ""]
)
def test_a_path_that_is_near_to_nothing_gets_no_proposal(path):
    document = problem("GET", path)
    assert "Did you mean" not in document["detail"]
    assert document["fix"].startswith("Use `GET /`: it lists all documents.")


@pytest.mark.parametrize(
    ("asked", "allow", "fix"),
    [
        ("POST /api/v1/messaging/inbox", "GET, OPTIONS", "`GET /api/v1/messaging/inbox`"),
        ("HEAD /api/v1/messaging/inbox", "GET, OPTIONS", "`GET /api/v1/messaging/inbox`"),
        ("DELETE /health", "GET, HEAD, OPTIONS", "`GET /health`"),
        # The same word in the other number has this method.
        (
            "POST /api/v1/messaging/work-orders",
            "GET, OPTIONS",
            "`POST /api/v1/messaging/work-order`",
        ),
        # Another write, rather than the read of the same path.
        ("PUT /api/v1/agents/me", "DELETE, GET, OPTIONS, PATCH", "`PATCH /api/v1/agents/me`"),
        ("POST /api/v1/agents/me", "DELETE, GET, OPTIONS, PATCH", "`PATCH /api/v1/agents/me`"),
        ("PATCH /api/v1/agents/ana", "GET, OPTIONS", "`PATCH /api/v1/agents/me`"),
        ("PUT /api/v1/agents/ana", "GET, OPTIONS", "`PATCH /api/v1/agents/me`"),
        (
            "POST /api/v1/messaging/contacts",
            "GET, OPTIONS",
            "`PUT /api/v1/messaging/contacts/{contact_id}`",
        ),
        (
            "GET /api/v1/messaging/presence",
            "DELETE, OPTIONS, PUT",
            "`GET /api/v1/messaging/presence/{target_agent_id}`",
        ),
        (
            "DELETE /api/v1/agents/me/keys",
            "GET, OPTIONS, POST",
            "`DELETE /api/v1/agents/me/keys/{key_id}`",
        ),
        ("GET /api/v1/messaging/send", "OPTIONS, POST", "`POST /api/v1/messaging/send`"),
        ("POST /", "GET, HEAD, OPTIONS", "`GET /`"),
        ("DELETE /api/v1/agents/nova", "GET, OPTIONS", "`GET /api/v1/agents/nova`"),
    ],
)
def test_a_wrong_method_is_answered_with_the_methods_of_the_path(asked, allow, fix):
    method, path = asked.split(" ")
    document = problem(method, path)

    assert (document["status"], document["code"]) == (405, "method_not_allowed")
    assert ask(method, path)["headers"]["Allow"] == allow
    assert document["fix"].startswith(f"Use {fix}. ")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "TRACE"])
@pytest.mark.parametrize("route", [r for r in catalog().routes if r.method == "DELETE"])
def test_no_caller_is_told_to_delete_what_it_did_not_want_to_delete(method, route):
    sent = route.path.replace("{", "").replace("}", "")
    near = nearest(method, sent, catalog().routes)
    assert near is None or near.route.method != "DELETE"


@pytest.mark.parametrize("path", ["/agents/nova", "/agents/me/description"])
def test_a_caller_who_deletes_something_else_is_not_told_to_delete_itself(path):
    near = nearest("DELETE", path, catalog().routes)
    assert near is None or near.route.method != "DELETE"


@pytest.mark.parametrize(
    ("path", "query", "location"),
    [
        ("/health/", "", "/health"),
        ("/api/v1/", "", "/api/v1"),
        ("/api/v1/agents/me/", "a=b%20c&d", "/api/v1/agents/me?a=b%20c&d"),
        ("/api/v1/agents/a b/", "", "/api/v1/agents/a%20b"),
        ("/api/v1/agents/a\r\nX: 1/", "x=\r\ny", "/api/v1/agents/a%0D%0AX%3A%201?x=%0D%0Ay"),
        ("/api/v1/openapi.json", "", "/openapi.json"),
        ("//", "", "/"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_path_in_another_form_is_redirected_to_the_route(method, path, query, location):
    answer = ask(method, path, query)
    assert (answer["statusCode"], answer["headers"]["Location"]) == (308, location)
    assert answer["body"] == f"Use {location}\n"
    assert answer["headers"]["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path",
    ["//evil.com/", "//evil.com/health/", "/\\evil.com/", "//health/", "/nothing/", "/health//"],
)
def test_no_other_path_is_redirected(path):
    assert ask("GET", path)["statusCode"] == 404


def test_a_redirect_keeps_the_method_and_leads_to_this_host(monkeypatch):
    assert ask("POST", "/api/v1/messaging/send/")["statusCode"] == 308
    # Even a route that takes every path could not lead to another host.
    monkeypatch.setattr("agent_messaging.docs.unrouted._of_path", lambda path, _: path[-1] != "/")
    assert ask("GET", "//evil.com/")["headers"]["Location"] == "/evil.com"


@pytest.mark.parametrize("route", [r for r in catalog().routes if r.method == "GET" and r.is_page])
def test_head_is_answered_like_get(route):
    get = app("docs").handler(
        {
            "routeKey": f"GET {route.path}",
            "headers": {},
            "requestContext": {"requestId": "r"},
        },
        None,
    )
    # The gateway sends the length of this body, and not the body.
    assert ask("HEAD", route.path) == get


def test_options_names_the_methods_and_lets_every_preflight_pass():
    assert ask("OPTIONS", "/api/v1/agents/me")["headers"]["Allow"] == "DELETE, GET, OPTIONS, PATCH"
    assert ask("OPTIONS", "/nothing")["statusCode"] == 404
    preflight = ask("OPTIONS", "/nothing", Access_Control_Request_Method="GET")
    assert (preflight["statusCode"], preflight["body"]) == (204, "")
    assert ask("OPTIONS", "*")["statusCode"] == 204


def test_a_long_path_is_compared_in_part_and_shown_in_part():
    document = problem("GET", f"/{LONG}")
    assert len(document["detail"]) < 400
    assert nearest("GET", f"/{LONG}", catalog().routes) is None or len(document["fix"]) < 400


@pytest.mark.parametrize("prefix", ["am_live_", "AM_LIVE_", "am_local_"])
@pytest.mark.parametrize("path", ["/api/v1/agents/{}/x", "/api/v1/agents/{}", "/{}", "/x{}/inbox"])
def test_a_key_in_a_path_is_not_repeated(prefix, path):
    key = prefix + "K" * 46
    for method in ("GET", "POST", "PUT"):
        answer = ask(method, path.format(key))
        assert answer["statusCode"] in (404, 405)
        assert key not in answer["body"]
        assert "am_..." in json.loads(answer["body"])["detail"]


def test_what_the_caller_wrote_is_shown_without_control_characters():
    assert "`/a?b?`" in problem("GET", "/a\nb`")["detail"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/am_live_secret", {"message": "refused", "code": "not_found", "status": 404}),
        ("/health/", {"message": "redirected", "status": 308}),
    ],
)
def test_each_answer_writes_a_line_without_the_callers_words(path, line, capsys):
    ask("GET", path)
    written = capsys.readouterr().out
    assert json.loads(written).items() >= {**line, "request_id": "r", "level": "INFO"}.items()
    assert "am_live" not in written
