"""A result has to match the schema that the client gave with the order."""

import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import pytest

from agent_messaging.errors import ResultMismatchError
from agent_messaging.work_orders import result_schema
from local.in_process.functions import app
from local.in_process.metering import Meter
from local.in_process.requests import Answer
from tests.hostile_schemas import cases
from tests.integration.cloud import Cloud
from tests.integration.work_orders.pools import CAPABILITY, join
from tests.scale import IS_FULL, Figure

SCHEMA = {
    "type": "object",
    "required": ["estimates"],
    "properties": {"estimates": {"type": "array", "items": {"$ref": "#/$defs/cost"}}},
    "$defs": {"cost": {"type": "number", "minimum": 0}},
}
FITTING = {"estimates": [1, 2.5]}
START_SECONDS_ON_LAMBDA = 0.2
# How much longer than with a harmless schema a completion may take, so that it takes a second.
BOUND = 1 - START_SECONDS_ON_LAMBDA
TRIES = 3
CREATE = ("/messaging/work-order", {"from_agent_id": "nova"})
COMMON = "https://json-schema.org/draft/2020-12/schema"


def accepted(pair: Cloud, **order: object) -> str:
    order_id = pair.offer("nova", "boots", **order)
    assert pair.move("boots", order_id, "accept").status == 200
    return order_id


BOOTS = {"to_agent_id": "boots"}
ANYBODY = {"to_capability": CAPABILITY}
TO = pytest.mark.parametrize("to", [BOOTS, ANYBODY], ids=["named", "pool"])


def offered(pair: Cloud, schema: object, to: dict[str, str] = BOOTS):
    body = {**to, "title": "T", "description": "D", "result_schema": schema}
    return pair.post("/messaging/work-order", {"from_agent_id": "nova"}, body)


def test_a_result_that_matches_completes_the_order(pair: Cloud):
    order_id = accepted(pair, result_schema=SCHEMA)
    assert pair.order("boots", order_id)["result_schema"] == SCHEMA
    assert pair.move("boots", order_id, "complete", result_data=FITTING).status == 200
    assert pair.order("nova", order_id)["result_data"] == FITTING


def test_a_result_that_does_not_match_is_refused_at_its_places(pair: Cloud):
    order_id = accepted(pair, result_schema=SCHEMA)
    before = pair.digest()
    answer = pair.move("boots", order_id, "complete", result_data={"estimates": [1, "x", -1]})
    assert (answer.status, answer.json["code"]) == (422, "result_mismatch")
    places = [each["pointer"] for each in answer.json["errors"]]
    assert places == ["#/result_data/estimates/1", "#/result_data/estimates/2"]
    assert "(#/$defs/cost/type of the schema)" in answer.json["errors"][0]["detail"]
    assert pair.digest() == before
    assert pair.move("boots", order_id, "complete", result_data=FITTING).status == 200


