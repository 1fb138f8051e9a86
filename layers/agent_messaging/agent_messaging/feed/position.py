"""A position in an agent's feed: an epoch, and a number that counts up by one in it.

    1.42.k3jq     epoch 1, event 42, and four characters that belong to the agent and the numbers

Clients treat it as opaque. The last part finds a position of another agent, or a mistyped one. It
is no secret.

An epoch lasts as long as the newest event is kept. If an agent gets no event for six days, the next
event begins a new epoch at 1. So the number never depends on an event that has been deleted.
"""

import hashlib
import re
from typing import NamedTuple

from agent_messaging import ids
from agent_messaging.errors import BadPositionError

CHECK_DIGITS = 4
EPOCH_DIGITS, NUMBER_DIGITS = 5, 12

_TEXT = re.compile(rf"(0|[1-9]\d{{0,4}})\.(0|[1-9]\d{{0,11}})\.([{ids.ALPHABET}]{{4}})", re.ASCII)
_KEY = re.compile(r"e#(\d{5})\.(\d{12})", re.ASCII)


class Position(NamedTuple):
    """The place of an event. Positions of one agent sort by time."""

    epoch: int
    number: int

    @property
    def key(self) -> str:
        """The sort key of the event at this position."""
        return f"e#{self.epoch:0{EPOCH_DIGITS}d}.{self.number:0{NUMBER_DIGITS}d}"

    @property
    def following(self) -> "Position":
        """The next position of the same epoch."""
        return Position(self.epoch, self.number + 1)

    @property
    def previous(self) -> "Position":
        """The position before this one in the same epoch. The first event follows number 0."""
        return Position(self.epoch, self.number - 1)

    def to_text(self, agent_id: str) -> str:
        """Return the position as the agent sees it."""
        return f"{self.epoch}.{self.number}.{_check(agent_id, self)}"


# The position before the first event of the first epoch. GET feed after it returns all events that
# are kept.
START = Position(0, 0)


def parse(agent_id: str, text: str, fix: str | None = None) -> Position:
    """Return the position of a text that `to_text` wrote for this agent.

    `fix` is that of the error, if the usual one does not fit.

    Raises:
        BadPositionError: the text is malformed, or belongs to another agent.
    """
    match = _TEXT.fullmatch(text.strip().lower())
    if match is not None:
        position = Position(int(match[1]), int(match[2]))
        if match[3] == _check(agent_id, position):
            return position
    raise BadPositionError("This is not a position of your feed.", fix=fix)


def of_key(key: str) -> Position:
    """Return the position of a sort key. The inverse of `Position.key`."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise ValueError("not the key of an event")
    return Position(int(match[1]), int(match[2]))


def _check(agent_id: str, position: Position) -> str:
    named = f"{agent_id}#{position.epoch}.{position.number}"
    digest = hashlib.sha256(named.encode()).digest()
    return ids.base32(int.from_bytes(digest[:3], "big"), CHECK_DIGITS)
