"""The projector over a world's streams: batches come again, and its calls go wrong like all others.

Of five batches one is delivered once more when it was done, and ends somewhere else then, as when
the reader of a shard has lost its lease before it kept how far it was. What lies around it on a
stream (shards, poison, records that grow old) is in `tests.faults.streams`.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent_messaging.storage.table import encode
from local.delivery import DeadLetter, Delivery
from local.instance import FunctionFailedError
from local.streams import lambda_record
from tests.faults.injection.faults import Dice, Injector, Rates
from tests.faults.injection.instance import TEMPLATE, Instance, running_for
from tests.faults.injection.world import World
from tests.faults.streams.recount import read, recount

FUNCTION = TEMPLATE.functions["ProjectorFunction"]
LEASES = (True, False, False, False, False)  # lost behind one batch of five
MOST = 30  # records in a batch: fewer than a mapping takes, for more batches

Counts = dict[tuple[str, str, str], int]


@dataclass
class Projection:
    """What was delivered, and what came of it."""

    world: World
    seed: int
    batches: int = 0
    again: int = 0
    failed: int = 0
    letters: list[DeadLetter] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.injector = Injector(Dice(Rates(), self.seed))
        self.instance = Instance(self.world.engine.url, self.world.tables, self.injector)

    def run(self) -> None:
        """Deliver all that the streams tell, one after the other."""
        chance = random.Random(self.seed)
        for mapping in (each for each in TEMPLATE.streams if each.function == FUNCTION.name):
            arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{mapping.table}/stream/2026"
            records = [lambda_record(each, arn) for each in self.world.records(mapping.table)]
            delivery = Delivery(mapping, self._invoke, pause=0, bury=self.letters.append)
            for batch, is_again in batches(records, chance):
                asyncio.run(delivery.deliver(batch))
                self.batches += 1
                self.again += is_again
            self.records += records

    @property
    def counted(self) -> Counts:
        """The counters as they stand."""
        return read(map(encode, self.world.items("MessagingStatsTable")))[0]

    @property
    def right(self) -> Counts:
        """The counters as they should stand, by each record once."""
        return recount(self.records)

    @property
    def present(self) -> Counts:
        """The counters as they should stand, by what the tables hold."""
        orders = Counter(each["status"] for each in self.world.items("WorkOrdersTable"))
        messages = Counter(
            each["display"]["type"]
            for each in self.world.items("AgentMessagesTable")
            if "display" in each
        )
        return {
            **{("work_orders", "all", name): number for name, number in orders.items()},
            **{("messages", "all", name): number for name, number in messages.items()},
            ("agents", "all", "registered"): len(self.world.items("AgentsTable")),
        }

    async def _invoke(self, _name: str, event: dict[str, Any]) -> Any:
        handler = self.instance.app(FUNCTION.name).handler
        try:
            return handler(event, running_for(FUNCTION.timeout))
        except Exception as error:  # noqa: BLE001 - Lambda tells a mapping no more than this
            self.failed += 1
            raise FunctionFailedError(type(error).__name__) from None


def batches(
    records: Sequence[dict[str, Any]], chance: random.Random
) -> Iterator[tuple[Sequence[dict[str, Any]], bool]]:
    """Each batch, and whether the one before had begun with it."""
    start, leases, is_again = 0, [], False
    while start < len(records):
        leases = leases or chance.sample(LEASES, len(LEASES))
        end = start + chance.randint(1, MOST)
        yield records[start:end], is_again
        is_again = leases.pop()
        start = start if is_again else end
