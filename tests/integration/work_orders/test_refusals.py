"""What a state, a role or a stranger does not allow is refused, and nothing is written."""

import pytest

from agent_messaging import clock, ids
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import ACTIONS, ALLOWED, WAYS, bring


@pytest.mark.parametrize("status", WAYS)
def test_each_state_allows_what_the_table_says_and_refuses_the_rest(pair: Cloud, status: str):
    for action, (agent_id, _) in ACTIONS.items():
        if action in ALLOWED.get(status, ()):
            order_id = bring(pair, status)
            assert pair.move(agent_id, order_id, action).status == 200
    order_id = bring(pair, status)
    before = pair.digest()
    for action, (agent_id, _) in ACTIONS.items():
        if action not in ALLOWED.get(status, ()):
            answer = pair.move(agent_id, order_id, action)
            assert (answer.status, answer.json["code"]) == (409, "illegal_transition")
            assert answer.json["current_status"] == status
    assert pair.digest() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_the_other_side_may_not_act(pair: Cloud, action: str):
    order_id = bring(pair, "accepted")
    other = "boots" if ACTIONS[action][0] == "nova" else "nova"
    before = pair.digest()
    answer = pair.move(other, order_id, action)
    assert (answer.status, answer.json["code"]) == (403, "wrong_role")
    assert pair.digest() == before


def test_a_refusal_names_the_calls_on_this_order(pair: Cloud):
    order_id = bring(pair, "accepted")
    path = f"POST /api/v1/messaging/work-order/{order_id}"
    fix = pair.move("nova", order_id, "complete").json["fix"]
    assert fix.startswith("Let `boots`, the worker, make this call. The order is accepted.")
    assert f"Its client can call {path}/cancel." in fix
    assert f"{path}/complete" in pair.move("boots", order_id, "accept").json["fix"]


def test_nobody_is_asked_to_act_on_a_final_order(pair: Cloud):
    order_id = bring(pair, "completed")
    fix = pair.move("nova", order_id, "complete").json["fix"]
    assert fix.startswith("The order is completed, and that is final.")


def test_an_order_of_others_looks_like_none(pair: Cloud):
    order_id, absent = pair.offer("nova", "boots"), ids.new("wo", clock.now())
    before = pair.digest()
    theirs = pair.get(f"/messaging/work-order/{order_id}", {"agent_id": "third"})
    none = pair.get(f"/messaging/work-order/{absent}", {"agent_id": "third"})
    assert theirs.status == 404
    assert theirs.but_for(order_id) == none.but_for(absent)
    for action in ACTIONS:
        theirs, none = (pair.move("third", each, action) for each in (order_id, absent))
        assert theirs.status == 404
        assert theirs.but_for(order_id) == none.but_for(absent)
    assert pair.digest() == before
