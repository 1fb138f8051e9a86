"""The sent log: one update for each message, with twelve messages in an item."""

from typing import NamedTuple

from agent_messaging.messaging.sent_chunks import CHUNK_SIZE
from benchmarks.scale import limits, markdown, samples
from benchmarks.scale.items import PARAMETERS, kilobytes

DEFAULT = int(PARAMETERS["MessagesPerSender"]["Default"])
AT_MOST = max(map(int, PARAMETERS["MessagesPerSender"]["AllowedValues"]))
SECONDS = 60
# Lengths of ids: a usual one, the longest with a chunk below a kilobyte, and the maximum.
CHARACTERS = (13, 40, 64)


class Window(NamedTuple):
    """One minute of a sender that writes to another agent each time."""

    messages: int
    characters: int  # of each agent's id
    per_message: float  # write units of the log, on average over a chunk
    per_second: float  # units a second, of the sender's key


def window(messages: int, characters: int = CHARACTERS[0]) -> Window:
    """Return a minute with this many messages."""
    places = range(1, CHUNK_SIZE + 1)
    sizes = [kilobytes(samples.chunk("n" * characters, place)) for place in places]
    per_message = sum(sizes) / len(sizes)
    return Window(messages, characters, per_message, per_message * messages / SECONDS)


def table() -> str:
    """Return a row for each limit that an operator may set, and length of the agents' ids."""
    rows = [
        [
            f"{each.messages:,}",
            f"{each.characters}",
            f"{each.per_message:.2f}",
            f"{each.per_second:,.0f}",
            f"{each.per_second / limits.PARTITION_WRITE_UNITS:.0%}",
        ]
        for messages in (DEFAULT, AT_MOST)
        for each in (window(messages, characters) for characters in CHARACTERS)
    ]
    head = "messages a minute, each to another agent|characters of their ids|log's units a message"
    return markdown.table(f"{head}|its key, units/s|of a partition", rows)
