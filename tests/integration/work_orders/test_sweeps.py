"""A sweep expires what is due, once, and tells both parties."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from agent_messaging import clock
from agent_messaging.storage.transactions import TransactionRefusedError
from agent_messaging.work_orders import sweep_totals
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER
from tests.integration.work_orders.orders import FUTURE, notices


def test_a_sweep_expires_once_and_tells_both(pair: Cloud):
    order_id = pair.offer("nova", "boots", title="Estimates")
    deadline = pair.overdue(order_id)
    assert pair.sweep() == 1
    assert pair.order("nova", order_id)["status"] == "expired"
    stored = pair.head(order_id)
    assert (stored["status"], stored["expired_at"]) == ("expired", deadline)
    assert not {"due_at", "due_shard", "open_worker_id", "open_client_id"} & set(stored)
    for agent_id in ("nova", "boots"):
        (notice,) = notices(pair, agent_id)
        assert notice["from_agent"] == {"id": "system", "name": "System"}
        assert notice["to_agent"]["id"] == agent_id
        assert notice["work_order_id"] == order_id
        assert notice["metadata"] == {"status": "expired"}
        assert notice["body"] == "A work order expired: nobody answered by its deadline."
        assert (notice["relationship"], notice["verified"]) == (None, True)
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


def test_a_sweep_takes_every_shard_and_stops_in_time(pair: Cloud):
    orders = [pair.offer("nova", "boots", deadline_at=FUTURE) for _ in range(12)]
    for order in orders[:9]:
        item = pair.head(order)
        text = clock.to_text(clock.now() - timedelta(seconds=5))
        item |= {"deadline_at": text, "due_at": f"{text}#{order}"}
        pair.write("WorkOrdersTable", item)
    assert len({int(i["due_shard"]) for i in pair.items("WorkOrdersTable")}) > 1
    assert pair.sweep(milliseconds=9_999) == 0
    assert pair.sweep() == 9
    statuses = [item["status"] for item in pair.items("WorkOrdersTable")]
    assert (statuses.count("expired"), statuses.count("pending")) == (9, 3)


@pytest.mark.parametrize(
    "broken",
    [{"status": "lapsed"}, {"deadline_at": "tomorrow"}, {"display": {}}, {"client_id": None}],
    ids=["status", "deadline", "no title", "no client"],
)
def test_an_order_that_cannot_be_read_keeps_no_other_waiting(
    pair: Cloud, caplog: pytest.LogCaptureFixture, broken: dict[str, str | None]
):
    orders = [pair.offer("nova", "boots", title="Estimates") for _ in range(3)]
    for order in orders:
        pair.overdue(order)
    # One of a shard of its own, before all others.
    item = pair.head(orders[0])
    item |= {"due_shard": 0, "due_at": f"2026-01-01T00:00:00.000Z#{orders[0]}", **broken}
    item = {name: value for name, value in item.items() if value is not None}
    pair.write("WorkOrdersTable", item)

    assert pair.sweep() == 2

    [line] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert line.getMessage() == "a stored order cannot be read"
    assert vars(line)["work_order_id"] == orders[0]
    assert pair.head(orders[0]) == item


CANCELLED = {
    "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
    "CancellationReasons": [{"Code": "ValidationError"}, {"Code": "None"}, {"Code": "None"}],
}
INVALID = {"Error": {"Code": "ValidationException", "Message": "too large"}}


@pytest.mark.parametrize("refusal", [CANCELLED, INVALID])
def test_an_order_whose_end_cannot_be_written_keeps_no_other_waiting_and_is_heard_of(
    pair: Cloud, caplog: pytest.LogCaptureFixture, refusal: dict
):
    orders = [pair.offer("nova", "boots", title="Estimates") for _ in range(3)]
    for order in orders:
        pair.overdue(order)
    pair.fail("TransactWriteItems", 1, refusal)

    with pytest.raises(TransactionRefusedError, match="orders whose end could not be written: 1"):
        pair.sweep()

    [line] = [each for each in caplog.records if each.levelname == "ERROR"]
    assert line.getMessage() == "an order's end cannot be written"
    statuses = [item["status"] for item in pair.items("WorkOrdersTable")]
    assert (statuses.count("expired"), statuses.count("pending")) == (2, 1)
    left = pair.head(vars(line)["work_order_id"])
    assert left["status"] == "pending"
    assert pair.sweep() == 1


def test_a_sweep_leaves_alone_what_somebody_took_meanwhile(pair: Cloud):
    order_id = pair.offer("nova", "boots", deadline_at=FUTURE)
    item = pair.head(order_id)
    pair.move("boots", order_id, "accept")
    # The index still shows it as due: indexes lag.
    text = clock.to_text(clock.now() - timedelta(seconds=5))
    pair.change(
        "WorkOrdersTable",
        {"work_order_id": order_id, "part": "head"},
        due_shard=int(item["due_shard"]),
        due_at=f"{text}#{order_id}",
    )
    assert pair.sweep() == 0
    assert pair.order("nova", order_id)["status"] == "accepted"
    assert notices(pair, "boots") == []


@pytest.fixture
def in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps = app("work_orders_sweep")
    monkeypatch.setattr(sweeps, "sweep", replace(sweeps.sweep, threads=1, mark_threads=1))


def overdue_since(cloud: Cloud, seconds: int) -> str:
    """A pending order whose deadline passed so many seconds ago."""
    order_id = cloud.offer("nova", "boots")
    cloud.overdue(order_id, clock.now() - timedelta(seconds=seconds))
    return order_id


@pytest.mark.usefixtures("in_one_thread")
def test_what_is_due_first_comes_first_whatever_its_shard(pair: Cloud):
    since = {overdue_since(pair, seconds): seconds for seconds in (5, 90, 40, 10, 70, 30, 60, 20)}
    assert len({int(i["due_shard"]) for i in pair.items("WorkOrdersTable")}) > 1
    RECORDER.calls.clear()
    assert pair.sweep() == len(since)
    writes = [c.request for c in RECORDER.calls if c.operation == "TransactWriteItems"]
    ended = [each["TransactItems"][0]["Update"]["Key"]["work_order_id"]["S"] for each in writes]
    assert [since[each] for each in ended] == sorted(since.values(), reverse=True)


def test_many_orders_of_some_workers_end_in_one_sweep(pair: Cloud):
    """More than are read at once, in several threads; the workers' counts of jobs are right."""
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"max_concurrent_jobs": 100})
    leased = [pair.offer("nova", "boots", lease_seconds=60) for _ in range(30)]
    for order_id in leased:
        assert pair.move("boots", order_id, "accept").status == 200
        pair.lapse(order_id)
    for _ in range(80):
        overdue_since(pair, 5)
    assert pair.swept() == Counter(lapsed=30, expired=80)
    assert pair.profile("boots")["current_active_jobs"] == 0
    assert pair.swept() == Counter()


