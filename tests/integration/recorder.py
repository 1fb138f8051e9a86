"""Every call to DynamoDB is recorded, or fails as told.

A Scan, a reserved word, or what the function's role does not grant fails the test that caused it.
"""

from __future__ import annotations

import functools
import json
import re
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import botocore
import moto

from local.in_process import functions
from tests.integration.roles import Right, granted, taken

# What DynamoDB refuses as a bare name, and moto takes in key conditions.
RESERVED = frozenset(
    (Path(moto.__file__).parent / "dynamodb/parsing/reserved_keywords.txt").read_text().split()
)
KEYWORDS = frozenset({"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"})
REFUSED = RESERVED - KEYWORDS
# The function whose handler runs, in this thread and in the pools that it makes.
RUNNING: ContextVar[str | None] = ContextVar("RUNNING", default=None)

_submit = ThreadPoolExecutor.submit


def _submit_in_context(pool: ThreadPoolExecutor, call: Any, /, *given: Any, **named: Any) -> Any:
    """A pool's threads know what the thread knows that gives them work; before 3.14 they do not."""
    return _submit(pool, copy_context().run, call, *given, **named)


ThreadPoolExecutor.submit = _submit_in_context


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


def reserved_words(request: Any) -> set[str]:
    """The reserved words that stand bare in any expression of a request."""
    found: set[str] = set()
    waiting = [request]
    while waiting:
        node = waiting.pop()
        if type(node) is list:
            waiting += node
        elif type(node) is dict:
            for name, value in node.items():
                if name.endswith("Expression"):
                    found |= reserved_words_of(value)
                elif type(value) in (dict, list):
                    waiting.append(value)
    return found


@functools.cache
def reserved_words_of(expression: str) -> frozenset[str]:
    """The reserved words that stand bare in an expression."""
    words = re.findall(r"(?<![#:\w])([A-Za-z_]\w*)(?!\w*\s*\()", expression)
    return frozenset(word for word in words if word.upper() in REFUSED)


def unsigned(**_: Any) -> object:
    """moto checks no signature, and to make one takes an eighth of a call."""
    return botocore.UNSIGNED


class Recorder:
    """Stands between the functions' clients and moto; one for the process."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.granted = granted()
        self.used: defaultdict[str, set[Right]] = defaultdict(set)

    def reset(self) -> None:
        self.calls, self.faults = [], []

    def watch(self, client: Any) -> None:
        client.meta.events.register("before-call.dynamodb", self._before)
        client.meta.events.register("after-call.dynamodb", self._after)
        client.meta.events.register("choose-signer.dynamodb", unsigned)

    def attach(self, group: str, module: ModuleType) -> None:
        """Watch a function's module: its client, and its handlers under their roles."""
        if hasattr(module, "client"):
            self.watch(module.client)
        for function in functions.functions_of(group):
            name = function.handler.removeprefix("app.")
            setattr(module, name, self.under_role(function.name, getattr(module, name)))

    def under_role(self, function: str, handler: Callable[..., Any]) -> Callable[..., Any]:
        """The handler; while it runs, it may call what the role of `function` grants."""

        def handle(*arguments: Any) -> Any:
            token = RUNNING.set(function)
            try:
                return handler(*arguments)
            finally:
                RUNNING.reset(token)

        handle.__wrapped__ = handler
        return handle

    def _before(self, model: Any, params: Any, **_: Any) -> Any:
        request = json.loads(params["body"])
        assert model.name != "Scan", "nothing scans"
        assert not (bare := reserved_words(request)), bare
        self._note(set(taken(model.name, request)))
        self.calls.append(Call(model.name, request))
        for fault in self.faults:
            if fault.operation == model.name and fault.times > 0:
                fault.times -= 1
                return SimpleNamespace(status_code=400), fault.error
        return None

    def _note(self, rights: set[Right]) -> None:
        # A test that calls a part of a function has no role.
        function = RUNNING.get()
        if function is not None:
            missing = rights - self.granted[function]
            assert not missing, f"{function} has no right to {', '.join(map(str, missing))}"
            self.used[function] |= rights

    def _after(self, parsed: Any, **_: Any) -> None:
        self.calls[-1].answer.update(parsed)


RECORDER = Recorder()
functions.listen(RECORDER.attach)
