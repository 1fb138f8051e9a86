import asyncio
import json
import re

import pytest

from agent_messaging.errors import page_of
from local import asgi, gateway
from local.gateway import Gateway
from local.instance import FunctionFailedError
from local.model import Authorizer, Cors, Route
from local.origin import Trusted

NOVA = {"agent_id": "nova", "key_id": "k1", "epoch": 1}


class NeverPool:
    """Functions that are asked and do not answer."""

    async def invoke(self, name, event):
        await asyncio.Event().wait()


def exchange(application, path="/slow", query=b"", headers=(), method="GET"):
    """The status, the headers and the body of a request, asked below HTTP."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": list(headers),
        "server": ("127.0.0.1", 80),
        "client": None,
        "http_version": "1.1",
    }
    asyncio.run(application(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def serve(application, path="/slow", query=b"", headers=()):
    """The status and the JSON of a GET."""
    status, _, body = exchange(application, path, query, headers)
    return status, json.loads(body)


class Functions:
    """Functions in this process: a door that knows one key, and an echo of the event."""

    async def invoke(self, name, event):
        if name == "EchoFunction":
            return {"authorizer": event["requestContext"].get("authorizer")}
        if name == "BrokenFunction" or event["identitySource"] == ["Bearer am_live_broken"]:
            raise FunctionFailedError("KeyError: 'am_live_Secret9'")
        return {"isAuthorized": event["identitySource"] == ["Bearer good"], "context": NOVA}


KEY = Authorizer("KeyAuthorizer", "KeyFunction", ("authorization",), 60)
ROUTES = [
    Route("GET", "/closed", "EchoFunction", KEY),
    Route("GET", "/open", "EchoFunction", None),
    Route("GET", "/broken", "BrokenFunction", None),
]
GOOD, BAD, BROKEN, EMPTY = (
    [(b"authorization", value)]
    for value in (b"Bearer good", b"Bearer bad", b"Bearer am_live_broken", b"")
)


@pytest.mark.parametrize("is_open_mode", [True, False])
@pytest.mark.parametrize(
    ("path", "headers", "answer"),
    [
        ("/closed", GOOD, (200, {"authorizer": {"lambda": NOVA}})),
        ("/closed", BAD, (403, {"message": "Forbidden"})),
        ("/closed", BROKEN, (500, {"message": "Internal Server Error"})),
        ("/closed", EMPTY, (401, {"message": "Unauthorized"})),
        ("/nowhere", BAD, (404, {"message": "Not Found"})),
    ],
)
def test_a_key_that_is_sent_is_checked_on_closed_routes_in_either_mode(
    is_open_mode, path, headers, answer
):
    application = Gateway(Functions(), ROUTES, is_open_mode=is_open_mode)

    assert serve(application, path, headers=headers) == answer


@pytest.mark.parametrize("headers", [[], BAD])
@pytest.mark.parametrize(
    ("is_open_mode", "told"), [(True, {"lambda": {"mode": "open"}}), (False, None)]
)
def test_an_open_route_checks_no_key_and_is_told_the_mode(is_open_mode, told, headers):
    application = Gateway(Functions(), ROUTES, is_open_mode=is_open_mode)

    assert serve(application, "/open", headers=headers) == (200, {"authorizer": told})


def test_head_gets_the_length_of_the_whole_answer_and_no_body():
    default = Route("ANY", "$default", "EchoFunction", None)
    application = Gateway(Functions(), [default], is_open_mode=False)

    status, headers, body = exchange(application, "/open", method="HEAD")

    assert (status, body) == (200, b"")
    assert headers[b"content-length"] == b"%d" % len(b'{"authorizer": null}')


def test_without_a_key_open_mode_vouches_and_says_so_on_every_answer():
    application = Gateway(Functions(), ROUTES, is_open_mode=True)

    status, headers, body = exchange(application, "/closed")

    assert (status, json.loads(body)) == (200, {"authorizer": {"lambda": {"mode": "open"}}})
    assert headers[b"x-auth-mode"] == b"open"
    for path, sent in (("/open", []), ("/nowhere", []), ("/closed", BAD), ("/closed", EMPTY)):
        assert exchange(application, path, headers=sent)[1][b"x-auth-mode"] == b"open"


def test_where_keys_are_required_there_is_no_open_mode():
    application = Gateway(Functions(), ROUTES, is_open_mode=False)

    for path, sent in (("/open", []), ("/nowhere", []), ("/closed", GOOD), ("/closed", [])):
        assert b"x-auth-mode" not in exchange(application, path, headers=sent)[1]
    status, headers, body = exchange(application, "/closed")
    assert (status, body) == (401, b'{"message":"Unauthorized"}')
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == b"26"
    assert headers[b"apigw-requestid"]
    assert exchange(application, "/closed", headers=BAD)[2] == b'{"message":"Forbidden"}'
    answer = exchange(application, "/closed", headers=BROKEN)
    assert answer[2] == b'{"message":"Internal Server Error"}'


def test_after_a_reload_keys_are_checked_anew():
    functions = Functions()
    application = Gateway(functions, ROUTES, is_open_mode=False)
    assert serve(application, "/closed", headers=BAD)[0] == 403

    async def invoke(name, event):
        return {"isAuthorized": True} if name == "KeyFunction" else {}

    functions.invoke = invoke
    assert serve(application, "/closed", headers=BAD)[0] == 403
    application.replace_routes(ROUTES)
    assert serve(application, "/closed", headers=BAD)[0] == 200


def test_no_key_is_printed(capsys):
    application = Gateway(Functions(), ROUTES)

    serve(application, "/am_live_Secret1", b"key=am_live_Secret2&x=am_live_Secret3-4")
    serve(application, "/broken")
    serve(application, "/closed", headers=BROKEN)

    printed = capsys.readouterr()
    assert (
        "GET /am_live_[redacted]?key=am_live_[redacted]&x=am_live_[redacted]-4 404" in printed.out
    )
    assert printed.err == (
        "BrokenFunction failed: KeyError: 'am_live_[redacted]'\n"
        "KeyFunction failed: KeyError: 'am_live_[redacted]'\n"
    )


def test_after_the_limit_of_the_gateway_the_answer_is_503(monkeypatch, capsys):
    monkeypatch.setattr(gateway, "INTEGRATION_SECONDS", 0.05)
    application = Gateway(NeverPool(), [Route("GET", "/slow", "SlowFunction", None)])

    assert serve(application) == (503, {"message": "Service Unavailable"})
    assert "GET /slow 503" in capsys.readouterr().out


def test_no_byte_of_a_request_can_forge_a_line_of_the_log(capsys):
    application = Gateway(NeverPool(), [])

    assert serve(application, "/a b", b"c\x1b[31m\nGET")[0] == 404

    line = capsys.readouterr().out
    assert "GET /a?b?c?[31m?GET 404" in line
    assert line.count("\n") == 1


def test_a_page_from_elsewhere_is_refused_before_any_function():
    application = Gateway(NeverPool(), [Route("GET", "/slow", "SlowFunction", None)])

    status, problem = serve(application, headers=[(b"host", b"evil.example")])

    assert (status, problem["code"]) == (403, "host_refused")
    assert problem["type"] == page_of("gateway")
    assert "ALLOW_HOST=evil.example" in problem["fix"]


def test_the_line_of_a_refused_host_names_no_function(capsys):
    exchange(Gateway(Functions(), ROUTES), path="/open", headers=[(b"host", b"box")])
    assert re.search(r" 403 \d+ms - ", capsys.readouterr().out)


def logged(application, capsys, **request):
    """What a request's line says after its id."""
    exchange(application, **request)
    return re.split(r" [\w-]{15}= ?", capsys.readouterr().out.rstrip("\n"), maxsplit=1)[1]


