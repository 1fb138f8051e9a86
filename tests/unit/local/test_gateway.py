import asyncio
import json

from local import gateway
from local.gateway import Gateway
from local.model import Route


class NeverPool:
    """Functions that are asked and do not answer."""

    async def invoke(self, name, event):
        await asyncio.Event().wait()


def serve(application, path="/slow", query=b"", headers=()):
    """The status and the body of a GET, asked below HTTP."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": path.encode(),
        "query_string": query,
        "headers": list(headers),
        "server": ("127.0.0.1", 80),
        "client": None,
        "http_version": "1.1",
    }
    asyncio.run(application(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


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

    answer = serve(application, headers=[(b"host", b"evil.example")])
    assert answer == (403, {"message": "Forbidden"})
