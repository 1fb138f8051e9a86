"""A number is taken or refused, however it is written."""

import json

import pytest

from tests.integration.bad_input.refusals import ORDER, post, refusal
from tests.integration.cloud import Cloud


@pytest.mark.parametrize("budget", ["1E-400", "5.001", "1e12", "100000000000000000000.00"])
def test_a_budget_is_bounded_however_it_is_written(pair: Cloud, budget: str):
    raw = json.dumps(ORDER)[:-1] + f', "budget_usd": {budget}}}'
    assert refusal(post(pair, "work-order", raw=raw)) == (422, "invalid", ["#/budget_usd"])


@pytest.mark.parametrize(
    "literal",
    ["0e300", "-0e-200", "0e999999999", "0e99999999999999999999", "-0.0", "1e-400", "1e308"],
)
def test_a_number_of_odd_form_is_taken_or_refused_but_never_a_fault(pair: Cloud, literal: str):
    nova = {"from_agent_id": "nova"}
    for field in ("budget_usd", "priority", "requirements"):
        value = f'{{"n": {literal}}}' if field == "requirements" else literal
        raw = f'{{"to_agent_id": "boots", "title": "t", "description": "d", "{field}": {value}}}'
        assert pair.post("/messaging/work-order", nova, raw=raw).status in (200, 422)


def test_a_budget_of_nothing_is_nothing(pair: Cloud):
    raw = '{"to_agent_id": "boots", "title": "t", "description": "d", "budget_usd": -0e3}'
    order = pair.post("/messaging/work-order", {"from_agent_id": "nova"}, raw=raw).json
    path = f"/messaging/work-order/{order['work_order_id']}"
    assert '"budget_usd":0,' in pair.get(path, {"agent_id": "nova"}).text