def test_the_log_tells_how_late_the_latest_order_was(pair: Cloud, caplog: pytest.LogCaptureFixture):
    for seconds in (30, 300, 5):
        overdue_since(pair, seconds)
    pair.sweep()
    pair.sweep()
    lines = [vars(each) for each in caplog.records if each.getMessage() == "swept"]
    assert [line["expired"] for line in lines] == [3, 0]
    assert 300 <= lines[0]["late_seconds"] < 330
    assert lines[1]["late_seconds"] == 0


BROKEN = {"Error": {"Code": "InternalServerError", "Message": "?"}}


def test_an_unexpected_error_of_one_order_keeps_no_other_waiting(
    pair: Cloud, caplog: pytest.LogCaptureFixture
):
    for seconds in (30, 20, 10):
        overdue_since(pair, seconds)
    pair.fail("TransactWriteItems", 1, BROKEN)
    with pytest.raises(ClientError, match="InternalServerError"):
        pair.sweep()
    assert caplog.messages.count("a work order cannot be swept") == 1
    assert pair.sweep() == 1


@pytest.mark.usefixtures("in_one_thread")
def test_many_unexpected_errors_stop_the_sweep(pair: Cloud, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sweep_totals, "MOST_ERRORS", 2)
    for seconds in (40, 30, 20, 10):
        overdue_since(pair, seconds)
    pair.fail("TransactWriteItems", 2, BROKEN)
    with pytest.raises(ClientError, match="InternalServerError"):
        pair.sweep()
    assert pair.sweep() == 4


def test_orders_that_cannot_be_read_now_are_left_for_the_next_sweep(
    pair: Cloud, caplog: pytest.LogCaptureFixture
):
    overdue_since(pair, 10)
    throttled = {"Error": {"Code": "ThrottlingException", "Message": "?"}}
    pair.fail("BatchGetItem", 1, throttled)
    assert pair.sweep() == 0
    assert "left for the next sweep" in caplog.messages
    assert pair.sweep() == 1
