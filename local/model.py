"""What a template declares, as frozen records; nothing here knows a function or a route by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Function:
    """A Lambda function."""

    name: str
    code: Path
    layers: tuple[Path, ...]
    handler: str
    timeout: int
    """Seconds."""
    memory: int
    """Megabytes; told to the function, not enforced."""
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Authorizer:
    """A Lambda authorizer of the API: payload format 2.0, simple responses."""

    name: str
    function: str
    headers: tuple[str, ...]
    """The identity source: names in lower case."""
    reauthorize_every: int
    """Seconds for which an answer holds; 0 keeps none."""


@dataclass(frozen=True)
class Route:
    """A method and a path of the API."""

    method: str
    """In capitals; ANY stands for every method."""
    path: str
    function: str
    authorizer: Authorizer | None
    """None when the route is open."""


@dataclass(frozen=True)
class Table:
    """A DynamoDB table; its name here is its logical id."""

    name: str
    create: Mapping[str, Any]
    """The arguments of CreateTable."""
    ttl_attribute: str | None


@dataclass(frozen=True)
class Secret:
    """A generated secret of Secrets Manager; its name here is its logical id."""

    name: str
    length: int


@dataclass(frozen=True)
class Schedule:
    """An EventBridge schedule of a function."""

    name: str
    function: str
    every: int
    """Seconds."""


@dataclass(frozen=True)
class StreamMapping:
    """A table's stream, delivered to a function."""

    name: str
    function: str
    table: str
    batch_size: int
    window: float
    """Seconds that a batch may wait to fill up."""
    max_retries: int
    """-1 stands for no limit, as on Lambda."""
    max_age: int
    """Seconds since a record was made, after which it is given up; -1 stands for no limit."""
    bisect: bool
    reports_failures: bool
    starts_at_latest: bool
    filters: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Template:
    """All that the template declares and the runner knows."""

    functions: Mapping[str, Function]
    routes: tuple[Route, ...]
    tables: tuple[Table, ...]
    secrets: tuple[Secret, ...]
    schedules: tuple[Schedule, ...]
    streams: tuple[StreamMapping, ...]
