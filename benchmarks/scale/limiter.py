"""The limiter's own item: written with each message, and paid by the kilobyte each time."""

from typing import NamedTuple

from benchmarks.scale import limits, markdown, samples
from benchmarks.scale.items import PARAMETERS, kilobytes

DEFAULT = int(PARAMETERS["MessagesPerSender"]["Default"])
AT_MOST = int(PARAMETERS["MessagesPerSender"]["MaxValue"])
SAMPLES = 40
SECONDS = 60


class Window(NamedTuple):
    """One minute of a sender who writes to another agent each time."""

    messages: int
    per_message: float  # write units of the limiter, on average
    average: float  # units a second, of the sender's one item
    at_the_end: float  # in the minute's last second


def window(messages: int) -> Window:
    """A minute of so many messages."""
    places = [round(messages * (step + 0.5) / SAMPLES) for step in range(SAMPLES)]
    sizes = [kilobytes(samples.window("nova-agent-id", max(1, place))) for place in places]
    per_message = sum(sizes) / SAMPLES
    rate = messages / SECONDS
    return Window(messages, per_message, per_message * rate, sizes[-1] * rate)


def table() -> str:
    """A row for each limit that an operator may set."""
    rows = [
        [
            f"{each.messages:,}",
            f"{each.per_message:.1f}",
            f"{each.average:,.0f}",
            f"{each.at_the_end:,.0f}",
            f"{each.at_the_end / limits.PARTITION_WRITE_UNITS:.0%}",
        ]
        for each in map(window, (DEFAULT, 2 * DEFAULT, AT_MOST))
    ]
    head = "messages a minute, each to another agent|limiter's units a message|its item, units/s"
    return markdown.table(f"{head}|at the minute's end|of a partition", rows)
