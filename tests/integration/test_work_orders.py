import re
from datetime import timedelta

import pytest

from agent_messaging import clock, ids
from agent_messaging.batches import TransactionFailedError, transact
from agent_messaging.work_orders.states import Action
from tests.integration.cloud import Cloud, app

STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"
FUTURE = "2099-02-16T20:00:00Z"


def states(cloud: Cloud, agent_id: str) -> tuple[int, int]:
    profile = cloud.profile(agent_id)
    return profile["current_active_jobs"], profile["completed_jobs"]


def notices(cloud: Cloud, agent_id: str) -> list[dict]:
    return cloud.inbox(agent_id, type="notification")["messages"]


# --- create


def test_an_offer_is_answered_with_its_ids(pair: Cloud):
    answer = pair.post(
        "/messaging/work-order",
        {"from_agent_id": "nova"},
        {
            "to_agent_id": "boots",
            "title": "Cost Estimates for 50 Products",
            "description": "Need detailed cost breakdowns",
            "requirements": {"deadline": "24 hours", "format": "JSON"},
            "budget_usd": 15000,
            "deadline_at": FUTURE,
        },
    )
    assert answer.status == 200
    assert re.fullmatch(r"wo_[0-9a-z]{26}", answer.json["work_order_id"])
    assert re.fullmatch(r"msg_[0-9a-z]{26}", answer.json["message_id"])
    assert re.fullmatch(STAMP, answer.json["created_at"])
    assert answer.json == {
        "success": True,
        "work_order_id": answer.json["work_order_id"],
        "message_id": answer.json["message_id"],
        "status": "pending",
        "created_at": answer.json["created_at"],
    }


def test_both_parties_read_the_whole_order(pair: Cloud):
    order_id = pair.offer(
        "nova",
        "boots",
        requirements={"n": 0.1, "deep": {"list": [1, "two", None, True]}},
        deliverables={},
        budget_usd=99.95,
        deadline_at="2099-02-16T20:00:00.123456+02:00",
    )
    order = pair.order("boots", order_id)
    assert order == pair.order("nova", order_id)
    assert order == {
        "work_order_id": order_id,
        "client": {"id": "nova", "name": "Nova"},
        "worker": {"id": "boots", "name": "Boots"},
        "title": "Estimates",
        "description": "Fifty of them",
        "requirements": {"n": 0.1, "deep": {"list": [1, "two", None, True]}},
        "deliverables": {},
        "budget_usd": 99.95,
        "deadline_at": "2099-02-16T18:00:00.123Z",
        "status": "pending",
        "message_id": order["message_id"],
        "thread_id": order["thread_id"],
        "created_at": order["created_at"],
        "accepted_at": None,
        "rejected_at": None,
        "completed_at": None,
        "failed_at": None,
        "cancelled_at": None,
        "expired_at": None,
        "estimated_completion": None,
        "reason": None,
        "result_data": None,
        "result_url": None,
        "summary": None,
    }


@pytest.mark.parametrize(
    ("sent", "answered"),
    [("15000", "15000"), ("0", "0"), ("0.10", "0.1"), ("1e3", "1000"), ("9999999999.99",) * 2],
)
def test_a_budget_comes_back_as_the_number_it_is(pair: Cloud, sent: str, answered: str):
    raw = f'{{"to_agent_id":"boots","title":"t","description":"d","budget_usd":{sent}}}'
    answer = pair.post("/messaging/work-order", {"from_agent_id": "nova"}, raw=raw)
    path = f"/messaging/work-order/{answer.json['work_order_id']}"
    text = pair.get(path, {"agent_id": "nova"}).text
    assert re.search(r'"budget_usd":([^,]+),', text)[1] == answered


def test_an_offer_is_a_message_in_the_workers_inbox(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    order = pair.order("boots", order_id)
    (message,) = pair.inbox("boots", status="pending")["messages"]
    assert message["message_id"] == order["message_id"]
    assert (message["type"], message["work_order_id"]) == ("work_order", order_id)
    assert (message["subject"], message["body"]) == (order["title"], order["description"])
    assert (message["thread_id"], message["created_at"]) == (
        order["thread_id"],
        order["created_at"],
    )
    assert pair.get("/messaging/sent", {"agent_id": "nova"}).json["total_messages"] == 1


def refused_offer(cloud: Cloud, **body):
    before = cloud.digest()
    body = {"to_agent_id": "boots", "title": "t", "description": "d", **body}
    answer = cloud.post("/messaging/work-order", {"from_agent_id": "nova"}, body)
    assert cloud.digest() == before
    pointers = [fault["pointer"] for fault in answer.json["errors"]]
    return answer.status, answer.json["code"], pointers


def test_an_offer_is_refused_for_a_reason(pair: Cloud):
    past = clock.to_text(clock.now())
    assert refused_offer(pair, to_agent_id="ghost") == (404, "agent_not_found", [])
    assert refused_offer(pair, to_agent_id="nova") == (422, "invalid", ["#/to_agent_id"])
    assert refused_offer(pair, deadline_at=past) == (422, "invalid", ["#/deadline_at"])
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"accepts_work_orders": False})
    assert refused_offer(pair) == (409, "worker_unavailable", [])


