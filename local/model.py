"""The resources of a template, as frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.queues.model import Queue, QueueMapping
from local.sockets.model import SocketApi


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
    """Megabytes. Passed to the function, but not enforced."""
    environment: Mapping[str, str]
    reserved: int | None = None
    """The instances that are reserved for it, which is also the most that it gets."""


@dataclass(frozen=True)
class Authorizer:
    """A Lambda authorizer of the API: payload format 2.0, simple responses."""

    name: str
    function: str
    headers: tuple[str, ...]
    """The identity source, with names in lower case."""
    reauthorize_every: int
    """For how many seconds an answer is cached. 0 caches none."""


DEFAULT = "$default"
"""The path and the key of the route that takes what no other route takes."""


@dataclass(frozen=True)
class Cors:
    """What web pages of the allowed origins may do. Lists are separated by commas."""

    methods: str
    headers: str
    """The headers that a page may send."""
    exposed: str
    """The headers that a page may read."""
    max_age: int
    """For how many seconds a browser caches this."""


@dataclass(frozen=True)
class Route:
    """A method and a path of the API."""

    method: str
    """In capitals. ANY means every method."""
    path: str
    function: str
    authorizer: Authorizer | None
    """None if the route is open."""

    @property
    def is_default(self) -> bool:
        """Whether it takes what no other route takes."""
        return self.path == DEFAULT

    @property
    def is_catch_all(self) -> bool:
        """Whether it takes paths that it does not name."""
        return self.is_default or self.path.endswith("+}")

    @property
    def key(self) -> str:
        """API Gateway's name of the route."""
        return DEFAULT if self.is_default else f"{self.method} {self.path}"


@dataclass(frozen=True)
class Table:
    """A DynamoDB table. Its name is its logical id."""

    name: str
    create: Mapping[str, Any]
    """The arguments of CreateTable."""
    ttl_attribute: str | None


@dataclass(frozen=True)
class Secret:
    """A generated secret of Secrets Manager. Its name is its logical id."""

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
    """For how many seconds a batch may wait to fill up."""
    max_retries: int
    """-1 means no limit, as on Lambda."""
    max_age: int
    """The age in seconds at which a record is given up. -1 means no limit."""
    bisect: bool
    reports_failures: bool
    starts_at_latest: bool
    filters: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Template:
    """All resources of a template that the local server supports."""

    functions: Mapping[str, Function]
    routes: tuple[Route, ...]
    tables: tuple[Table, ...]
    secrets: tuple[Secret, ...]
    schedules: tuple[Schedule, ...]
    streams: tuple[StreamMapping, ...]
    cors: Cors | None = None
    sockets: SocketApi | None = None
    """The WebSocket API, or None."""
    queues: tuple[Queue, ...] = ()
    queue_mappings: tuple[QueueMapping, ...] = ()
