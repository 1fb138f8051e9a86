"""A bug is a 500 and a refusal its code, with nothing of what was sent in the log."""

import io
import json

import pytest
from botocore.exceptions import EndpointConnectionError

from agent_messaging.door import api
from local.in_process.functions import app
from tests.integration.cloud import Cloud


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the doors write to the log."""
    written = io.StringIO()
    monkeypatch.setattr(api.logger.registered_handler, "stream", written)
    return written


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("the secret of the house"),
        KeyError("the secret of the house"),
        EndpointConnectionError(endpoint_url="https://secret.example.com"),
    ],
)
def test_a_bug_is_a_500_that_says_its_request_id_alone(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch, log: io.StringIO, error: Exception
):
    def broken(*_):
        raise error

    monkeypatch.setattr(app("messaging").messages, "put", broken)
    body = {"to_agent_id": "boots", "body": "For Boots' eyes", "subject": "Whispered"}
    answer = pair.post("/messaging/send", {"from_agent_id": "nova"}, body)
    assert answer.json == {
        "type": "/docs/errors/internal",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The server failed. A write may or may not have happened.",
        "code": "internal",
        "errors": [],
        "fix": "Send the request again with the same Idempotency-Key. If it fails again, give the "
        "operator the request_id.",
        "request_id": answer.headers["X-Request-Id"],
    }
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["message"] == "failed"]
    assert line["level"] == "ERROR"
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["route"] == "POST /api/v1/messaging/send"
    assert line["exception_name"] == type(error).__name__
    assert line["exception"][0]["stack"][-1].endswith("broken")
    assert "secret" not in repr(lines)
    assert "For Boots' eyes" not in repr(lines)
    assert "Whispered" not in repr(lines)


KEYED = "Send the request again with the same Idempotency-Key"
HASHED = "Send the request again with a key_hash, and the same one in each retry"
HARMLESS = "Send the request again: a retry is safe"


@pytest.mark.parametrize(
    ("method", "path", "body", "again"),
    [
        ("POST", "/agents/register", {"name": "New"}, HASHED),
        ("POST", "/agents/me/keys", {}, HASHED),
        ("DELETE", "/agents/me", None, HARMLESS),
        ("GET", "/agents/me", None, HARMLESS),
        ("PUT", "/messaging/presence", {}, HARMLESS),
        ("POST", "/messaging/ping", {"to_agent_id": "boots"}, KEYED),
    ],
)
def test_the_fix_names_what_makes_a_repetition_safe_on_the_route(
    pair: Cloud, method: str, path: str, body: object, again: str
):
    for operation in ("GetItem", "BatchGetItem", "TransactWriteItems"):
        pair.fail(operation, 9, {"Error": {"Code": "InternalServerError", "Message": "broken"}})
    query = {"from_agent_id" if path.endswith("ping") else "agent_id": "third"}
    answer = pair.call(method, path, {} if "register" in path else query, body)
    assert answer.status == 500
    assert answer.json["fix"] == f"{again}. If it fails again, give the operator the request_id."


def test_an_item_that_cannot_be_read_is_logged_without_what_is_in_it(pair: Cloud, log: io.StringIO):
    pair.change("AgentsTable", {"agent_id": "boots"}, description={"deep": "For Boots' eyes"})
    answer = pair.get("/agents/boots", {"agent_id": "nova"})
    assert answer.status == 500
    assert '"failed"' in log.getvalue()
    assert "For Boots' eyes" not in log.getvalue()


def test_a_refusal_is_logged_by_its_code_without_what_was_sent(pair: Cloud, log: io.StringIO):
    pair.post("/messaging/send", {"from_agent_id": "nova"}, {"body": ["For Boots' eyes"]})
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["level"], line["code"], line["status"]) == ("INFO", "invalid", 422)
    assert "eyes" not in repr(line)


@pytest.mark.parametrize("field", ["title", "description", "deadline_at", "client_name"])
def test_what_a_sweep_cannot_read_is_not_quoted(pair: Cloud, log: io.StringIO, field: str):
    order_id = pair.offer("nova", "boots", title="For Boots' eyes", description="For Boots' eyes")
    pair.overdue(order_id)
    broken = {field: {"x": "For Boots' eyes"}}
    if field in ("title", "client_name"):
        broken = {"display": {**pair.head(order_id)["display"], **broken}}
    pair.change("WorkOrdersTable", {"work_order_id": order_id, "part": "head"}, **broken)
    assert pair.sweep() == 0
    assert order_id in log.getvalue()
    assert "eyes" not in log.getvalue()
