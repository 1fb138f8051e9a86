"""What the API is held against: dicts, and what the documents say about them.

Nothing here or in the other plain modules (`presence`, `contacts`, `messages`, `orders`, `retries`)
imports the product. Each function takes the world, who calls, what it sends and the time, changes
the world, and returns the whole body that the API should answer with, or raises `RefusedError`.

Everything is kept as the API shows it: a message is the dict that its recipient reads, times are
texts. Only the server can choose ids; they are taken over from its answers (`Chosen`), and those
that it does not tell at once wait in `unseen`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Document = dict[str, Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


class RefusedError(Exception):
    """What the API should refuse, and with which status, code and further members."""

    def __init__(self, status: int, code: str, **members: str) -> None:
        super().__init__(f"{status} {code} {members or ''}".strip())
        self.status = status
        self.code = code
        self.members = members


@dataclass(frozen=True)
class Request:
    """A write as it is sent: `what` names the route, `to` the order in its path, if one is."""

    what: str
    caller: str
    body: Document
    to: str = ""
    key: str = ""

    @property
    def slot(self) -> tuple[str, str, str]:
        """What the answer is remembered under; accept and reject are one route."""
        route = "respond" if self.what in ("accept", "reject") else self.what
        return self.caller, route, self.key


@dataclass
class World:
    """The whole model. Keys: agents and messages by id, contacts by (owner, contact)."""

    agents: dict[str, Document] = field(default_factory=dict)
    messages: dict[str, Document] = field(default_factory=dict)
    contacts: dict[tuple[str, str], Document] = field(default_factory=dict)
    held: dict[str, Document] = field(default_factory=dict)  # messages that were held, by id
    released: dict[str, str] = field(default_factory=dict)  # when they were let in, by id
    orders: dict[str, Document] = field(default_factory=dict)
    histories: dict[str, list[Document]] = field(default_factory=dict)  # of orders, by their ids
    threads: dict[str, set[str]] = field(default_factory=dict)  # the two agents of each
    # (caller, route, key): what was sent, what came back, and until when that is repeated.
    recorded: dict[tuple[str, str, str], tuple[Any, str, datetime]] = field(default_factory=dict)
    threadless: list[Document] = field(default_factory=list)  # messages, their thread unknown
    questions: dict[str, list[Document]] = field(default_factory=dict)
    unseen: list[Document] = field(default_factory=list)  # notifications, their ids unknown

    def agent(self, agent_id: str) -> Document:
        """A registered agent."""
        if agent_id not in self.agents:
            raise RefusedError(404, "agent_not_found")
        return self.agents[agent_id]

    def require_present(self, caller: str) -> None:
        """Who has left has no key any more, and so writes nothing."""
        if caller not in self.agents:
            raise RefusedError(401, "key_revoked")

    def party(self, agent_id: str) -> Document:
        """An agent as others' documents name it."""
        return {"id": agent_id, "name": self.agents[agent_id]["name"]}

    def register(self, agent_id: str, name: str, policy: str) -> None:
        """A new agent, as an empty registration leaves it."""
        self.agents[agent_id] = {
            "name": name,
            "policy": policy,
            "status_message": None,
            "accepts": True,
            "max_jobs": 5,
            "active": 0,
            "completed": 0,
            "seen_at": None,
            "lease_until": None,
        }


class Chosen:
    """The ids that the server chose in its answer: each new, and of the moment of the call."""

    def __init__(self, document: Any, now: datetime, world: World) -> None:
        self._document = document if isinstance(document, dict) else {}
        self._now = now
        self._world = world

    def __call__(self, name: str, prefix: str) -> str:
        """The id under `name`; what is no good id of this moment becomes a text that says so."""
        value = self._document.get(name)
        if not isinstance(value, str) or not value.startswith(f"{prefix}_"):
            return f"<no {prefix} id>"
        if value in self._world.messages or value in self._world.orders:
            return "<an id that is taken>"
        if moment_of(value) != self._now:
            return "<an id of another moment>"
        return value


def moment_of(identifier: str) -> datetime | None:
    """The time in an id: 48 bits of milliseconds in its first ten digits; None if there is none."""
    digits = identifier.partition("_")[2][:10]
    if len(digits) < 10 or not set(digits) <= set(DIGITS):
        return None
    number = 0
    for digit in digits:
        number = number * 32 + DIGITS.index(digit)
    return EPOCH + timedelta(milliseconds=number)


def text(moment: datetime) -> str:
    """A time as the API writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
