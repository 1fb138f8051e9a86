"""The template in one process: its tables in moto, its functions from their folders, and a client.

A call goes through a payload-2.0 event, as API Gateway would send it, to the function whose route
the template declares. Every answer is held against what all answers have in common, and every call
to DynamoDB is recorded; a Scan fails the test that caused it.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.util
import itertools
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import boto3
import moto
from moto.dynamodb.models import dynamodb_backends

from agent_messaging import clock, ids
from agent_messaging.dynamodb import decode, encode
from agent_messaging.presence.table import shard_of
from local.cloudformation import ACCOUNT_ID, REGION
from local.routing import Routes
from local.template import load

TEMPLATE = load()
ROUTES = Routes(TEMPLATE.routes)
BASE = "/api/v1"
OPEN = {"mode": "open"}
PROBLEM_MEMBERS = ["type", "title", "status", "detail", "code", "errors", "fix", "request_id"]
DOCUMENTED_EXTRAS = {"illegal_transition": ["current_status"]}

Snapshot = dict[str, tuple[dict[str, Any], ...]]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    json: Any

    def but_for(self, *words: str) -> str:
        """The body without its request id and without `words`, to compare two refusals."""
        text = self.text.replace(self.headers["X-Request-Id"], "-")
        for word in words:
            text = text.replace(word, "-")
        return text


@dataclass(frozen=True)
class Call:
    """One call to DynamoDB, and its answer once it is there."""

    operation: str
    request: Any
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass
class Fault:
    """An error that stands in for the next answers to an operation."""

    operation: str
    times: int
    error: dict[str, Any]


class Context:
    """What Lambda tells a function beside the event."""

    function_name = memory_limit_in_mb = invoked_function_arn = "test"
    aws_request_id = "invocation"

    def __init__(self, milliseconds: int = 50_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


# What DynamoDB refuses as a bare name, and moto takes in key conditions.
RESERVED = frozenset(
    (Path(moto.__file__).parent / "dynamodb/parsing/reserved_keywords.txt").read_text().split()
)
KEYWORDS = frozenset({"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"})


def reserved_words(request: Any) -> set[str]:
    """The reserved words that stand bare in any expression of a request."""
    if isinstance(request, list):
        return set().union(*map(reserved_words, request))
    if not isinstance(request, dict):
        return set()
    found: set[str] = set()
    for name, value in request.items():
        if name.endswith("Expression"):
            words = re.findall(r"(?<![#:\w])([A-Za-z_]\w*)(?!\w*\s*\()", value)
            found |= {word for word in words if word.upper() in RESERVED - KEYWORDS}
        else:
            found |= reserved_words(value)
    return found


class Recorder:
    """Stands between the functions' clients and moto; one for the process."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []

    def reset(self) -> None:
        self.calls, self.faults = [], []

    def watch(self, client: Any) -> None:
        client.meta.events.register("before-call.dynamodb", self._before)
        client.meta.events.register("after-call.dynamodb", self._after)

    def _before(self, model: Any, params: Any, **_: Any) -> Any:
        assert model.name != "Scan", "nothing scans"
        assert not (bare := reserved_words(json.loads(params["body"]))), bare
        self.calls.append(Call(model.name, json.loads(params["body"])))
        for fault in self.faults:
            if fault.operation == model.name and fault.times > 0:
                fault.times -= 1
                return SimpleNamespace(status_code=400), fault.error
        return None

    def _after(self, parsed: Any, **_: Any) -> None:
        self.calls[-1].answer.update(parsed)


RECORDER = Recorder()
_apps: dict[str, ModuleType] = {}


@functools.cache
def _client() -> Any:
    """A client of the tests' own, which nothing records."""
    return boto3.client("dynamodb")


