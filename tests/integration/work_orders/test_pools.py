"""An order for candidates is found, claimed by one of them, and worked on like any other."""

import re
from pathlib import Path

import pytest

from local.in_process.functions import app
from local.in_process.metering import Meter
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import FUTURE, notices
from tests.integration.work_orders.pools import (
    CAPABILITY,
    block,
    claim,
    created,
    join,
    listing,
    pool_order,
    refused,
)

COSTS = (Path(__file__).parents[3] / "docs" / "costs.md").read_text("utf-8")


@pytest.fixture
def pool(pair: Cloud) -> Cloud:
    """Nova, who offers orders, and two candidates for them."""
    join(pair, "ada", "ben")
    return pair


def test_an_order_is_offered_found_claimed_and_completed(pool: Cloud):
    answer = created(pool, "nova", priority=7, budget_usd=50, deadline_at=FUTURE)
    order_id = answer.json["work_order_id"]
    assert answer.json == {
        "success": True,
        "work_order_id": order_id,
        "message_id": None,
        "status": "pending",
        "created_at": answer.json["created_at"],
        "offer": "pool",
    }
    assert listing(pool, "ada") == listing(pool, "ben", capability=CAPABILITY) == [order_id]
    taken = claim(pool, "ada", order_id, estimated_completion=FUTURE)
    assert taken.status == 200
    assert (taken.json["status"], taken.json["is_final"]) == ("accepted", False)
    assert listing(pool, "ada") == listing(pool, "ben") == []
    assert pool.profile("ada")["current_active_jobs"] == 1
    order = pool.order("ada", order_id)
    assert order["worker"] == {"id": "ada", "name": "Ada"}
    assert order["estimated_completion"] == FUTURE.replace("Z", ".000Z")
    assert order["accepted_at"] == taken.json["accepted_at"]
    assert order["relationship"] == "stranger"
    assert pool.move("ada", order_id, "complete", summary="Done").status == 200
    assert pool.profile("ada")["completed_jobs"] == 1
    assert pool.order("nova", order_id)["status"] == "completed"


def test_a_pending_order_has_no_worker_no_message_and_no_thread(pool: Cloud):
    order_id = pool_order(pool, "nova", priority=3)
    order = pool.order("nova", order_id)
    names = ("offer", "capability", "priority", "worker", "message_id", "thread_id", "accepted_at")
    assert [order[name] for name in names] == ["pool", CAPABILITY, 3, None, None, None, None]
    seen = {**order, "history": None, "questions": None}
    assert pool.order("ada", order_id) == seen
    assert pool.inbox("ada")["messages"] == pool.inbox("ben")["messages"] == []


def test_a_claim_is_told_to_the_client_in_a_new_thread(pool: Cloud):
    order_id = pool_order(pool, "nova")
    claim(pool, "ada", order_id)
    (note,) = notices(pool, "nova")
    order = pool.order("nova", order_id)
    assert (note["message_id"], note["thread_id"]) == (order["message_id"], order["thread_id"])
    assert note["from_agent"] == {"id": "ada", "name": "Ada"}
    assert note["body"] == "The worker accepted a work order."
    pool.move("ada", order_id, "complete")
    assert {each["thread_id"] for each in notices(pool, "nova")} == {order["thread_id"]}


def test_a_claim_makes_the_client_a_contact(pool: Cloud):
    claim(pool, "ada", pool_order(pool, "nova"))
    contacts = pool.get("/messaging/contacts", {"agent_id": "ada"}).json["contacts"]
    assert [each["contact"]["id"] for each in contacts] == ["nova"]


def test_only_one_candidate_gets_an_order(pool: Cloud):
    order_id = pool_order(pool, "nova")
    assert claim(pool, "ada", order_id).status == 200
    late = claim(pool, "ben", order_id)
    assert refused(late) == (409, "illegal_transition")
    assert late.json["current_status"] == "accepted"
    assert refused(claim(pool, "ada", order_id)) == (409, "illegal_transition")
    assert pool.profile("ada")["current_active_jobs"] == 1


def test_a_claim_stays_within_the_capacity(pool: Cloud):
    join(pool, "eve", max_concurrent_jobs=1)
    first, second = pool_order(pool, "nova"), pool_order(pool, "nova")
    assert claim(pool, "eve", first).status == 200
    assert refused(claim(pool, "eve", second)) == (409, "at_capacity")
    assert pool.order("nova", second)["status"] == "pending"


def test_an_agent_that_takes_no_orders_claims_none(pool: Cloud):
    join(pool, "eve", accepts_work_orders=False)
    order_id = pool_order(pool, "nova")
    answer = claim(pool, "eve", order_id)
    assert refused(answer) == (409, "worker_unavailable")
    assert '"accepts_work_orders": true' in answer.json["fix"]