# --- the way of an order


def test_the_happy_path_of_the_users_document(pair: Cloud):
    order_id = pair.offer("nova", "boots", title="Cost Estimates")

    accepted = pair.move("boots", order_id, "accept", estimated_completion="2099-01-01T18:00:00Z")
    assert accepted.status == 200
    assert accepted.json == {
        "success": True,
        "work_order_id": order_id,
        "status": "accepted",
        "accepted_at": accepted.json["accepted_at"],
    }
    assert states(pair, "boots") == (1, 0)

    completed = pair.move(
        "boots",
        order_id,
        "complete",
        result_data={"estimates": 50},
        result_url="https://example.com/result.json",
        summary="All fifty",
    )
    assert completed.status == 200
    assert completed.json == {
        "success": True,
        "work_order_id": order_id,
        "status": "completed",
        "completed_at": completed.json["completed_at"],
    }
    assert states(pair, "boots") == (0, 1)
    assert states(pair, "nova") == (0, 0)

    order = pair.order("nova", order_id)
    names = ("status", "accepted_at", "completed_at", "estimated_completion")
    results = ("result_data", "result_url", "summary", "reason")
    assert {name: order[name] for name in (*names, *results)} == {
        "status": "completed",
        "accepted_at": accepted.json["accepted_at"],
        "completed_at": completed.json["completed_at"],
        "estimated_completion": "2099-01-01T18:00:00.000Z",
        "result_data": {"estimates": 50},
        "result_url": "https://example.com/result.json",
        "summary": "All fifty",
        "reason": None,
    }

    second, first = notices(pair, "nova")
    assert first["body"] == "Boots has accepted the work order “Cost Estimates”."
    assert second["body"] == "Boots has completed the work order “Cost Estimates”."
    assert notices(pair, "boots") == []


