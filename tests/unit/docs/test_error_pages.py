"""The `type` of each problem leads to a page that explains its code."""

import json
import re
from typing import Any

import pytest

from agent_messaging import errors
from agent_messaging.docs import error_pages
from agent_messaging.door import problem
from agent_messaging.errors import AgentMessagingError
from local.in_process.functions import app

KINDS = list(error_pages.kinds())
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def get(path: str, accept: str = "*/*") -> dict[str, Any]:
    event = {
        "routeKey": "GET /docs/errors/{code}",
        "headers": {"accept": accept},
        "pathParameters": {"code": path.removeprefix("/docs/errors/")},
        "requestContext": {"requestId": "x"},
    }
    answer: dict[str, Any] = app("docs").handler(event, None)
    return answer


def below(kind: type[AgentMessagingError]) -> set[type[AgentMessagingError]]:
    return {kind}.union(*(below(each) for each in kind.__subclasses__()))


def test_every_error_has_a_page():
    own = {each for each in below(AgentMessagingError) if each.__module__.startswith("agent_mess")}
    assert set(KINDS) == own - {AgentMessagingError}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_the_type_of_a_problem_leads_to_its_page(kind: type[AgentMessagingError]):
    answer = get(errors.page_of(kind.code))

    page = json.loads(answer["body"])
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "application/json")
    assert (page["code"], page["status"], page["title"]) == (kind.code, kind.status, kind.title)
    assert page["meaning"]
    assert kind.default_fix in page["what_to_do"]
    assert page["example"]["type"] == errors.page_of(kind.code)


def test_a_bug_has_a_page_too():
    body = json.loads(problem.failed("x", "Send it again")["body"])
    assert get(body["type"])["statusCode"] == 200


def test_a_browser_gets_the_page_as_html():
    answer = get("/docs/errors/unauthorized", BROWSER)

    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert answer["headers"]["Vary"] == "Accept"
    assert "Bearer &lt;key&gt;" in answer["body"]
    assert not re.search(r"<script|https?://", answer["body"])


def test_the_gateways_answers_have_a_page():
    page = json.loads(get("/docs/errors/gateway")["body"])
    assert "`host_refused` or `origin_refused`" in page["meaning"]
    for status in ("401", "403", "404", "413", "429", "500", "503"):
        assert status in page["meaning"]
        assert status in page["what_to_do"]


@pytest.mark.parametrize("code", ["", "no_such_code", "<b>", "../health", "a" * 5000])
def test_another_code_is_404_and_is_not_repeated(code: str):
    answer = get(code, BROWSER)

    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (404, problem.MEDIA_TYPE)
    assert json.loads(answer["body"])["type"] == "/docs/errors/not_found"
    assert len(answer["body"]) < 400


def test_the_pages_are_rendered_into_one_file():
    _, made = error_pages.shown(json.loads(error_pages.texts())["invalid"], is_html=False)
    assert made == get("/docs/errors/invalid")["body"]