def app(group: str) -> ModuleType:
    """The `app.py` of a function folder, under a name of its own; loaded once in a process."""
    if group not in _apps:
        for function in TEMPLATE.functions.values():
            if function.code.name == group:
                os.environ.update(function.environment)
        path = next(f.code for f in TEMPLATE.functions.values() if f.code.name == group) / "app.py"
        spec = importlib.util.spec_from_file_location(f"functions_{group}_app", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if hasattr(module, "client"):
            RECORDER.watch(module.client)
        _apps[group] = module
    return _apps[group]


@dataclass(frozen=True)
class Agent:
    """A registered agent; `keyed` is what an authorizer says of its first key."""

    agent_id: str
    name: str
    keyed: dict[str, Any]


class Cloud:
    """Empty tables, and a client over the functions."""

    def __init__(self) -> None:
        self.dynamodb = _client()
        for table in TEMPLATE.tables:
            self.dynamodb.create_table(**table.create)
        RECORDER.reset()

    # --- over HTTP

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | str = "",
        body: Any = None,
        *,
        caller: Mapping[str, Any] | None = OPEN,
        raw: str | bytes | None = None,
        content_type: str | None = "application/json",
        **overrides: Any,
    ) -> Answer:
        """One request. `caller` is the authorizer's context; `overrides` replace event members."""
        if body is not None:
            raw = json.dumps(body)
        event = _event(method, path, raw=raw, content_type=content_type)
        event["rawQueryString"] = query if isinstance(query, str) else urlencode(query)
        if caller is not None:
            event["requestContext"]["authorizer"] = {"lambda": dict(caller)}
        match = ROUTES.match(method, BASE + path.replace("%", "%25"))
        event["routeKey"] = event["requestContext"]["routeKey"] = f"{method} {match.route.path}"
        event["pathParameters"] = dict(match.parameters)
        event |= overrides
        group = TEMPLATE.functions[match.route.function].code.name
        answer = app(group).handler(event, Context())
        return _checked(answer, event["requestContext"]["requestId"])

    def get(self, path: str, query: Mapping[str, Any] | str = "", **options: Any) -> Answer:
        return self.call("GET", path, query, **options)

    def post(
        self, path: str, query: Mapping[str, Any] | str = "", body: Any = None, **options: Any
    ) -> Answer:
        return self.call("POST", path, query, body, **options)

    # --- what most tests begin with

    def register(self, agent_id: str, **profile: Any) -> Agent:
        profile = {"name": agent_id.title(), **profile}
        answer = self.post("/agents/register", body={"agent_id": agent_id, **profile})
        assert answer.status == 201, answer.text
        keyed = {"agent_id": agent_id, "key_id": answer.json["key_id"], "epoch": 1}
        return Agent(agent_id, profile["name"], keyed)

    def send(self, sender: str, recipient: str, **message: Any) -> dict[str, Any]:
        """A message that was sent: the answer's body."""
        body = {"to_agent_id": recipient, "body": "Want to collaborate?", **message}
        answer = self.post("/messaging/send", {"from_agent_id": sender}, body)
        assert answer.status == 200, answer.text
        return answer.json

    def inbox(self, agent_id: str, **query: Any) -> dict[str, Any]:
        answer = self.get("/messaging/inbox", {"agent_id": agent_id, **query})
        assert answer.status == 200, answer.text
        return answer.json

    def offer(self, client: str, worker: str, **order: Any) -> str:
        """A pending work order: its id."""
        body = {
            "to_agent_id": worker,
            "title": "Estimates",
            "description": "Fifty of them",
            **order,
        }
        answer = self.post("/messaging/work-order", {"from_agent_id": client}, body)
        assert answer.status == 200, answer.text
        return answer.json["work_order_id"]

    def move(self, agent_id: str, work_order_id: str, action: str, **body: Any) -> Answer:
        """One transition; `accept` and `reject` are those of `respond`."""
        if action in ("accept", "reject"):
            action, body = "respond", {"action": action, **body}
        path = f"/messaging/work-order/{work_order_id}/{action}"
        return self.post(path, {"agent_id": agent_id}, body)

    def order(self, agent_id: str, work_order_id: str) -> dict[str, Any]:
        answer = self.get(f"/messaging/work-order/{work_order_id}", {"agent_id": agent_id})
        assert answer.status == 200, answer.text
        return answer.json

    def profile(self, agent_id: str) -> dict[str, Any]:
        answer = self.get("/agents/me", {"agent_id": agent_id})
        assert answer.status == 200, answer.text
        return answer.json

    def pages(self, path: str, query: Mapping[str, Any], **options: Any) -> Iterator[Any]:
        """Every page of a list, up to the one that ends it."""
        cursor: dict[str, str] = {}
        while True:
            answer = self.get(path, {**query, **cursor}, **options)
            assert answer.status == 200, answer.text
            yield answer.json
            if answer.json["next_cursor"] is None:
                return
            cursor = {"cursor": answer.json["next_cursor"]}

    def sweep(self, milliseconds: int = 50_000) -> int:
        """What the schedule does: how many orders it marked expired."""
        return app("work_orders").sweep({}, Context(milliseconds))["expired"]

    # --- behind the functions' back

    def snapshot(self) -> Snapshot:
        """Everything that is stored."""
        return {table.name: tuple(self.items(table.name)) for table in TEMPLATE.tables}

    def restore(self, snapshot: Snapshot) -> None:
        """Write a snapshot into empty tables."""
        for table, items in snapshot.items():
            self.write(table, *items)

    def read(self, table: str, **key: Any) -> dict[str, Any] | None:
        """An item, or None."""
        answer = self.dynamodb.get_item(TableName=table, Key=encode(key))
        return decode(answer["Item"]) if "Item" in answer else None

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table)
        return [decode(item) for page in pages for item in page["Items"]]

    def write(self, table: str, *items: Mapping[str, Any]) -> None:
        """Write items as they are, 25 at a time."""
        puts = [{"PutRequest": {"Item": encode(item)}} for item in items]
        for start in range(0, len(puts), 25):
            self.dynamodb.batch_write_item(RequestItems={table: puts[start : start + 25]})

    def change(self, table: str, key: Mapping[str, Any], **attributes: Any) -> None:
        """Overwrite attributes of an item; None takes one away."""
        item = {**(self.read(table, **key) or key), **attributes}
        self.write(table, item)

    def lease(self, agent_id: str, expires_at: datetime, last_seen_at: datetime) -> None:
        """A presence item as a heartbeat would have left it."""
        self.write(
            "AgentPresenceTable",
            {
                "shard": shard_of(agent_id),
                "agent_id": agent_id,
                "last_seen_at": clock.to_text(last_seen_at),
                "expires_at": clock.to_text(expires_at),
                "purge_at": clock.to_epoch(expires_at + timedelta(days=1)),
            },
        )

    def overdue(self, work_order_id: str, deadline: datetime | None = None) -> str:
        """Put an order's deadline into the past; the deadline as text."""
        text = clock.to_text(deadline or clock.now() - timedelta(seconds=1))
        self.change(
            "WorkOrdersTable",
            {"work_order_id": work_order_id},
            deadline_at=text,
            due_shard=0,
            due_at=f"{text}#{work_order_id}",
        )
        return text

    def digest(self) -> str:
        """A hash over everything that is stored; from moto itself, for it is asked for often."""
        tables = dynamodb_backends[ACCOUNT_ID][REGION].tables
        stored = {
            name: sorted(json.dumps(item.to_json(), sort_keys=True) for item in table.all_items())
            for name, table in tables.items()
        }
        return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()

    # --- between the functions and DynamoDB

    def fail(self, operation: str, times: int, error: Mapping[str, Any]) -> None:
        """Let the next `times` calls of an operation fail with `error`."""
        RECORDER.faults.append(Fault(operation, times, dict(error)))

    def cost(self) -> list[Call]:
        """The calls to DynamoDB since this was last asked."""
        calls = list(RECORDER.calls)
        RECORDER.calls.clear()
        return calls