def test_the_highest_priority_comes_first_then_the_oldest(pool: Cloud):
    ranks = [0, 10, 3, 10, None, 7]
    orders = [
        pool_order(pool, "nova", **({} if rank is None else {"priority": rank})) for rank in ranks
    ]
    expected = [orders[place] for place in (1, 3, 5, 2, 0, 4)]
    # Ids of one millisecond have no order.
    keys = [(-(ranks[orders.index(each)] or 0), each) for each in orders]
    assert listing(pool, "ada") == [each for _, each in sorted(keys)]
    assert set(expected) == set(orders)
    assert listing(pool, "ada", limit=1) == listing(pool, "ada")


def test_a_list_shows_what_an_agent_needs_to_choose(pool: Cloud):
    order_id = pool_order(pool, "nova", priority=2, budget_usd=9.5, deadline_at=FUTURE)
    query = {"agent_id": "ada", "role": "candidate"}
    page = pool.get("/messaging/work-orders", query).json
    (shown,) = page["work_orders"]
    whole = pool.order("ada", order_id)
    unread = {"description": None, "history": None, "questions": None}
    assert shown == {**whole, **unread}
    assert (page["role"], page["total_orders"], page["total_is_minimum"]) == ("candidate", 1, True)


@pytest.mark.parametrize("status", ["accepted", "completed", "expired"])
def test_a_candidate_lists_only_pending_orders(pool: Cloud, status: str):
    query = {"agent_id": "ada", "role": "candidate", "status": status}
    answer = pool.get("/messaging/work-orders", query)
    assert refused(answer) == (422, "invalid")
    assert pool.get("/messaging/work-orders", {**query, "status": "pending"}).status == 200


def test_a_list_needs_one_of_the_own_capabilities(pool: Cloud):
    pool.register("two", capabilities=["a", "b"])
    query = {"role": "candidate"}
    several = pool.get("/messaging/work-orders", {**query, "agent_id": "two"})
    assert refused(several) == (422, "invalid")
    assert "a, b" in several.json["fix"]
    other = {**query, "agent_id": "ada", "capability": "a"}
    assert refused(pool.get("/messaging/work-orders", other)) == (422, "invalid")
    nobody = pool.get("/messaging/work-orders", {**query, "agent_id": "boots"})
    assert "PATCH /api/v1/agents/me" in nobody.json["fix"]


@pytest.mark.parametrize("role", ["worker", "client"])
def test_only_a_candidate_filters_by_capability(pool: Cloud, role: str):
    query = {"agent_id": "ada", "role": role, "capability": CAPABILITY}
    assert refused(pool.get("/messaging/work-orders", query)) == (422, "invalid")


@pytest.mark.parametrize(("owner", "other"), [("nova", "ada"), ("ada", "nova")])
def test_a_blocked_agent_sees_no_order_and_takes_none(pool: Cloud, owner: str, other: str):
    order_id = pool_order(pool, "nova")
    block(pool, owner, other)
    assert listing(pool, "ada") == []
    assert listing(pool, "ben") == [order_id]
    path = f"/messaging/work-order/{order_id}"
    assert refused(pool.get(path, {"agent_id": "ada"})) == (404, "work_order_not_found")
    assert refused(claim(pool, "ada", order_id)) == (404, "work_order_not_found")


def test_for_an_agent_without_the_capability_an_order_does_not_exist(pool: Cloud):
    order_id = pool_order(pool, "nova")
    absent = order_id[:-4] + ("0000" if order_id[-4:] != "0000" else "1111")
    for method, action in (("GET", ""), ("POST", "/claim"), ("POST", "/respond")):
        body = {"action": "accept"} if action == "/respond" else None
        path = f"/messaging/work-order/{order_id}{action}"
        hidden = pool.call(method, path, {"agent_id": "third"}, body)
        missing = pool.call(method, path.replace(order_id, absent), {"agent_id": "third"}, body)
        assert hidden.status == missing.status == 404
        texts = (re.sub(r"request-\d+", "", answer.text) for answer in (hidden, missing))
        assert len({text.replace(order_id, absent) for text in texts}) == 1


def test_a_candidate_reads_an_order_only_while_it_is_pending(pool: Cloud):
    order_id = pool_order(pool, "nova")
    path = f"/messaging/work-order/{order_id}"
    assert pool.get(path, {"agent_id": "ben"}).status == 200
    claim(pool, "ada", order_id)
    assert pool.get(path, {"agent_id": "ben"}).status == 404
    assert pool.get(path, {"agent_id": "ada"}).status == 200


@pytest.mark.parametrize("action", ["accept", "complete", "cancel"])
def test_an_order_that_is_taken_does_not_exist_for_the_other_candidates(pool: Cloud, action: str):
    order_id = pool_order(pool, "nova")
    claim(pool, "ada", order_id)
    assert refused(pool.move("ben", order_id, action)) == (404, "work_order_not_found")


def test_the_client_does_not_claim_its_own_order(pool: Cloud):
    join(pool, "eve")
    order_id = pool_order(pool, "eve")
    assert refused(claim(pool, "eve", order_id)) == (403, "wrong_role")
    assert listing(pool, "eve") == []


