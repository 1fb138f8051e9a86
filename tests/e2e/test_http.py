"""What goes over the wire, whatever the stack: headers, refusals, the gateway's own answers."""

import pytest
import requests

from tests.e2e.client import Agent, Stack, eventually


def test_every_answer_carries_a_request_id(nova: Agent) -> None:
    good = nova.send("GET", "/messaging/inbox")
    bad = nova.send("GET", "/messaging/inbox", params={"limit": 0})

    assert good.headers["X-Request-Id"]
    assert bad.json()["request_id"] == bad.headers["X-Request-Id"]


@pytest.mark.usefixtures("true_to_the_gateway")
def test_no_two_requests_have_the_same_id(nova: Agent) -> None:
    ids = {nova.send("GET", "/messaging/inbox").headers["X-Request-Id"] for _ in range(3)}

    assert len(ids) == 3


def test_a_refusal_is_a_problem_document_that_says_what_to_do(nova: Agent) -> None:
    answer = nova.send("POST", "/messaging/send", json={"to_agent_id": "nobody-here"})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    told = [(each["pointer"], each["detail"]) for each in problem["errors"]]
    assert told == [("#/body", "is missing")]
    assert problem["fix"]


def test_an_unknown_recipient_is_not_found(nova: Agent) -> None:
    answer = nova.send("POST", "/messaging/send", json={"to_agent_id": "nobody-here", "body": "?"})

    assert (answer.status_code, answer.json()["code"]) == (404, "agent_not_found")


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b'{"to_agent_id": NaN}', "application/json", 422),
        (b'{"metadata": ' + b"[" * 40 + b"]" * 40 + b"}", "application/json", 422),
        (b'{"body": "\\ud800"}', "application/json", 422),
        (b'{"body": "' + b"x" * 270_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused(
    nova: Agent, body: bytes, content_type: str, status: int
) -> None:
    answer = nova.send("POST", "/messaging/send", data=body, headers={"Content-Type": content_type})

    assert answer.status_code == status, answer.text


@pytest.mark.usefixtures("true_to_the_gateway")
def test_a_body_that_is_no_text_is_refused(nova: Agent) -> None:
    headers = {"Content-Type": "application/json"}
    answer = nova.send("POST", "/messaging/send", data=b"\xff\xfe", headers=headers)

    assert answer.status_code == 400, answer.text


def test_a_repeated_query_parameter_is_refused(nova: Agent) -> None:
    answer = nova.send("GET", "/messaging/inbox", params={"limit": ["1", "2"]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?limit"


@pytest.mark.usefixtures("true_to_the_gateway")
@pytest.mark.parametrize(
    ("method", "path", "status", "nearest"),
    [
        ("GET", "/messaging/inboxes", 404, "GET /api/v1/messaging/inbox"),
        ("GET", "/messaging/send", 405, "POST /api/v1/messaging/send"),
        ("DELETE", "/messaging/inbox", 405, "GET /api/v1/messaging/inbox"),
    ],
)
def test_a_request_without_a_route_is_told_the_nearest_one(
    stack: Stack, method: str, path: str, status: int, nearest: str
) -> None:
    answer = stack.send(method, path)

    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert nearest in answer.json()["fix"]


@pytest.mark.usefixtures("true_to_the_gateway")
def test_head_is_answered_like_get_without_a_body(stack: Stack) -> None:
    for path in ("/", "/health", "/llms.txt"):
        answer = requests.head(f"{stack.url}{path}", timeout=10)
        assert (answer.status_code, answer.content) == (200, b""), path
    assert stack.send("HEAD", "/messaging/inbox").status_code == 405


def test_the_front_page_names_the_documents_and_how_to_register(stack: Stack) -> None:
    front = requests.get(f"{stack.url}/", timeout=10).json()
    for name in ("llms_txt", "openapi", "health"):
        assert requests.get(f"{stack.url}{front['links'][name]}", timeout=10).ok
    assert front["mode"] == ("open" if stack.is_open_mode else "keys")


def test_text_of_any_script_arrives_as_it_was_sent(nova: Agent, boots: Agent) -> None:
    text = 'नमस्ते 🦅 \u202e\u0000 "quoted" \\ \u2028'
    numbers = {"big": 2**70 + 1, "small": 1e-7, "ratio": 0.1, "nested": [[True, None, {"": -0.0}]]}

    nova.post("/messaging/send", to_agent_id=boots.agent_id, body=text, metadata=numbers)

    (message,) = eventually(boots.inbox)
    assert (message["body"], message["metadata"]) == (text, numbers)


def test_the_documents_are_there_for_people_and_agents(stack: Stack) -> None:
    root = stack.url
    assert requests.get(f"{root}/health", timeout=10).json()["status"] == "ok"
    assert "swagger-ui" in requests.get(f"{root}/docs", timeout=10).text
    assert "/api/v1/messaging/ping" in requests.get(f"{root}/llms.txt", timeout=10).text
    document = requests.get(f"{root}/openapi.json", timeout=10).json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/messaging/work-order/{work_order_id}/complete" in document["paths"]
