"""/openapi.json only grows: nothing that the last release published is gone or narrower."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.releases.growth import narrowed
from tools.openapi import render
from tools.openapi.schemas import KNOWN_VALUES
from tools.release import archive

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HERE = json.loads(render.FILE.read_text("utf-8"))
INBOX, SEND = "/api/v1/messaging/inbox", "/api/v1/messaging/send"
# A pattern does not say whether it is wider. These are.
ORDER_ANSWERS = (
    "work-orders 200 application/json/work_orders/items",
    "work-order/{} 200 application/json",
)
OF_CANDIDATES = "only if the order is for candidates, which a request says with a new field"
WIDER = {
    "POST /api/v1/messaging/work-order 200 application/json/message_id may be null now": (
        OF_CANDIDATES
    ),
    **{
        f"GET /api/v1/messaging/{order}/{field} may be null now": OF_CANDIDATES
        for order in ORDER_ANSWERS
        for field in ("worker", "description", "message_id", "thread_id")
    },
    "POST /api/v1/agents/me/keys body/label has another pattern": "only line breaks are refused",
    "PUT /api/v1/messaging/presence body/status_message has another pattern": "the same",
    **{
        f"GET /api/v1/messaging/{order}/{field} may be {kind} now": "only if the request had it"
        for order in ORDER_ANSWERS
        for field in ("deliverables", "result_data")
        for kind in ("array", "string")
    },
}
Change = Callable[[Any], None]


def test_nothing_of_the_last_release_is_gone_or_narrower():
    version = archive.last_release(archive.of_checkout())
    released = json.loads(archive.of_release(version)[archive.OPENAPI])
    found = narrowed(released, HERE, datetime.now(UTC))
    assert [each for each in found if each not in WIDER] == []
    assert [each for each in WIDER if each not in found] == []


def fields(document: Any, model: str) -> Any:
    return document["components"]["schemas"][model]["properties"]


def of_inbox(document: Any, name: str) -> Any:
    found = document["paths"][INBOX]["get"]["parameters"]
    return next(each for each in found if each["name"] == name)


def without_limit(document: Any) -> None:
    document["paths"][INBOX]["get"]["parameters"].remove(of_inbox(document, "limit"))


NARROWED: dict[str, tuple[Change, str]] = {
    "a route": (lambda d: d["paths"].pop(INBOX), "GET /api/v1/messaging/inbox is gone"),
    "an id": (
        lambda d: d["paths"][INBOX]["get"].update(operationId="inbox"),
        "GET /api/v1/messaging/inbox has another operationId",
    ),
    "a key": (
        lambda d: d["paths"]["/health"]["get"].pop("security"),
        "GET /health has other security",
    ),
    "a parameter": (without_limit, "inbox query limit is gone"),
    "a parameter that must be": (
        lambda d: of_inbox(d, "status").update(required=True),
        "inbox query status is required now",
    ),
    "a bound": (
        lambda d: of_inbox(d, "limit")["schema"].update(maximum=50),
        "inbox query limit has a narrower maximum",
    ),
    "a value": (
        lambda d: of_inbox(d, "status")["schema"].update(enum=["pending"]),
        "inbox query status takes fewer values",
    ),
    "a field": (lambda d: fields(d, "SendRequest").pop("priority"), "body/priority is gone"),
    "a field that must be": (
        lambda d: d["components"]["schemas"]["SendRequest"]["required"].append("subject"),
        "body/subject is required now",
    ),
    "a pattern": (
        lambda d: fields(d, "SendRequest")["to_agent_id"].update(pattern="^a$"),
        "body/to_agent_id has another pattern",
    ),
    "a type": (
        lambda d: fields(d, "SendRequest")["priority"].update(type="string"),
        "body/priority takes no integer",
    ),
    "a null": (
        lambda d: fields(d, "UpdateRequest")["description"]["anyOf"].pop(),
        "body/description takes no null",
    ),
    "an answer's field": (
        lambda d: fields(d, "MessageView").pop("subject"),
        "messages/items/subject is gone",
    ),
    "an answer's field that may be absent": (
        lambda d: d["components"]["schemas"]["MessageView"]["required"].remove("subject"),
        "messages/items/subject may be absent now",
    ),
    "an answer's field that may be null": (
        lambda d: fields(d, "MessageView").update(message_id={"type": ["string", "null"]}),
        "messages/items/message_id may be null now",
    ),
    "an answer's value": (
        lambda d: fields(d, "MessageView")["status"].update({KNOWN_VALUES: ["pending", "read"]}),
        "messages/items/status has lost values",
    ),
    "an answer's open values": (
        lambda d: fields(d, "MessageView").update(
            status={"type": "string", "enum": ["pending", "read", "held"]}
        ),
        "messages/items/status is closed now",
    ),
    "an error's field": (
        lambda d: fields(d, "Problem").pop("fix"),
        "422 application/problem+json/fix is gone",
    ),
}


@pytest.mark.parametrize(("change", "told"), NARROWED.values(), ids=NARROWED)
def test_what_is_gone_or_narrower_is_found(change: Change, told: str):
    later = copy.deepcopy(HERE)
    change(later)
    assert any(each.endswith(told) for each in narrowed(HERE, later, NOW))


WIDENED: dict[str, Change] = {
    "a route": lambda d: d["paths"].update({"/api/v1/new": d["paths"][INBOX]}),
    "a field": lambda d: fields(d, "SendRequest").update(intent={"type": "string"}),
    "a bound": lambda d: of_inbox(d, "limit")["schema"].update(maximum=500),
    "a filter's value": lambda d: of_inbox(d, "status")["schema"]["enum"].append("expired"),
    "a type": lambda d: fields(d, "SendRequest")["priority"].update(type=["integer", "string"]),
    "an answer's field": lambda d: fields(d, "MessageView").update(intent={"type": "string"}),
    "an answer's value": lambda d: fields(d, "MessageView")["status"][KNOWN_VALUES].append("new"),
    "a part's name": lambda d: d["paths"].update(
        {"/api/v1/agents/{id}": d["paths"].pop("/api/v1/agents/{target_agent_id}")}
    ),
}


@pytest.mark.parametrize("change", WIDENED.values(), ids=WIDENED)
def test_what_grows_is_fine(change: Change):
    later = copy.deepcopy(HERE)
    change(later)
    assert narrowed(HERE, later, NOW) == []


def test_a_route_goes_when_its_announced_end_is_over():
    announced, later = copy.deepcopy(HERE), copy.deepcopy(HERE)
    announced["paths"][SEND]["post"] |= {"deprecated": True, "x-sunset": NOW.isoformat()}
    del later["paths"][SEND]
    assert narrowed(announced, later, NOW - timedelta(seconds=1)) == [f"POST {SEND} is gone"]
    assert narrowed(announced, later, NOW) == []