def test_respond_names_the_call_that_takes_an_order(pool: Cloud):
    order_id = pool_order(pool, "nova")
    for action in ("accept", "reject"):
        answer = pool.move("ada", order_id, action)
        assert refused(answer) == (409, "wrong_offer")
        assert f"POST /api/v1/messaging/work-order/{order_id}/claim" in answer.json["fix"]


@pytest.mark.parametrize("action", ["complete", "fail", "cancel"])
def test_a_candidate_has_no_part_in_an_order_yet(pool: Cloud, action: str):
    order_id = pool_order(pool, "nova")
    answer = pool.move("ada", order_id, action)
    assert refused(answer) == (403, "wrong_role")
    assert f"/{order_id}/claim" in answer.json["fix"]


def test_a_named_order_is_not_claimed(pool: Cloud):
    order_id = pool.offer("nova", "ada")
    answer = claim(pool, "ada", order_id)
    assert refused(answer) == (409, "wrong_offer")
    assert f"/{order_id}/respond" in answer.json["fix"]
    assert refused(claim(pool, "ben", order_id)) == (404, "work_order_not_found")


def test_the_client_cancels_an_order_that_nobody_took(pool: Cloud):
    order_id = pool_order(pool, "nova")
    assert pool.move("nova", order_id, "cancel").status == 200
    assert listing(pool, "ada") == []
    assert refused(claim(pool, "ada", order_id)) == (409, "illegal_transition")
    assert notices(pool, "ada") == []


@pytest.mark.parametrize("action", ["complete", "fail"])
def test_the_client_of_a_pending_order_is_told_what_it_can_do(pool: Cloud, action: str):
    order_id = pool_order(pool, "nova")
    answer = pool.move("nova", order_id, action)
    assert refused(answer) == (403, "wrong_role")
    assert f"/{order_id}/cancel" in answer.json["fix"]


def test_an_order_that_nobody_takes_expires(pool: Cloud):
    order_id = pool_order(pool, "nova", deadline_at=FUTURE)
    pool.overdue(order_id)
    assert refused(claim(pool, "ada", order_id)) == (409, "illegal_transition")
    assert pool.order("nova", order_id)["status"] == "expired"
    assert [note["body"] for note in notices(pool, "nova")] == [
        "A work order expired: nobody answered by its deadline."
    ]


def test_a_client_that_leaves_takes_its_open_orders_along(pool: Cloud):
    pending, accepted = pool_order(pool, "nova"), pool_order(pool, "nova")
    claim(pool, "ada", accepted)
    assert pool.call("DELETE", "/agents/me", {"agent_id": "nova"}).status in (200, 204)
    assert listing(pool, "ada") == []
    assert refused(claim(pool, "ben", pending)) == (409, "illegal_transition")
    assert pool.profile("ada")["current_active_jobs"] == 0
    order = pool.order("ada", accepted)
    assert (order["status"], order["reason_code"]) == ("cancelled", "client_left")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"to_capability": None}, "to_agent_id"),
        ({"to_agent_id": "boots"}, "to_agent_id"),
        ({"to_capability": None, "to_agent_id": "boots", "priority": 3}, "priority"),
        ({"to_capability": None, "to_agent_id": "boots", "bids_by": FUTURE}, "bids_by"),
        ({"to_capability": None, "to_agent_id": "boots", "max_lapses": 2}, "max_lapses"),
        ({"priority": 11}, "priority"),
        ({"max_lapses": 0}, "max_lapses"),
        ({"to_capability": "no such word!"}, "to_capability"),
        ({"bids_by": "2020-01-01T00:00:00Z"}, "bids_by"),
        ({"bids_by": FUTURE, "deadline_at": FUTURE}, "deadline_at"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(pool: Cloud, body: dict, field: str):
    before = pool.digest()
    answer = created(pool, "nova", **body)
    assert refused(answer) == (422, "invalid")
    assert [each["pointer"] for each in answer.json["errors"]] == [f"#/{field}"]
    assert pool.digest() == before


def test_a_repeated_claim_with_its_key_is_answered_again(pool: Cloud):
    order_id = pool_order(pool, "nova")
    path = f"/messaging/work-order/{order_id}/claim"
    first, again = (pool.post(path, {"agent_id": "ada"}, {}, key="k") for _ in range(2))
    assert first.json == again.json
    assert pool.profile("ada")["current_active_jobs"] == 1


def test_a_claim_that_comes_too_late_costs_what_the_documents_say(pool: Cloud):
    """It reads everything twice, because no refusal follows from a replica alone."""
    eve = pool.register("eve", capabilities=[CAPABILITY])
    order_id = pool_order(pool, "nova")
    assert claim(pool, "ada", order_id).status == 200
    with Meter(pool, [app("work_orders").client]).reading() as cost:
        path = f"/messaging/work-order/{order_id}/claim"
        assert pool.call("POST", path, body={}, caller=eve.keyed).status == 409
    assert cost.write_units == 0
    assert f"cost {cost.read_units:g} read units each" in " ".join(COSTS.split())
