"""The last release and this checkout over the same tables, as while an update runs.

Each event is handled by both, from the same data, at the same time, with the same random numbers.
What they return must be equal, byte for byte, and so must what the release stores. The result of
one of them stays. After each write they take turns, so each reads and changes what the other wrote.
"""

from __future__ import annotations

import json
import random
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from agent_messaging import clock
from local.filters import matches
from local.in_process import functions, memory
from local.in_process.runtime import Context
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER
from tests.releases import comparison
from tests.releases.comparison import Difference, Stored
from tests.releases.release import Release
from tests.releases.tape import WRITES, Tape

START = clock.from_text("2026-11-30T12:00:20.000Z")
STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/{}/stream/2026-11-23T00:00:00.000"


class Outcome(NamedTuple):
    """What one version made of an event: its result, and whether it has written."""

    result: Any
    is_written: bool


class Checkout:
    """The code of this checkout."""

    name = "checkout"

    def handle(self, group: str, event: Any, context: Any) -> Any:
        """What the function of a folder returns for an event."""
        return functions.app(group).handler(event, context)

    def forget(self) -> None:
        """Let its functions be instances that have served nobody yet."""
        functions.forget()


class Versions(Cloud):
    """Empty tables, and a client over both versions. `first` names the one that writes first.

    `is_symmetric` says that both have stored the same, to the byte. Then the history is the same
    whichever is first. `called` has the routes and functions that were called.
    """

    def __init__(self, release: Release, tape: Tape, first: str, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.release, self.checkout = release, Checkout()
        self.differences: list[Difference] = []
        self.records: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.called: set[str] = set()
        self.is_symmetric = True
        self.remembers = False
        self._tape = tape
        self._turns = [release, self.checkout]
        if first != release.name:
            self._turns.reverse()
        self._is_alone = False
        self._number = 0
        self._random = random.Random()
        release.now = START
        patch.setattr(clock, "now", lambda: release.now)
        patch.setattr(secrets, "token_bytes", self._random.randbytes)
        patch.setattr(secrets, "choice", self._random.choice)
        # Both draw the same random numbers only if one thread draws them.
        sweeps = functions.app("work_orders_sweep")
        patch.setattr(sweeps, "sweep", replace(sweeps.sweep, threads=1, mark_threads=1))
        self.release.forget()

    def pass_time(self, **delta: float) -> None:
        """Move the clocks of both versions."""
        self.release.now = (self.release.now or START) + timedelta(**delta)

    def handle(self, group: str, event: Any, context: Context) -> Any:
        """What both return for an event. The tables are left as the next in turn leaves them."""
        self._number += 1
        where = event.get("routeKey") or group
        self.called.add(where)
        if self._is_alone or not self.release.has(where, group):
            outcome = self._outcome(self.checkout, group, event, context)
        else:
            outcome = self._both(where, group, event, context)
        if outcome.is_written:
            self.take_records()
            self._turns.reverse()
        return outcome.result

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """What both return for the event of a source, such as a WebSocket API."""
        return self.handle(functions.TEMPLATE.functions[function].code.name, event, Context())

    def _both(self, where: str, group: str, event: Any, context: Context) -> Outcome:
        """Let both handle an event, and compare. Return the outcome of the one in turn."""
        before = memory.Memory()
        kept, other = self._turns
        with self._tape.recording():
            first = self._outcome(other, group, event, context)
        with self._tape.replaying():
            second = None if self.remembers else self._outcome(kept, group, event, context)
        if second is None or self._tape.has_differed:
            stored = comparison.stored()
            before.put_back()
            second = self._outcome(kept, group, event, context)
            self._compare_stored(kept.name, comparison.stored(), stored)
        results = {other.name: first.result, kept.name: second.result}
        release, checkout = results[self.release.name], results[Checkout.name]
        self.differences += comparison.of_results(where, release, checkout)
        return second

    def _outcome(
        self, version: Release | Checkout, group: str, event: Any, context: Context
    ) -> Outcome:
        """Let one of them handle an event. An error counts as its result, as on Lambda."""
        self._random.seed(self._number)
        RECORDER.calls.clear()
        if not self.remembers:
            version.forget()
        try:
            result = version.handle(group, event, context)
        except AssertionError:  # of the recorder
            raise
        except Exception as error:  # noqa: BLE001
            result = {"errorType": type(error).__name__}
        return Outcome(result, any(call.operation in WRITES for call in RECORDER.calls))

    def _compare_stored(self, name: str, stored: Stored, by_other: Stored) -> None:
        pair = (stored, by_other) if name == self.release.name else (by_other, stored)
        self.differences += comparison.of_stored(*pair)
        self.is_symmetric &= stored == by_other

    def take_records(self) -> None:
        """Collect the stream records of what was kept, as a mapping delivers them."""
        for name, table in memory.tables().items():
            if table.stream_shard is None:
                continue
            for each in table.stream_shard.items:
                record = json.loads(json.dumps(each.to_json(), default=str))
                record["eventSourceARN"] = STREAM.format(name)
                number = 10**20 + self._number * 1000 + len(self.records[name])
                record["dynamodb"]["SequenceNumber"] = str(number)
                record["dynamodb"]["ApproximateCreationDateTime"] = int(clock.now().timestamp())
                self.records[name].append(record)
            table.stream_shard.items.clear()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let this code handle what the release refuses, such as a request with a new field.

        A route or a function that the release does not have needs no `alone`.
        """
        self._is_alone = True
        yield
        self._is_alone = False

    @contextmanager
    def quota(self, group: str, units: int) -> Iterator[None]:
        """Let an agent spend so many units a minute, and let the instances remember it."""
        with self.release.active():
            meters = [self.release.app(group).meter, functions.app(group).meter]
        before = [meter.quota for meter in meters]
        self.remembers = True
        try:
            for meter in meters:
                meter.quota = units
            yield
        finally:
            for meter, quota in zip(meters, before, strict=True):
                meter.quota = quota
            self.remembers = False

    def deliver(self, function: str, table: str) -> Any:
        """Deliver all collected records of a table that a mapping of either version lets through.

        An update changes the mappings and the functions one after the other.
        """
        templates = (functions.TEMPLATE, self.release.template)
        patterns = [
            pattern
            for template in templates
            for mapping in template.streams
            if (mapping.function, mapping.table) == (function, table)
            for pattern in mapping.filters
        ]
        passed = [r for r in self.records[table] if any(matches(each, r) for each in patterns)]
        assert passed, f"{function} gets nothing of {table}"
        group = functions.TEMPLATE.functions[function].code.name
        return self.handle(group, {"Records": passed}, Context())

    def keyed(self, api_key: str) -> Mapping[str, Any]:
        """What the authorizer says of a key: the caller of a request, or nothing."""
        event = {"routeKey": "authorizer", "headers": {"authorization": f"Bearer {api_key}"}}
        found: Mapping[str, Any] = self.handle("authorizer", event, Context()).get("context", {})
        return found