def test_a_result_that_is_not_checked_in_time_is_refused(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    order_id = accepted(pair, result_schema=SCHEMA)
    monkeypatch.setattr(result_schema, "_report", lambda *_: None)
    answer = pair.move("boots", order_id, "complete", result_data=FITTING)
    assert (answer.status, answer.json["code"]) == (422, "result_mismatch")
    assert answer.json["errors"][0]["detail"] == "was not checked in time"


def test_without_a_result_null_has_to_match(pair: Cloud):
    strict, lax = accepted(pair, result_schema=SCHEMA), accepted(pair, result_schema={})
    assert pair.move("boots", strict, "complete").json["code"] == "result_mismatch"
    assert pair.move("boots", lax, "complete").status == 200


def test_a_worker_can_fail_an_order_whose_schema_nothing_matches(pair: Cloud):
    order_id = accepted(pair, result_schema={"not": {}})
    assert pair.move("boots", order_id, "complete", result_data={}).status == 422
    assert pair.move("boots", order_id, "fail", reason="No result matches").status == 200


def test_an_order_without_a_schema_starts_no_process(pair: Cloud, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(result_schema.subprocess, "Popen", None)
    order_id = accepted(pair)
    assert pair.move("boots", order_id, "complete", result_data=FITTING).status == 200


@TO
@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"type": "objekt"}, "#/result_schema/type"),
        ({"items": {"pattern": "("}}, "#/result_schema/items/pattern"),
        ({"$ref": "https://example.com/schema.json"}, "#/result_schema"),
        ({"$ref": "file:///etc/passwd"}, "#/result_schema"),
        ({"$ref": "#/$defs/absent"}, "#/result_schema"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "#/result_schema/$schema"),
        ({"description": "x" * 17 * 1024}, "#/result_schema"),
        ([], "#/result_schema"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(
    pair: Cloud, schema: object, place: str, to: dict[str, str]
):
    before = pair.digest()
    answer = offered(pair, schema, to)
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert [each["pointer"] for each in answer.json["errors"]] == [place]
    assert pair.digest() == before


@TO
@pytest.mark.parametrize("schema", [{"$schema": COMMON}, {"$ref": COMMON}, {"pattern": "(a+)+$"}])
def test_a_harmless_schema_is_taken(pair: Cloud, schema: object, to: dict[str, str]):
    assert offered(pair, schema, to).status == 200


@pytest.mark.parametrize("schema", [{"type": "objekt"}, {"$ref": "https://example.com/a.json"}])
def test_a_worker_is_told_that_a_stored_schema_is_not_valid(schema: object):
    """A server of an earlier version may have stored it."""
    with pytest.raises(ResultMismatchError) as refusal:
        result_schema.require_match(json.dumps(schema), "{}")
    assert "is not valid" in str(refusal.value)


def test_the_schema_is_covered_by_the_hash_of_the_creation(pair: Cloud):
    with_one = pair.order("nova", pair.offer("nova", "boots", result_schema=SCHEMA))
    without = pair.order("nova", pair.offer("nova", "boots"))
    hashes = [each["history"][0]["content_sha256"] for each in (with_one, without)]
    assert hashes[0] != hashes[1]


@dataclass(frozen=True)
class Completion:
    """What was answered, in how many seconds, how many more than with a harmless schema, and CPU.

    The CPU seconds are those of this process and of the one that checks the schema.
    """

    answer: Answer
    seconds: float
    beyond: float
    cpu: float


class Taker(NamedTuple):
    """Whom an order is for, who works on it, and how it gets it."""

    to: dict[str, str]
    worker: str
    action: str

    def offer(self, pair: Cloud, schema: str) -> Answer:
        """Create an order with a schema, which may be no JSON."""
        fields = json.dumps({**self.to, "title": "T", "description": "D"})
        return pair.post(*CREATE, raw=f'{fields[:-1]}, "result_schema": {schema}}}')

    def take(self, pair: Cloud, order_id: str) -> None:
        """Let the worker take an order."""
        assert pair.move(self.worker, order_id, self.action).status == 200


def completion(pair: Cloud, worker: str, order_id: str, result: object) -> Completion:
    """Complete an accepted order with a schema, right after one with a harmless schema."""
    plain = accepted(pair, result_schema={})
    began = time.monotonic()
    assert pair.move("boots", plain, "complete").status == 200
    harmless, cpu = time.monotonic(), cpu_seconds()
    answer = pair.move(worker, order_id, "complete", result_data=result)
    seconds = time.monotonic() - harmless
    return Completion(answer, seconds, seconds - (harmless - began), cpu_seconds() - cpu)


def cpu_seconds() -> float:
    """The CPU seconds of this process, and of its children that have ended."""
    return sum(os.times()[:4])


def best_completion(
    pair: Cloud, taker: Taker, schema: str, order_id: str, result: object
) -> tuple[Completion, int]:
    """The fastest of up to three tries, and their number. One that is fast enough is the last.

    A busy machine can keep a process waiting. A schema that takes too long does so each time.
    """
    tries: list[Completion] = []
    while not tries or (tries[-1].beyond >= BOUND and len(tries) < TRIES):
        if tries and tries[-1].answer.status == 200:  # its order is completed
            order_id = taker.offer(pair, schema).json["work_order_id"]
            taker.take(pair, order_id)
        tries.append(completion(pair, taker.worker, order_id, result))
    if tries[-1].answer.status == 422:
        assert tries[-1].answer.json["code"] == "result_mismatch"
        assert pair.move(taker.worker, order_id, "fail").status == 200
    return min(tries, key=lambda each: each.beyond), len(tries)


def test_hostile_schemas_are_refused_or_compared_in_a_second(pair: Cloud, figure: Figure):
    counts: Counter[str] = Counter()
    found: list[Completion] = []
    join(pair, "ada")
    takers = itertools.cycle([Taker(BOOTS, "boots", "accept"), Taker(ANYBODY, "ada", "claim")])
    for taker, (family, schema, result) in zip(takers, cases(500 if IS_FULL else 30), strict=False):
        answer = taker.offer(pair, schema)
        if answer.status == 422:
            counts["refused"] += 1
            continue
        assert answer.status == 200, (family, answer.text)
        order_id = answer.json["work_order_id"]
        taker.take(pair, order_id)
        best, tries = best_completion(pair, taker, schema, order_id, result)
        assert best.answer.status in (200, 422), (family, best.answer.text)
        assert best.beyond < BOUND, (family, best.beyond, best.cpu)
        counts["completed" if best.answer.status == 200 else "mismatched"] += 1
        counts["measured again on a busy machine"] += tries > 1
        found.append(best)
    figure("schemas", dict(counts))
    figure("longest completion in seconds", round(max(each.seconds for each in found), 2))
    beyond = max(each.beyond for each in found)
    figure("the same beyond that of a harmless schema", round(beyond, 2))
    figure("most CPU seconds of a completion", round(max(each.cpu for each in found), 2))
    assert {"refused", "completed", "mismatched"} <= set(counts)


def test_only_an_order_with_a_schema_costs_more(pair: Cloud):
    schema = {**SCHEMA, "description": "x" * 1_000}
    client = app("work_orders").client

    def spent(call: Callable[[], Any]) -> tuple[float, float]:
        with Meter(pair, [client]).reading() as cost:
            call()
        return cost.write_units, cost.read_units

    plain, strict = accepted(pair), accepted(pair, result_schema=schema)
    create = [
        spent(partial(pair.offer, "nova", "boots", **more))
        for more in ({}, {"result_schema": schema})
    ]
    complete = [
        spent(partial(pair.move, "boots", each, "complete", result_data=FITTING))
        for each in (plain, strict)
    ]
    # The schema has two kilobytes, and a transaction writes it twice.
    assert create[1][0] - create[0][0] == 4
    assert create[1][1] == create[0][1]
    assert complete[1][0] == complete[0][0]
    assert complete[1][1] - complete[0][1] == 0.5
