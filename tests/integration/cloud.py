"""The template in this process, watched: what each request answers, logs and asks of DynamoDB.

Every answer is held against what all answers have in common, and every call to DynamoDB is
recorded; a Scan fails the test that caused it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from local.in_process import memory
from local.in_process.functions import app
from local.in_process.host import Host
from local.in_process.metering import is_flush
from local.in_process.requests import Answer
from local.in_process.runtime import Context
from tests.integration.gateway import checked
from tests.integration.recorder import RECORDER, Call, Fault
from tests.logs import JOURNAL

METER = "AgentMeterTable"


class Cloud(Host):
    """Empty tables, and a client over the functions."""

    def __init__(self) -> None:
        super().__init__()
        RECORDER.reset()

    def serve(self, group: str, event: dict[str, Any], context: Context) -> Answer:
        body = event.get("body")
        if body and event["isBase64Encoded"]:
            with contextlib.suppress(ValueError):  # Then it is a text all the same.
                body = base64.b64decode(body)
        JOURNAL.sent(body, event["headers"])
        result = self.handle(group, event, context)
        answer = checked(result, event["requestContext"]["requestId"])
        JOURNAL.answered(answer.text, is_logged=answer.status >= 400)
        return answer

    def handle(self, group: str, event: dict[str, Any], context: Context) -> Any:
        """What the function of a folder returns for an event."""
        return app(group).handler(event, context)

    def move(self, agent_id: str, work_order_id: str, action: str, **body: Any) -> Answer:
        """One transition; `accept` and `reject` are those of `respond`."""
        if action in ("accept", "reject"):
            action, body = "respond", {"action": action, **body}
        path = f"/messaging/work-order/{work_order_id}/{action}"
        return self.post(path, {"agent_id": agent_id}, body)

    def order(self, agent_id: str, work_order_id: str) -> dict[str, Any]:
        answer = self.get(f"/messaging/work-order/{work_order_id}", {"agent_id": agent_id})
        assert answer.status == 200, answer.text
        return answer.json

    def profile(self, agent_id: str) -> dict[str, Any]:
        answer = self.get("/agents/me", {"agent_id": agent_id})
        assert answer.status == 200, answer.text
        return answer.json

    def pages(self, path: str, query: Mapping[str, Any], **options: Any) -> Iterator[Any]:
        """Every page of a list, up to the one that ends it."""
        cursor: dict[str, str] = {}
        while True:
            answer = self.get(path, {**query, **cursor}, **options)
            assert answer.status == 200, answer.text
            yield answer.json
            if answer.json["next_cursor"] is None:
                return
            cursor = {"cursor": answer.json["next_cursor"]}

    def sweep(self, milliseconds: int = 50_000) -> int:
        """What the schedule does: how many orders it marked expired."""
        return self.swept(milliseconds)["expired"]

    def swept(self, milliseconds: int = 50_000) -> Counter[str]:
        """What the schedule did, by what happened to so many orders."""
        return Counter(self.handle("work_orders_sweep", {}, Context(milliseconds)))

    def fail(self, operation: str, times: int, error: Mapping[str, Any]) -> None:
        """Let the next `times` calls of an operation fail with `error`."""
        RECORDER.faults.append(Fault(operation, times, dict(error)))

    def cost(self) -> list[Call]:
        """The calls to DynamoDB since this was last asked, without those of the meter.

        The meter's come once in 50 units, whichever request that is (tests/integration/meter).
        """
        calls = [each for each in RECORDER.calls if not is_flush(each.operation, each.request)]
        RECORDER.calls.clear()
        return calls

    def digest(self, *but: str) -> str:
        """A hash over everything that is stored; from moto itself, for it is asked for often.

        The meter is left out, because every request with a key may change it. `but` leaves out
        tables, and single attributes as `Table.attribute`.
        """
        stored = {
            name: sorted(
                json.dumps(
                    _without(item.to_json()["Attributes"], name, but),
                    sort_keys=True,
                    default=bytes.hex,
                )
                for item in table.all_items()
            )
            for name, table in memory.tables().items()
            if name not in (*but, METER)
        }
        return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()


def _without(attributes: Mapping[str, Any], table: str, but: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if f"{table}.{name}" not in but}
