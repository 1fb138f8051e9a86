"""The relay's two streams, as Lambda delivers them on bad days.

A batch may be of any size. It comes again if the function fails, from the first record that it
reports, and sometimes although it succeeded. Nothing comes in another order.
"""

import json
import random

from local.cloudformation import ACCOUNT_ID, REGION
from local.filters import matches
from local.in_process import memory
from local.in_process.functions import TEMPLATE, app
from local.in_process.runtime import Context

MAPPINGS = tuple(each for each in TEMPLATE.streams if each.function == "RelayFunction")


class Streams:
    """How far each stream was delivered."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.done = {mapping.table: 0 for mapping in MAPPINGS}

    def deliver_some(self) -> None:
        """One batch of one stream, if there is one."""
        mapping = self.chance.choice(MAPPINGS)
        items = memory.tables()[mapping.table].stream_shard.items
        start = self.done[mapping.table]
        batch = [_record(each, mapping.table) for each in items[start : start + _size(self.chance)]]
        if not batch:
            return
        passed = [each for each in batch if any(matches(one, each) for one in mapping.filters)]
        reported = self._handle(passed)
        if reported is None:  # the whole batch comes again
            return
        numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
        done = min((numbers.index(each) for each in reported), default=len(batch))
        self.done[mapping.table] = start + done
        if self.chance.random() < 0.1:
            self._handle(passed)

    def deliver_all(self) -> None:
        """Everything, also what comes up meanwhile."""
        while any(
            self.done[mapping.table] < len(memory.tables()[mapping.table].stream_shard.items)
            for mapping in MAPPINGS
        ):
            self.deliver_some()

    def _handle(self, records: list) -> list | None:
        """The sequence numbers that the relay reports, or None if it failed."""
        if not records:
            return []
        try:
            answer = app("relay").handler({"Records": records}, Context())
        except Exception:  # noqa: BLE001 - whatever it was, Lambda delivers again
            return None
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def _size(chance: random.Random) -> int:
    return chance.choice((1, 2, 10, 100))


def _record(item, table: str) -> dict:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{table}/stream/2036-01-01T00:00:00.000"
    return json.loads(json.dumps({**item.to_json(), "eventSourceARN": arn}, default=_plain))


def _plain(value):
    return value.hex() if isinstance(value, bytes) else float(value.timestamp())
