"""A result has to match the schema that the client gave with the order."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from agent_messaging.work_orders import result_schema
from local.in_process.functions import app
from local.in_process.metering import Meter
from tests.hostile_schemas import cases
from tests.integration.cloud import Cloud
from tests.scale import IS_FULL, Figure

SCHEMA = {
    "type": "object",
    "required": ["estimates"],
    "properties": {"estimates": {"type": "array", "items": {"$ref": "#/$defs/cost"}}},
    "$defs": {"cost": {"type": "number", "minimum": 0}},
}
FITTING = {"estimates": [1, 2.5]}
START_SECONDS_ON_LAMBDA = 0.2
COMMON = "https://json-schema.org/draft/2020-12/schema"


def accepted(pair: Cloud, **order: object) -> str:
    order_id = pair.offer("nova", "boots", **order)
    assert pair.move("boots", order_id, "accept").status == 200
    return order_id


def offered(pair: Cloud, schema: object):
    body = {"to_agent_id": "boots", "title": "T", "description": "D", "result_schema": schema}
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
def test_a_schema_that_cannot_be_used_is_refused(pair: Cloud, schema: object, place: str):
    before = pair.digest()
    answer = offered(pair, schema)
    assert (answer.status, answer.json["code"]) == (422, "invalid")
    assert [each["pointer"] for each in answer.json["errors"]] == [place]
    assert pair.digest() == before


@pytest.mark.parametrize("schema", [{"$schema": COMMON}, {"$ref": COMMON}, {"pattern": "(a+)+$"}])
def test_a_harmless_schema_is_taken(pair: Cloud, schema: object):
    assert offered(pair, schema).status == 200


def test_the_schema_is_covered_by_the_hash_of_the_creation(pair: Cloud):
    with_one = pair.order("nova", pair.offer("nova", "boots", result_schema=SCHEMA))
    without = pair.order("nova", pair.offer("nova", "boots"))
    hashes = [each["history"][0]["content_sha256"] for each in (with_one, without)]
    assert hashes[0] != hashes[1]


def test_hostile_schemas_are_refused_or_compared_in_a_second(pair: Cloud, figure: Figure):
    refused, completed, mismatched, slowest, longest = 0, 0, 0, 0.0, 0.0
    for family, schema, result in cases(500 if IS_FULL else 30):
        raw = f'{{"to_agent_id":"boots","title":"T","description":"D","result_schema":{schema}}}'
        query = {"from_agent_id": "nova"}
        answer = pair.post("/messaging/work-order", query, raw=raw)
        if answer.status == 422:
            refused += 1
            continue
        assert answer.status == 200, (family, answer.text)
        order_id = answer.json["work_order_id"]
        assert pair.move("boots", order_id, "accept").status == 200
        plain = accepted(pair, result_schema={})
        began = time.monotonic()
        assert pair.move("boots", plain, "complete").status == 200
        harmless = time.monotonic()
        answer = pair.move("boots", order_id, "complete", result_data=result)
        ended = time.monotonic()
        slowest = max(slowest, ended - harmless)
        longest = max(longest, (ended - harmless) - (harmless - began))
        assert answer.status in (200, 422), (family, answer.text)
        completed += answer.status == 200
        mismatched += answer.status == 422
        if answer.status == 422:
            assert answer.json["code"] == "result_mismatch"
            assert pair.move("boots", order_id, "fail").status == 200
    figure("refused", refused)
    figure("completed", completed)
    figure("mismatched", mismatched)
    figure("longest completion in seconds", round(slowest, 2))
    figure("the same beyond that of a harmless schema", round(longest, 2))
    # On a busy machine a process starts late, whatever its schema is.
    assert longest < 1 - START_SECONDS_ON_LAMBDA
    assert refused
    assert completed
    assert mismatched


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