def test_a_rejection_carries_its_reason(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    answer = pair.move("boots", order_id, "reject", rejection_reason="Already at capacity")
    assert answer.json == {
        "success": True,
        "work_order_id": order_id,
        "status": "rejected",
        "rejected_at": answer.json["rejected_at"],
        "reason": "Already at capacity",
    }
    assert pair.order("nova", order_id)["reason"] == "Already at capacity"
    (notice,) = notices(pair, "nova")
    assert notice["body"].endswith("Reason: Already at capacity")
    assert states(pair, "boots") == (0, 0)


def test_a_notification_says_who_did_what_in_the_thread_of_the_order(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    (notice,) = notices(pair, "nova")
    assert notice == {
        "message_id": notice["message_id"],
        "from_agent": {"id": "boots", "name": "Boots"},
        "to_agent": {"id": "nova", "name": "Nova"},
        "type": "notification",
        "status": "pending",
        "subject": "Work order accepted",
        "body": "Boots has accepted the work order “Estimates”.",
        "priority": 0,
        "thread_id": pair.order("nova", order_id)["thread_id"],
        "reply_to_id": None,
        "work_order_id": order_id,
        "metadata": {"status": "accepted"},
        "created_at": notice["created_at"],
        "read_at": None,
    }
    assert pair.get("/messaging/sent", {"agent_id": "boots"}).json["messages"] == []


@pytest.mark.parametrize("reason", [{}, {"reason": None}, {"reason": "Changed plans"}])
def test_the_client_cancels_what_is_pending_or_accepted(pair: Cloud, reason: dict):
    for is_accepted in (False, True):
        order_id = pair.offer("nova", "boots")
        if is_accepted:
            pair.move("boots", order_id, "accept")
            assert states(pair, "boots") == (1, 0)
        answer = pair.move("nova", order_id, "cancel", **reason)
        assert answer.json == {
            "success": True,
            "work_order_id": order_id,
            "status": "cancelled",
            "cancelled_at": answer.json["cancelled_at"],
            "reason": reason.get("reason"),
        }
        assert states(pair, "boots") == (0, 0)
    assert [m["subject"] for m in notices(pair, "boots")] == ["Work order cancelled"] * 2


def test_the_worker_gives_up_with_a_reason(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    answer = pair.move("boots", order_id, "fail", reason="No data")
    assert answer.json == {
        "success": True,
        "work_order_id": order_id,
        "status": "failed",
        "failed_at": answer.json["failed_at"],
        "reason": "No data",
    }
    assert states(pair, "boots") == (0, 0)
    assert [m["subject"] for m in notices(pair, "nova")] == [
        "Work order failed",
        "Work order accepted",
    ]


@pytest.mark.parametrize("action", ["cancel", "fail"])
def test_an_empty_body_equals_an_empty_object(pair: Cloud, action: str):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    agent_id = "nova" if action == "cancel" else "boots"
    path = f"/messaging/work-order/{order_id}/{action}"
    answer = pair.post(path, {"agent_id": agent_id}, content_type=None)
    assert (answer.status, answer.json["reason"]) == (200, None)


# --- refusals

ACTIONS = {
    "accept": ("boots", "accept"),
    "reject": ("boots", "reject"),
    "complete": ("boots", "complete"),
    "fail": ("boots", "fail"),
    "cancel": ("nova", "cancel"),
}
# How a pending order comes to each state.
WAYS = {
    "pending": (),
    "accepted": ("accept",),
    "rejected": ("reject",),
    "cancelled": ("cancel",),
    "completed": ("accept", "complete"),
    "failed": ("accept", "fail"),
    "expired": ("expire",),
}
ALLOWED = {"pending": {"accept", "reject", "cancel"}, "accepted": {"complete", "fail", "cancel"}}


def bring(cloud: Cloud, status: str) -> str:
    order_id = cloud.offer("nova", "boots")
    for action in WAYS[status]:
        if action == "expire":
            cloud.overdue(order_id)
            assert cloud.sweep() == 1
        else:
            assert cloud.move(*ACTIONS[action][:1], order_id, action).status == 200
    return order_id


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


# --- deadlines


def test_an_order_past_its_deadline_is_expired_before_any_sweep(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    deadline = pair.overdue(order_id)
    order = pair.order("nova", order_id)
    assert (order["status"], order["expired_at"]) == ("expired", deadline)
    before = pair.digest()
    for agent_id, action in (("boots", "accept"), ("boots", "reject"), ("nova", "cancel")):
        answer = pair.move(agent_id, order_id, action)
        assert (answer.status, answer.json["current_status"]) == (409, "expired")
    assert pair.digest() == before


def test_an_order_past_its_deadline_is_listed_as_expired_and_not_as_pending(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    pair.overdue(order_id)
    query = {"agent_id": "boots", "role": "worker"}
    for status, number in (("pending", 0), ("expired", 1), ("accepted", 0)):
        page = pair.get("/messaging/work-orders", {**query, "status": status}).json
        assert page["total_orders"] == len(page["work_orders"]) == number


def test_a_sweep_expires_once_and_tells_both(pair: Cloud):
    order_id = pair.offer("nova", "boots", title="Estimates")
    deadline = pair.overdue(order_id)
    before = pair.order("nova", order_id)
    assert pair.sweep() == 1
    assert pair.order("nova", order_id) == before
    stored = pair.read("WorkOrdersTable", work_order_id=order_id)
    assert (stored["status"], stored["expired_at"]) == ("expired", deadline)
    assert not {"due_at", "due_shard", "open_worker_id", "open_client_id"} & set(stored)
    for agent_id in ("nova", "boots"):
        (notice,) = notices(pair, agent_id)
        assert notice["from_agent"] == {"id": "system", "name": "System"}
        assert notice["to_agent"]["id"] == agent_id
        assert notice["work_order_id"] == order_id
        assert notice["metadata"] == {"status": "expired"}
        assert notice["body"] == (
            "The work order “Estimates” has expired: nobody answered by its deadline."
        )
    before = pair.digest()
    assert pair.sweep() == 0
    assert pair.digest() == before


def test_each_party_sees_one_total_of_a_thread_whatever_the_page_size(pair: Cloud):
    # Both parties are told of an expiry; the other's notice must neither be counted nor hide the
    # thread from somebody who asks for one message at a time.
    order_id = pair.offer("nova", "boots")
    pair.overdue(order_id)
    pair.sweep()
    threads = {pair.order("nova", order_id)["thread_id"]}
    for agent_id in ("nova", "boots"):
        threads |= {m["thread_id"] for m in notices(pair, agent_id)}
    for thread_id in threads:
        for agent_id in ("nova", "boots"):
            path = f"/messaging/threads/{thread_id}"
            whole = pair.get(path, {"agent_id": agent_id})
            one = pair.get(path, {"agent_id": agent_id, "limit": 1})
            assert whole.status == one.status
            if whole.status == 200:
                assert whole.json["total_messages"] == one.json["total_messages"]
                assert whole.json["messages"][0] == one.json["messages"][0]


def test_an_expiry_is_read_in_a_thread_of_its_own(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.overdue(order_id)
    pair.sweep()
    (notice,) = notices(pair, "nova")
    path = f"/messaging/threads/{notice['thread_id']}"
    assert pair.get(path, {"agent_id": "nova"}).json["messages"] == [notice]
    assert pair.get(path, {"agent_id": "boots"}).status == 404


def test_an_accepted_order_does_not_expire(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    pair.move("boots", order_id, "accept")
    pair.change(
        "WorkOrdersTable",
        {"work_order_id": order_id},
        deadline_at=clock.to_text(clock.now() - timedelta(days=1)),
    )
    assert pair.sweep() == 0
    assert pair.order("boots", order_id)["status"] == "accepted"
    assert pair.move("boots", order_id, "complete").status == 200


def test_a_sweep_takes_every_shard_and_stops_in_time(pair: Cloud):
    orders = [pair.offer("nova", "boots", deadline_at=FUTURE) for _ in range(12)]
    for order in orders[:9]:
        item = pair.read("WorkOrdersTable", work_order_id=order)
        text = clock.to_text(clock.now() - timedelta(seconds=5))
        item |= {"deadline_at": text, "due_at": f"{text}#{order}"}
        pair.write("WorkOrdersTable", item)
    assert len({int(i["due_shard"]) for i in pair.items("WorkOrdersTable")}) > 1
    assert pair.sweep(milliseconds=9_999) == 0
    assert pair.sweep() == 9
    statuses = [item["status"] for item in pair.items("WorkOrdersTable")]
    assert (statuses.count("expired"), statuses.count("pending")) == (9, 3)


def test_a_sweep_leaves_alone_what_somebody_took_meanwhile(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    item = pair.read("WorkOrdersTable", work_order_id=order_id)
    pair.move("boots", order_id, "accept")
    # The index still shows it as due: indexes lag.
    text = clock.to_text(clock.now() - timedelta(seconds=5))
    pair.change(
        "WorkOrdersTable",
        {"work_order_id": order_id},
        due_shard=int(item["due_shard"]),
        due_at=f"{text}#{order_id}",
    )
    assert pair.sweep() == 0
    assert pair.order("nova", order_id)["status"] == "accepted"
    assert notices(pair, "boots") == []


@pytest.mark.parametrize("year", ["0001", "0999", "9999"])
def test_an_estimate_of_any_year_can_be_read_again(pair: Cloud, year: str):
    order_id = pair.offer("nova", "boots")
    estimate = f"{year}-06-01T12:00:00Z"
    assert pair.move("boots", order_id, "accept", estimated_completion=estimate).status == 200
    assert pair.order("nova", order_id)["estimated_completion"] == f"{year}-06-01T12:00:00.000Z"
    page = pair.get("/messaging/work-orders", {"agent_id": "nova", "role": "client"})
    assert page.json["total_orders"] == 1


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_a_time_that_leaves_the_calendar_in_utc_is_refused(pair: Cloud, text: str):
    order_id = pair.offer("nova", "boots")
    answer = pair.move("boots", order_id, "accept", estimated_completion=text)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "#/estimated_completion")


# --- lists


def test_a_list_shows_one_role_newest_first(pair: Cloud):
    first, second = (pair.offer("nova", "boots") for _ in range(2))
    pair.offer("boots", "nova")
    page = pair.get("/messaging/work-orders", {"agent_id": "boots", "role": "worker"}).json
    orders = page.pop("work_orders")
    assert [order["work_order_id"] for order in orders] == sorted((first, second), reverse=True)
    assert orders[0] == pair.order("boots", orders[0]["work_order_id"])
    assert page == {
        "agent_id": "boots",
        "role": "worker",
        "total_orders": 2,
        "total_is_minimum": False,
        "next_cursor": None,
    }
    as_client = pair.get("/messaging/work-orders", {"agent_id": "boots", "role": "client"}).json
    assert as_client["total_orders"] == 1


@pytest.mark.parametrize(
    "query", [{}, {"role": ""}, {"role": "both"}, {"role": "worker", "status": "new"}]
)
def test_a_list_needs_a_role_and_a_known_status(pair: Cloud, query: dict):
    answer = pair.get("/messaging/work-orders", {"agent_id": "boots", **query})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] in ("?role", "?status")


@pytest.fixture
def busy(pair: Cloud) -> Cloud:
    """Boots has 230 orders of Nova's: 92 pending, 46 accepted, 92 completed."""
    template = pair.read("WorkOrdersTable", work_order_id=pair.offer("nova", "boots"))
    items = []
    for number in range(230):
        moment = clock.now() - timedelta(minutes=number)
        item = {**template, "work_order_id": ids.new("wo", moment)}
        item["status"] = ("pending", "accepted", "completed", "completed", "pending")[number % 5]
        if item["status"] == "completed":
            del item["open_worker_id"], item["open_client_id"]
        items.append(item)
    pair.dynamodb.delete_item(
        TableName="WorkOrdersTable", Key={"work_order_id": {"S": template["work_order_id"]}}
    )
    pair.write("WorkOrdersTable", *items)
    return pair


@pytest.mark.parametrize("limit", [23, 100])
def test_every_page_size_gives_each_order_once_and_one_total(busy: Cloud, limit: int):
    for status, number in ((None, 230), ("pending", 92), ("accepted", 46), ("completed", 92)):
        query = {"agent_id": "nova", "role": "client", "limit": limit}
        pages = list(
            busy.pages("/messaging/work-orders", query | ({"status": status} if status else {}))
        )
        orders = [order for page in pages for order in page["work_orders"]]
        found = [order["work_order_id"] for order in orders]
        assert len(found) == len(set(found)) == number
        assert found == sorted(found, reverse=True)
        assert {order["status"] for order in orders} <= ({status} if status else set(WAYS))
        assert {page["total_orders"] for page in pages} == {number}


# --- sizes


def test_an_order_at_every_limit_fits_one_item(pair: Cloud):
    long = "x" * 60_000
    order_id = pair.offer(
        "nova", "boots", title="🦅" * 500, description=long, requirements={"a": long}
    )
    pair.move("boots", order_id, "accept")
    result = {"summary": long, "result_data": {"a": long}}
    assert pair.move("boots", order_id, "complete", **result).status == 200
    assert pair.order("nova", order_id)["summary"] == long


def test_numbers_that_grow_when_written_out_still_fit_one_item(pair: Cloud):
    # Five characters come in, eighteen are kept: the limit is on what is kept.
    numbers = "[" + ",".join(["1e15"] * 3400) + "]"
    assert len(numbers) < 20_000
    raw = (
        f'{{"to_agent_id":"boots","title":"t","description":"{"x" * 65_536}",'
        f'"requirements":{{"n":{numbers}}},"deliverables":{{"n":{numbers}}}}}'
    )
    answer = pair.post("/messaging/work-order", {"from_agent_id": "nova"}, raw=raw)
    assert answer.status == 200
    order_id = answer.json["work_order_id"]
    pair.move("boots", order_id, "accept")
    raw = f'{{"summary":"{"x" * 65_536}","result_data":{{"n":{numbers}}}}}'
    path = f"/messaging/work-order/{order_id}/complete"
    assert pair.post(path, {"agent_id": "boots"}, raw=raw).status == 200
    page = pair.get("/messaging/work-orders", {"agent_id": "nova", "role": "client"})
    assert page.json["work_orders"][0]["result_data"]["n"][0] == 1e15


# --- the conditions themselves, whatever was read before


@pytest.mark.parametrize(
    ("action", "lateness", "is_written"),
    [
        (Action.ACCEPT, -1, True),
        (Action.ACCEPT, 0, False),
        (Action.CANCEL, 1, False),
        (Action.EXPIRE, -1, False),
        (Action.EXPIRE, 0, True),
    ],
)
def test_the_write_itself_minds_the_deadline(
    pair: Cloud, action: Action, lateness: int, *, is_written: bool
):
    orders = app("work_orders").orders
    order = orders.fetch(pair.offer("nova", "boots", deadline_at=FUTURE))
    now = order.deadline_at + timedelta(milliseconds=lateness)
    entry = orders.move_entry(order, action, now, {})
    if is_written:
        transact(orders.client, [entry])
    else:
        with pytest.raises(TransactionFailedError):
            transact(orders.client, [entry])
    assert (orders.fetch(order.work_order_id).status == "pending") is not is_written


def test_the_write_itself_minds_the_state(pair: Cloud):
    orders = app("work_orders").orders
    order = orders.fetch(pair.offer("nova", "boots"))
    pair.move("nova", order.work_order_id, "cancel")
    with pytest.raises(TransactionFailedError):
        transact(orders.client, [orders.move_entry(order, Action.ACCEPT, clock.now(), {})])
