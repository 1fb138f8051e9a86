"""Every call to DynamoDB is recorded, or fails as told; a Scan or a reserved word fails a test."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import moto

# What DynamoDB refuses as a bare name, and moto takes in key conditions.
RESERVED = frozenset(
    (Path(moto.__file__).parent / "dynamodb/parsing/reserved_keywords.txt").read_text().split()
)
KEYWORDS = frozenset({"SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"})


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
