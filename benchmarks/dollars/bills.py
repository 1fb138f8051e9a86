"""The resources of one invocation, and the dollars of a million invocations, part by part."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from benchmarks import assumed, prices
from benchmarks.figures import Figure
from local.model import Template
from local.template import load

MILLION = 1_000_000
GB = 1e9
TEMPLATE: Template = load()
PLATFORM_LINES = sum(
    len(line) + assumed.LINE_OVERHEAD for line in (assumed.START_LINE, assumed.REPORT_LINE)
)
# These count for every function that is asked for a key or gets a record.
ASKED, COUNTED_ALONE, COUNTED_TOGETHER = (
    "authorizer, again that day",
    "count one message",
    "count 100 messages",
)
RELAYED_ALONE, RELAYED_TOGETHER = "relay one event", "relay events of 100 agents"
BATCH = 100
AUTHORIZER, PROJECTOR = "AuthorizerFunction", "ProjectorFunction"
RELAY = "RelayFunction"


class Counts:
    """The counts of results.json, by their names."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = values

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> Self:
        """Return the counts of these figures."""
        return cls({figure.name: figure.value for figure in figures})

    def need(
        self,
        operation: str,
        function: str,
        instructions_of: str | None = None,
        waiting: float = 0,
    ) -> "Need":
        """Return what an operation needs. Its instructions may be those of another one.

        `waiting` is how many seconds it waits for others than DynamoDB.
        """

        def value(what: str) -> float:
            return self.values[f"{operation}: {what}"]

        return Need(
            memory=TEMPLATE.functions[function].memory,
            instructions=self.values[f"{instructions_of or operation}: instructions"] * MILLION,
            round_trips=value("round trips"),
            writes=value("write units"),
            reads=value("read units"),
            answered=value("answer bytes"),
            logged=value("log bytes"),
            counted=value("stream records") - value("relayed records"),
            relayed=value("relayed records"),
            stored=value("stored bytes"),
            waiting=waiting,
        )


@dataclass(frozen=True)
class Need:
    """The resources of one invocation. Sizes are in bytes, the function's memory in MB.

    `counted` and `relayed` are the records that the projector and the relay get.
    """

    memory: int
    instructions: float
    round_trips: float = 0
    writes: float = 0
    reads: float = 0
    answered: float = 0
    logged: float = 0
    counted: float = 0
    relayed: float = 0
    stored: float = 0
    waiting: float = 0

    @property
    def cpu_seconds(self) -> float:
        """Return the seconds of one core."""
        return self.instructions / assumed.INSTRUCTIONS_PER_SECOND

    @property
    def seconds(self) -> float:
        """Return what Lambda bills: the CPU at the function's share of a core, and all waiting."""
        share = min(1.0, self.memory / assumed.MEGABYTES_OF_A_CORE)
        waiting = self.waiting + self.round_trips * assumed.DYNAMODB_SECONDS
        return math.ceil(1000 * (self.cpu_seconds / share + waiting)) / 1000

    @property
    def gb_seconds(self) -> float:
        """Return Lambda's measure."""
        return self.seconds * self.memory / 1024


class Usage(NamedTuple):
    """How often the authorizer is asked for a call, and how many records a batch has."""

    authorized: float
    batch: int


# Many calls: the gateway has most keys in its cache, and the projector and the relay get full
# batches.
BUSY = Usage(1 / assumed.AUTHORIZED_EACH, BATCH)
# One call now and then: the cache has ended, and each record is a batch of its own.
ALONE = Usage(1, 1)


class Bill(NamedTuple):
    """The US dollars of a million calls, part by part."""

    writes: float
    reads: float
    function: float
    logs: float
    gateway: float = 0
    traffic: float = 0
    authorizer: float = 0
    statistics: float = 0
    relay: float = 0

    @property
    def tables(self) -> float:
        """Return what DynamoDB costs."""
        return self.writes + self.reads

    @property
    def total(self) -> float:
        """Return the sum."""
        return sum(self)


def invocation(need: Need) -> Bill:
    """Return what a million invocations cost that the gateway does not ask for."""
    return Bill(
        writes=need.writes * prices.PER_MILLION_WRITE_UNITS,
        reads=need.reads * prices.PER_MILLION_READ_UNITS,
        function=prices.PER_MILLION_INVOCATIONS + need.gb_seconds * prices.PER_GB_SECOND * MILLION,
        logs=(need.logged + PLATFORM_LINES) * MILLION / GB * prices.PER_GB_OF_LOGS,
    )


def request(counts: Counts, need: Need, usage: Usage, *, is_open: bool = False) -> Bill:
    """Return what a million requests cost. An open route needs no key."""
    steps = max(1, math.ceil(need.answered / assumed.GATEWAY_BYTES))
    asked = 0 if is_open else usage.authorized
    return invocation(need)._replace(
        gateway=steps * prices.PER_MILLION_GATEWAY_REQUESTS,
        traffic=need.answered * MILLION / GB * prices.PER_GB_OF_TRAFFIC,
        authorizer=asked * invocation(counts.need(ASKED, AUTHORIZER)).total,
        statistics=need.counted * counted(counts, usage),
        relay=need.relayed * relayed(counts, usage),
    )


def counted(counts: Counts, usage: Usage) -> float:
    """Return what it costs to count a million stream records."""
    operation = COUNTED_ALONE if usage.batch == 1 else COUNTED_TOGETHER
    return invocation(counts.need(operation, PROJECTOR)).total / usage.batch


def relayed(counts: Counts, usage: Usage) -> float:
    """Return what it costs to append a million events to feeds of agents that do not listen."""
    operation = RELAYED_ALONE if usage.batch == 1 else RELAYED_TOGETHER
    return invocation(counts.need(operation, RELAY)).total / usage.batch


def stored(need: Need) -> float:
    """Return the dollars of a month in which what a million calls wrote stays, at most.

    Point-in-time recovery is paid for tables and not for their indexes, which this ignores.
    """
    gigabytes = max(0.0, need.stored) * MILLION / GB
    return gigabytes * (prices.PER_GB_MONTH_OF_TABLES + prices.PER_GB_MONTH_OF_RECOVERY)


def of_cpu_seconds(seconds: float, price: float = prices.PER_GB_SECOND) -> float:
    """Return the dollars of a million times these seconds of one core, whatever the memory."""
    return seconds * assumed.MEGABYTES_OF_A_CORE / 1024 * price * MILLION
