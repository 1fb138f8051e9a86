"""A worker accepts as many orders at once as it allows itself."""

from tests.integration.authorisation.overtaken import overtaken
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import states


def test_no_more_is_accepted_than_the_worker_allows_itself(pair: Cloud):
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"max_concurrent_jobs": 2})
    orders = [pair.offer("nova", "boots") for _ in range(3)]
    assert [pair.move("boots", order, "accept").status for order in orders[:2]] == [200, 200]
    before = pair.digest()
    answer = pair.move("boots", orders[2], "accept")
    assert (answer.status, answer.json["code"]) == (409, "at_capacity")
    assert pair.digest() == before
    pair.move("boots", orders[0], "complete")
    assert pair.move("boots", orders[2], "accept").status == 200
    assert states(pair, "boots") == (2, 1)


def test_an_order_that_was_taken_meanwhile_is_taken_and_not_one_too_many(pair: Cloud):
    """Its own acceptance may be what made the worker full."""
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"max_concurrent_jobs": 1})
    order = pair.offer("nova", "boots")
    with overtaken(
        "work_orders", "TransactWriteItems", lambda: pair.move("boots", order, "accept").status
    ) as happened:
        answer = pair.move("boots", order, "accept")
    assert happened == [200]
    assert (answer.status, answer.json["current_status"]) == (409, "accepted")


def test_lowering_the_limit_stops_accepting_and_nothing_else(pair: Cloud):
    orders = [pair.offer("nova", "boots") for _ in range(3)]
    for order in orders[:2]:
        pair.move("boots", order, "accept")
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"max_concurrent_jobs": 1})
    assert pair.move("boots", orders[2], "accept").json["code"] == "at_capacity"
    assert pair.move("boots", orders[2], "reject").status == 200
    assert pair.move("boots", orders[0], "complete").status == 200


def test_a_broken_count_of_jobs_is_a_bug_and_not_a_full_worker(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    pair.change("AgentsTable", {"agent_id": "boots"}, active_jobs=0)
    answer = pair.move("boots", order_id, "complete")
    assert answer.json["code"] != "at_capacity"
    assert answer.status >= 500
