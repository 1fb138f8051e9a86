"""A program that corrects a request by its `fix` alone. It has never seen the API's schema.

It knows the grammar of `door/fixes.py`: which places and values the sentences name. It understands
nothing else of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

VERBS = "Rename|Remove|Leave out|Move|Add|Set|Shorten"
# A sentence with its place, and what follows up to the next one.
SENTENCE = re.compile(rf"({VERBS}) `([^`]+)`(.*?)(?=(?:{VERBS}|Did you mean) `|$)", re.DOTALL)
TARGET = re.compile(r" to (?:the body, as )?`([^`]+)`")
FROM_LIST = re.compile(r"`([\w.]+)`[^`]*? from GET (\S+?)(?: or GET (\S+?))?[.,]?(?=\s|$)")
EXAMPLE = re.compile(r"for example `(.+?)`(?=[.\s])")
CHOICE = re.compile(r"(?:one of|to) `(.+?)`")
PATH = re.compile(r"in the path `([^`]+)`")
LENGTH = re.compile(r" to (\d+) ")
ABSENT = object()

Look = Callable[[str], Any]


@dataclass(frozen=True)
class Request:
    """A request as a program holds it: `path` is filled in."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None


@dataclass(frozen=True)
class Literal:
    """The program of the agent `me`. `look` returns what a GET of a path answers."""

    me: str
    look: Look

    def corrected(self, request: Request, fix: str) -> Request:
        """Return the request after all sentences of `fix`, in their order."""
        for verb, place, rest in SENTENCE.findall(fix):
            request = self._apply(request, verb, place, rest)
        return request

    def _apply(self, request: Request, verb: str, place: str, rest: str) -> Request:
        if verb in ("Rename", "Move"):
            target = TARGET.match(rest)
            value = _read(request, place)
            return request if target is None else _put(_drop(request, place), target[1], value)
        if verb in ("Remove", "Leave out"):
            return _drop(request, place)
        if verb == "Shorten":
            length = LENGTH.match(rest)
            value = _read(request, place)
            return request if length is None else _put(request, place, value[: int(length[1])])
        name, _, own = place.partition("=")
        if own == "<your agent id>":
            return _put(request, f"?{name}", self.me)
        value = self._value(rest, place)
        if place.startswith("{"):
            return _into_path(request, place, PATH.search(rest), value)
        return request if value is ABSENT else _put(request, place, value)

    def _value(self, rest: str, place: str) -> Any:
        if "your own" in rest or "your registration" in rest:
            return self.me
        if listed := FROM_LIST.search(rest):
            lists = [self.look(path) for path in listed.groups()[1:] if path]
            values = [each for each in _all(lists, listed[1]) if each != self.me]
            if not values:
                return ABSENT
            return values[:1] if "a list of" in rest else values[0]
        found = EXAMPLE.search(rest) or CHOICE.search(rest)
        if found is None:
            return ABSENT
        return found[1] if place.startswith("?") else json.loads(found[1])


def _all(value: Any, field: str) -> Iterator[Any]:
    """Yield all values of a field, such as `agent_id` or `contact.id`, at any depth."""
    first, _, below = field.partition(".")
    if isinstance(value, list):
        for each in value:
            yield from _all(each, field)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == first and not below:
                yield each
            else:
                yield from _all(each, below if name == first and below else field)


def _read(request: Request, place: str) -> Any:
    if place.startswith("?"):
        return request.query[place[1:]]
    value = request.body
    for step in _steps(place):
        value = value[int(step) if isinstance(value, list) else step]
    return value


def _drop(request: Request, place: str) -> Request:
    if place.startswith("?"):
        left = {name: value for name, value in request.query.items() if name != place[1:]}
        return replace(request, query=left)
    body = json.loads(json.dumps(request.body))
    part, last = _parent(body, place)
    del part[last]
    return replace(request, body=body)


def _put(request: Request, place: str, value: Any) -> Request:
    if place.startswith("?"):
        return replace(request, query={**request.query, place[1:]: value})
    body = json.loads(json.dumps(request.body or {}))
    part, last = _parent(body, place)
    part[last] = value
    return replace(request, body=body)


def _parent(body: Any, place: str) -> tuple[Any, Any]:
    """Return the object or list that has a place, and the place's name or number in it."""
    *above, last = _steps(place)
    for step in above:
        body = body[int(step) if isinstance(body, list) else step]
    return body, int(last) if isinstance(body, list) else last


def _into_path(request: Request, place: str, form: re.Match[str] | None, value: Any) -> Request:
    """Return the request with a value in the part of its path that the form names."""
    if form is None or value is ABSENT:
        return request
    steps = zip(form[1].split("/"), request.path.split("/"), strict=True)
    filled = (quote(str(value)) if name == place else sent for name, sent in steps)
    return replace(request, path="/".join(filled))


def _steps(place: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in place.split("/")]