def stored_message(recipient: str, sender: str, number: int, **attributes: Any) -> dict[str, Any]:
    """An item of the messages' table, read long ago; ids sort by `number`."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    return {
        "recipient_id": recipient,
        "message_id": ids.new("msg", moment),
        "recipient_name": recipient.title(),
        "sender_id": sender,
        "sender_name": sender.title(),
        "type": "contact_request",
        "status": "read",
        "body": "Old news",
        "priority": 0,
        "thread_id": ids.new_thread(moment, recipient, sender),
        "created_at": clock.to_text(moment),
        "read_at": clock.to_text(moment),
        "sent_by": sender,
        "purge_at": clock.to_epoch(moment) + 90 * 86_400,
        **attributes,
    }


def _event(
    method: str, path: str, *, raw: str | bytes | None, content_type: str | None
) -> dict[str, Any]:
    """An event of payload format 2.0; bytes go in base64, as the gateway sends other types."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": BASE + path,
        "headers": {"host": "api.example.com"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.com",
            "http": {"method": method, "path": BASE + path, "sourceIp": "192.0.2.1"},
            "requestId": f"request-{next(_numbers)}",
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": 0,
        },
        "isBase64Encoded": isinstance(raw, bytes),
    }
    if content_type is not None:
        event["headers"]["content-type"] = content_type
    if raw is not None:
        event["body"] = base64.b64encode(raw).decode() if isinstance(raw, bytes) else raw
    return event


def _checked(result: dict[str, Any], request_id: str) -> Answer:
    """Hold an answer against what all answers have in common."""
    headers = {
        name: value[0] if isinstance(value, list) else value
        for name, value in result["headers"].items()
    }
    assert headers["X-Request-Id"] == request_id
    assert not result["isBase64Encoded"]
    text = result["body"]
    document = json.loads(text)
    status = result["statusCode"]
    if status < 400:
        assert headers["Content-Type"] == "application/json"
    else:
        assert headers["Content-Type"] == "application/problem+json"
        extras = DOCUMENTED_EXTRAS.get(document["code"], [])
        assert list(document) == PROBLEM_MEMBERS + extras
        assert document["status"] == status
        assert document["request_id"] == request_id
        assert document["detail"]
        assert document["fix"].endswith((".", "`"))
        assert all(set(fault) == {"pointer", "detail"} for fault in document["errors"])
        assert (status == 422) >= bool(document["errors"])
        assert ("Retry-After" in headers) == (status in (429, 503))
    return Answer(status, headers, text, document)
