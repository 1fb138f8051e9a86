"""Each field that is wrong, missing or unknown is named."""

import json

import pytest

from tests.integration.bad_input.refusals import ORDER, SEND, post, refusal
from tests.integration.cloud import Cloud

MISSING = "is missing"
UNKNOWN = "is unknown"


def test_each_missing_field_is_named(pair: Cloud):
    answer = post(pair, body={})
    who = (
        "Add `to_agent_id`, the `agent_id` of another agent from GET /api/v1/agents?agent_id=nova."
    )
    what = 'Add `body`, a text of 1 to 65536 characters, for example `"Want to collaborate?"`.'
    assert answer.json["errors"] == [
        {"pointer": "#/to_agent_id", "detail": MISSING, "fix": who},
        {"pointer": "#/body", "detail": MISSING, "fix": what},
    ]
    assert answer.json["detail"] == "The body is not valid: to_agent_id, body."
    assert answer.json["fix"] == f"{who} {what}"


def test_an_unknown_field_is_named(pair: Cloud):
    answer = post(pair, body={**SEND, "From_Agent": 1, "a/b~c": 1})
    assert [(each["pointer"], each["detail"]) for each in answer.json["errors"]] == [
        ("#/From_Agent", UNKNOWN),
        ("#/a~1b~0c", UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to_agent_id", None),
        ("to_agent_id", 5),
        ("to_agent_id", "boots\x00"),
        ("to_agent_id", ""),
        ("to_agent_id", "-boots"),
        ("to_agent_id", "böots"),
        ("to_agent_id", "x" * 65),
        ("body", None),
        ("body", ""),
        ("body", 5),
        ("body", ["x"]),
        ("body", "x" * 65_537),
        ("body", "é" * 32_769),
        ("subject", 5),
        ("subject", "x" * 501),
        ("priority", -1),
        ("priority", 11),
        ("priority", 1.5),
        ("priority", True),
        ("priority", "1.5"),
        ("type", ""),
        ("priority", 10**40),
        ("thread_id", "thr_1"),
        ("thread_id", ""),
        ("reply_to_id", "msg_8" + "z" * 25),
        ("reply_to_id", "msg_0" + "u" * 25),
        ("type", "ping"),
        ("type", "work_order"),
        ("type", "notification"),
        ("metadata", []),
        ("metadata", "{}"),
        ("metadata", 5),
        ("metadata", {"a": "x" * 65_530}),
    ],
)
def test_a_wrong_field_of_a_message_is_422(pair: Cloud, field: str, value: object):
    assert refusal(post(pair, body={**SEND, field: value})) == (422, "invalid", [f"#/{field}"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", " \n"),
        ("title", "x" * 501),
        ("description", ""),
        ("description", None),
        ("requirements", "text"),
        ("deliverables", 1),
        ("budget_usd", "15,000"),
        ("budget_usd", True),
        ("budget_usd", -0.01),
        ("budget_usd", 0.001),
        ("budget_usd", 10**12),
        ("budget_usd", []),
        ("deadline_at", "2099-01-01T00:00:00"),
        ("deadline_at", "2099-01-01"),
        ("deadline_at", "4070908800"),
        ("deadline_at", 4070908800),
        ("deadline_at", "tomorrow"),
        ("deadline_at", ""),
        ("deadline_at", "2099-02-29T00:00:00Z"),
        ("deadline_at", "9999-12-31T23:59:59-12:00"),
        ("deadline_at", {}),
        ("worker_id", "boots"),
    ],
)
def test_a_wrong_field_of_an_order_is_422(pair: Cloud, field: str, value: object):
    answer = post(pair, "work-order", body={**ORDER, field: value})
    assert refusal(answer) == (422, "invalid", [f"#/{field}"])


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("respond", {}, "#/action"),
        ("respond", {"action": "maybe"}, "#/action"),
        ("respond", {"action": ["accept"]}, "#/action"),
        ("respond", {"action": "accept", "estimated_completion": "soon"}, "#/estimated_completion"),
        ("respond", {"action": "reject", "rejection_reason": "x" * 501}, "#/rejection_reason"),
        ("complete", {"result_data": 5}, "#/result_data"),
        ("complete", {"result_url": "ftp://example.com"}, "#/result_url"),
        ("complete", {"result_url": "javascript:alert(1)"}, "#/result_url"),
        ("complete", {"result_url": "https://a b"}, "#/result_url"),
        ("complete", {"result_url": "https://" + "x" * 2048}, "#/result_url"),
        ("complete", {"summary": ""}, "#/summary"),
        ("complete", {"status": "completed"}, "#/status"),
        ("cancel", {"reason": "x" * 501}, "#/reason"),
        ("fail", {"reason": 5}, "#/reason"),
    ],
)
def test_a_wrong_field_of_a_transition_is_422(pair: Cloud, action: str, body: dict, pointer: str):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    before = pair.digest()
    path = f"/messaging/work-order/{order_id}/{action}"
    for agent_id in ("nova", "boots"):  # the body is checked before the role
        answer = pair.post(path, {"agent_id": agent_id}, body)
        assert refusal(answer) == (422, "invalid", [pointer])
    assert pair.digest() == before


def test_a_body_of_nothing_but_wrong_fields_gets_an_answer_of_bounded_size(pair: Cloud):
    body = {f"{number:x}": 1 for number in range(24_000)}
    answer = post(pair, raw=json.dumps(body, separators=(",", ":")))
    assert answer.status == 422
    # Lambda refuses an answer above 6 MB, and escapes this one once more.
    assert len(json.dumps(answer.text)) < 6_000_000


def test_a_body_that_is_wrong_in_a_thousand_places_is_told_of_twenty(pair: Cloud):
    body = {f"field_{number}": number for number in range(1000)}
    answer = pair.post("/messaging/send", "from_agent_id=nova", body)
    assert (answer.status, len(answer.json["errors"])) == (422, 20)
