"""The two streams of the relay, delivered in this process as its mappings would."""

import json
from dataclasses import dataclass, field

from local.cloudformation import ACCOUNT_ID, REGION
from local.filters import matches
from local.in_process import memory
from local.in_process.functions import TEMPLATE, app
from local.in_process.runtime import Context

MAPPINGS = tuple(each for each in TEMPLATE.streams if each.function == "RelayFunction")


def arn(table):
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{table}/stream/2036-01-01T00:00:00.000"


def records_of(table):
    """Every record of a table's stream, as Lambda passes it on."""
    found = memory.tables()[table].stream_shard.items
    return [
        json.loads(json.dumps({**each.to_json(), "eventSourceARN": arn(table)}, default=_plain))
        for each in found
    ]


def _plain(value):
    return value.hex() if isinstance(value, bytes) else float(value.timestamp())


def is_delivered(mapping, record):
    """Whether a mapping lets a record through."""
    return any(matches(each, record) for each in mapping.filters)


@dataclass
class Streams:
    """How far each stream was delivered, and what was delivered last."""

    done: dict = field(default_factory=dict)
    last: list = field(default_factory=list)

    def pump(self, *, size=100):
        """Deliver all records, also those that come up meanwhile. Nothing may be reported."""
        while batches := [batch for each in MAPPINGS for batch in self._batches(each, size)]:
            for batch in batches:
                self.last = batch
                answer = app("relay").handler({"Records": batch}, Context())
                assert answer == {"batchItemFailures": []}

    def skip(self):
        """Leave out what was written so far."""
        for mapping in MAPPINGS:
            self.done[mapping.table] = len(records_of(mapping.table))

    def _batches(self, mapping, size):
        records = records_of(mapping.table)
        new = records[self.done.get(mapping.table, 0) :]
        self.done[mapping.table] = len(records)
        passed = [each for each in new if is_delivered(mapping, each)]
        return [passed[start : start + size] for start in range(0, len(passed), size)]
