"""Hear what the functions get, answer and log, while they run in this process.

A function's invocation has its folder, its event and its answer. What it logs goes to stdout, which
`Nowhere` counts and drops.
"""

import base64
import contextlib
import copy
import functools
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from benchmarks.assumed import GATEWAY_HEADERS, LINE_OVERHEAD
from local.filters import matches
from local.in_process import units
from local.model import Template

HEADER = len(": \r\n")


class Nowhere(io.TextIOBase):
    """A stream that drops everything. A logger may use it for longer, so all share the texts."""

    texts: ClassVar[list[str]] = []

    def write(self, text: str) -> int:
        """Note a text."""
        self.texts.append(text)
        return len(text)


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Print nothing of what the functions log."""
    Nowhere.texts.clear()
    with contextlib.redirect_stdout(Nowhere()):
        yield
    Nowhere.texts.clear()


def logged() -> list[str]:
    """Return the lines that were logged since the last `forget_logs`."""
    return "".join(Nowhere.texts).splitlines()


def logged_bytes(lines: list[str]) -> int:
    """Return the bytes that CloudWatch counts for these lines."""
    return sum(len(line.encode()) + LINE_OVERHEAD for line in lines)


def custom_metrics(lines: list[str]) -> int:
    """Return how many metrics these lines have in CloudWatch's embedded format."""
    found = [json.loads(line).get("_aws", {}) for line in lines if line.startswith("{")]
    sets = [each for line in found for each in line.get("CloudWatchMetrics", [])]
    return len({metric["Name"] for each in sets for metric in each["Metrics"]})


@dataclass
class Invocation:
    """One invocation of a function."""

    group: str
    event: dict[str, Any]
    answer: Any

    @property
    def route(self) -> str | None:
        """Return the route of the template, or None if the gateway did not call."""
        route: str | None = self.event.get("routeKey")
        return route

    @property
    def answered_bytes(self) -> int:
        """Return the bytes of the answer as the gateway sends it, with its headers."""
        if self.route is None:
            return 0
        body = str(self.answer.get("body") or "").encode()
        if self.answer.get("isBase64Encoded"):
            body = base64.b64decode(body)
        headers = self.answer.get("headers") or {}
        sent = sum(len(name) + len(str(value)) + HEADER for name, value in headers.items())
        return len(body) + sent + GATEWAY_HEADERS


@contextlib.contextmanager
def listening(apps: Mapping[str, Any]) -> Iterator[list[Invocation]]:
    """Note each invocation of these modules, which are by the names of their folders."""
    heard: list[Invocation] = []
    before = {group: module.handler for group, module in apps.items()}
    for group, module in apps.items():
        module.handler = _noting(heard, group, before[group])
    try:
        yield heard
    finally:
        for group, module in apps.items():
            module.handler = before[group]


def _noting(
    heard: list[Invocation], group: str, handler: Callable[..., Any]
) -> Callable[[dict[str, Any], Any], Any]:
    @functools.wraps(handler)
    def noting(event: dict[str, Any], context: Any) -> Any:
        given = copy.deepcopy(event)
        answer = handler(event, context)
        heard.append(Invocation(group, given, answer))
        return answer

    return noting


def records(template: Template, changes: list[Any]) -> dict[str, int]:
    """Return how many stream records of these changes each function gets, after its filters."""
    found: dict[str, int] = {}
    for mapping in template.streams:
        for change in changes:
            record = record_of(change)
            if mapping.table == change.table and any(
                matches(pattern, record) for pattern in mapping.filters or ({},)
            ):
                found[mapping.function] = found.get(mapping.function, 0) + 1
    return found


def record_of(change: Any, number: int = 1, name: str | None = None) -> dict[str, Any]:
    """Return a change as a record of its table's stream."""
    event = "INSERT" if change.before is None else "MODIFY" if change.after else "REMOVE"
    images = {"OldImage": change.before, "NewImage": change.after}
    return {
        "eventName": name or event,
        "eventSourceARN": f"arn:aws:dynamodb:us-east-1:123456789012:table/{change.table}/stream/1",
        "dynamodb": {
            "Keys": dict(change.key),
            "SequenceNumber": f"{number:021}",
            "ApproximateCreationDateTime": 1_800_000_000,
            **{name: image for name, image in images.items() if image is not None},
        },
    }


def stored_bytes(tables: Mapping[str, Any], changes: list[Any]) -> int:
    """Return how many bytes more the tables and their indexes store after these changes."""
    return sum(
        units.stored_bytes(tables[each.table], each.after)
        - units.stored_bytes(tables[each.table], each.before)
        for each in changes
    )
