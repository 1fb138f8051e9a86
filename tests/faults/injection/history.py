"""What clients asked and were answered, and what was there in the end: the checker's two inputs.

Every write carries a text of its own, its `mark`, so that what is found in the end can be told to
belong to one operation and to no other.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

# What a mark is written to, by the kind of the transition; and the status that it leads to.
MARKS = {
    "accept": "estimated_completion",
    "reject": "reason",
    "complete": "summary",
    "fail": "reason",
    "cancel": "reason",
}
LEADS_TO = {
    "accept": "accepted",
    "reject": "rejected",
    "complete": "completed",
    "fail": "failed",
    "cancel": "cancelled",
}
MESSAGES = ("send", "ping")


@dataclass(frozen=True)
class Try:
    """One request, and its answer."""

    status: int
    text: str
    is_replayed: bool = False

    @property
    def is_success(self) -> bool:
        return self.status < 300

    @property
    def is_refusal(self) -> bool:
        return 400 <= self.status < 500

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.text) if self.text else {}


@dataclass(frozen=True)
class Operation:
    """What a client wanted, and each try of it.

    `target` is the recipient, the message, the order or the contact; `is_repeatable` says whether a
    client may try again when it does not know what happened.
    """

    agent: str
    kind: str
    target: str
    mark: str
    sent: Mapping[str, Any] = field(default_factory=dict)
    tries: Sequence[Try] = ()
    is_repeatable: bool = True

    @property
    def successes(self) -> list[Try]:
        return [each for each in self.tries if each.is_success]

    @property
    def answer(self) -> dict[str, Any] | None:
        """The first success; None if there was none."""
        return next((each.json for each in self.successes), None)

    @property
    def refusal(self) -> dict[str, Any] | None:
        """Why it was refused in the end; None if it was not."""
        last = self.tries[-1]
        return last.json if last.is_refusal else None

    @property
    def is_unknown(self) -> bool:
        """Whether nobody told the client what became of it."""
        return self.answer is None and self.refusal is None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Operation":
        return cls(**{**value, "tries": [Try(**each) for each in value["tries"]]})

    def __str__(self) -> str:
        return f"{self.kind} of {self.target} by {self.agent} ({self.mark})"


@dataclass(frozen=True)
class End:
    """What is there in the end, when nothing fails any more.

    `messages` are stored items, `views` the same messages by id as their recipients read them;
    `orders`, `agents` and `contacts` are stored items. `statuses` are each order's, one after the
    other; `jobs` each agent's active jobs beside the most that it takes, one after the other.
    """

    messages: Sequence[Mapping[str, Any]] = ()
    views: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    orders: Sequence[Mapping[str, Any]] = ()
    agents: Sequence[Mapping[str, Any]] = ()
    contacts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    statuses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    jobs: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)


class Finding(NamedTuple):
    """One thing that is wrong: its kind, and a sentence about it."""

    kind: str
    sentence: str


Findings = Iterator[Finding]
