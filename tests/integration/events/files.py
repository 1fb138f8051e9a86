"""The event files, and the function that each of them is for."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.in_process.functions import TEMPLATE, app
from local.in_process.runtime import Context
from local.template import Function
from tools.openapi import document
from tools.openapi.document import NOUNS
from tools.openapi.render import FILE, ROOT

DOCUMENT: document.Document = json.loads(FILE.read_text("utf-8"))
FILES = sorted((ROOT / "events").rglob("*.json"))
FRAME = "frame"
EVENTS: dict[Path, dict[str, Any]] = {path: json.loads(path.read_text("utf-8")) for path in FILES}


# An authorizer's event has the members of a request too.
KINDS = ("routeArn", "methodArn", "routeKey", "source", "Records")


def kind_of(event: dict[str, Any]) -> str:
    """What an event is, by a member that tells; a frame's has nothing but its context."""
    return next((each for each in KINDS if each in event), FRAME)


def is_of_a_stream(event: dict[str, Any]) -> bool:
    """Whether an event has the records of a stream. A queue's messages are records too."""
    return any(each["eventSource"] == "aws:dynamodb" for each in event.get("Records", []))


def of(kind: str) -> list[Any]:
    """The event files of a kind, as parameters."""
    return [
        pytest.param(path, id=f"{path.parent.name}/{path.stem}")
        for path, event in EVENTS.items()
        if kind_of(event) == kind
    ]


def is_of(path: Path, function: Function) -> bool:
    """Whether an event file is for a function: the noun is its folder, the rest its name.

    A function that serves several routes of another's noun has its files in that noun's folder.
    """
    names = (path.parent.name, f"{path.parent.name}_{path.stem}")
    return function.code.name in names or NOUNS.get(function.code.name) == path.parent.name


def run(function_name: str, path: Path, event: dict[str, Any] | None = None) -> Any:
    """What the function answers to the event of the file, or to that event as it was changed."""
    function: Function = TEMPLATE.functions[function_name]
    assert is_of(path, function)
    return app(function.code.name).handler(event or EVENTS[path], Context())


def route_of(event: dict[str, Any]) -> Any:
    method, path = event["routeKey"].split()
    return next(r for r in TEMPLATE.routes if (r.method, r.path) == (method, path))


def operation_of(event: dict[str, Any]) -> dict[str, Any]:
    method, path = event["routeKey"].split()
    return DOCUMENT["paths"][path][method.lower()]


REQUESTS = of("routeKey")
WITH_BODY = [each for each in REQUESTS if "body" in EVENTS[each.values[0]]]
AUTHORIZERS = of("routeArn")
FRAMES = of(FRAME)
SOCKET_AUTHORIZERS = of("methodArn")