MALFORMED = b"Bearer am_live_short"
UNKNOWN = b"Bearer am_live_" + b"0" * 46


@pytest.mark.parametrize(
    ("path", "headers", "reason"),
    [
        ("/closed", [], "no Authorization header"),
        ("/closed", EMPTY, "the Authorization header is empty"),
        ("/closed", [(b"authorization", b"Basic x")], "the Authorization header is not `Bearer"),
        ("/closed", [(b"authorization", MALFORMED)], "the key is incomplete: am_live_ and 46"),
        ("/closed", [(b"authorization", UNKNOWN)], "the key is unknown, mistyped, revoked"),
        ("/nowhere", [], "the template has no route with this method and path"),
        ("/open", [(b"host", b"box")], "host_refused: The Host header names `box`"),
        ("/open", [], ""),
    ],
)
def test_the_line_of_a_request_says_why_the_gateway_refused_it(capsys, path, headers, reason):
    application = Gateway(Functions(), ROUTES, is_open_mode=False)

    line = logged(application, capsys, path=path, headers=headers)

    assert line.startswith(reason)
    assert bool(line) == bool(reason)


def test_the_line_says_that_a_body_is_too_large(capsys, monkeypatch):
    monkeypatch.setattr(asgi, "MAX_REQUEST_BYTES", -1)

    assert "the body exceeds 10 MB" in logged(Gateway(Functions(), ROUTES), capsys, path="/open")


PAGE = (b"origin", b"http://localhost:3000")
ASKED = (b"access-control-request-method", b"POST")
CORS = Cors("GET,POST", "authorization", "etag", 7200)
OF_THE_PAGE = Trusted(origins=frozenset({"http://localhost:3000"}))


def test_a_page_that_is_allowed_may_ask_and_read():
    application = Gateway(Functions(), ROUTES, CORS, is_open_mode=False, trusted=OF_THE_PAGE)

    status, headers, body = exchange(
        application, "/closed", headers=[PAGE, ASKED], method="OPTIONS"
    )
    assert (status, body) == (204, b"")
    assert headers == {
        b"access-control-allow-origin": b"http://localhost:3000",
        b"access-control-allow-methods": b"GET,POST",
        b"access-control-allow-headers": b"authorization",
        b"access-control-max-age": b"7200",
    }
    status, headers, _ = exchange(application, "/closed", headers=[*GOOD, PAGE])
    assert status == 200
    assert headers[b"access-control-allow-origin"] == b"http://localhost:3000"
    assert headers[b"access-control-expose-headers"] == b"etag"


def test_a_tool_and_a_page_of_here_get_no_headers_of_other_pages():
    application = Gateway(Functions(), ROUTES, CORS, trusted=OF_THE_PAGE)

    own = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
    for headers in ([], own):
        sent = exchange(application, "/open", headers=headers)[1]
        assert b"access-control-allow-origin" not in sent
        assert exchange(application, "/open", headers=[*headers, ASKED], method="OPTIONS")[0] == 404
    other = [(b"origin", b"http://localhost:3001"), ASKED]
    assert exchange(application, "/open", headers=other, method="OPTIONS")[0] == 403
