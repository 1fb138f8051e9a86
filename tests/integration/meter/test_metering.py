"""What is counted of an agent's requests, and that it costs an honest agent nothing."""

import pytest

from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY
from agent_messaging.work_orders.states import Role
from local.in_process.functions import app, fresh
from local.in_process.metering import is_flush
from tests.integration.cloud import Cloud
from tests.integration.meter.conftest import GROUPS, Spender
from tests.integration.recorder import RECORDER
from tests.logs import JOURNAL

THROTTLED = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}}


@pytest.fixture
def spender(spender: Spender) -> Spender:
    """Nova, who may spend as much as these tests do."""
    for group in GROUPS:
        app(group).meter.quota = 10_000
    return spender


def flushes() -> int:
    return sum(is_flush(call.operation, call.request) for call in RECORDER.calls)


def gathered(agent_id: str = "nova") -> int:
    """Tenths that the functions have not flushed."""
    accounts = [app(group).meter._accounts.get(agent_id) for group in GROUPS]
    return sum(account.tenths for account in accounts if account is not None)


def test_a_cheap_request_costs_no_call_more(spender: Spender):
    for group_path in ("/messaging/inbox", "/messaging/sent", "/agents/me", "/messaging/contacts"):
        assert spender.call(group_path).status == 200
    assert flushes() == 0
    assert spender.record == {}
    assert gathered() > 4 * 34


def test_every_fifty_units_are_one_write_and_nothing_is_lost(spender: Spender):
    for _ in range(40):
        assert spender.call().status == 200
    # A page of nothing is one query, so each request costs as much as the first.
    each = 34 + 2 + 1
    counted = 10 * spender.record["units"]
    # A flush costs too: 1.1 units with this engine, which says 1 of every write.
    assert counted + gathered() >= 40 * each
    assert counted + gathered() - 40 * each <= 11 * flushes() + 40
    assert flushes() == spender.record["units"] // 50


def test_what_is_left_of_a_minute_is_counted_in_the_next(spender: Spender):
    for _ in range(12):
        assert spender.call().status == 200
    assert 0 < gathered() < 500
    assert "units" not in spender.record
    spender.pass_time(minutes=1)
    for _ in range(3):
        assert spender.call().status == 200
    assert spender.record["units"] >= 50
    assert spender.record["minute"] == "2026-11-30T12:01:00.000Z"


def test_a_minute_begins_at_nothing(spender: Spender):
    for _ in range(15):
        spender.call()
    first = spender.record["units"]
    spender.pass_time(minutes=1)
    for _ in range(15):
        spender.call()
    assert spender.record["units"] < first + 10
    assert "trips" not in spender.record


def test_what_touches_no_table_is_counted_too(spender: Spender):
    refused = [
        spender.call(query="limit=none"),
        spender.call(query="agent_id=boots"),
        spender.call("/messaging/send", "POST", raw=b"{not json"),
        spender.call("/messaging/threads/thr_x"),
    ]
    assert {answer.status for answer in refused} == {400, 403, 422}
    assert gathered() >= 4 * 34


def test_a_condition_that_does_not_hold_is_counted(spender: Spender):
    answer = spender.call("/messaging/presence", "DELETE")
    assert answer.status == 200
    # The agent is read, at half a unit here. Its lease is absent and costs a write unit.
    assert gathered() == (34 + 1) + (1 + 1) + (1 + 10)


def test_open_mode_is_not_metered(cloud: Cloud):
    cloud.register("nova")
    for _ in range(60):
        assert cloud.inbox("nova")["messages"] == []
    assert flushes() == 0
    assert gathered() == 0


def test_what_the_meter_cannot_write_harms_nobody_and_is_kept(spender: Spender):
    spender.call()  # which notes the day in the key
    spender.cloud.fail("UpdateItem", 1, THROTTLED)
    for _ in range(13):
        assert spender.call().status == 200
    assert spender.record == {}
    kept = gathered()
    assert kept > 500
    assert '"units were not counted"' in "\n".join(JOURNAL.lines)
    for _ in range(14):
        assert spender.call().status == 200
    assert 10 * spender.record["units"] + gathered() >= kept + 14 * 34


def test_a_flush_is_not_begun_without_the_time_for_it(spender: Spender):
    def inbox(milliseconds: int) -> int:
        keyed = {"agent_id": "nova", "key_id": "key_x", "epoch": 1}
        answer = spender.cloud.get("/messaging/inbox", caller=keyed, milliseconds=milliseconds)
        return answer.status

    for _ in range(14):
        assert inbox(14_000) == 200
    assert spender.record == {}
    for _ in range(14):
        assert inbox(15_000) == 200
    assert spender.record["units"] >= 100


def test_two_instances_count_in_one_minute(spender: Spender):
    other = fresh("messaging")
    other.meter.quota = 10_000
    for turn in range(40):
        spender.gateway._instead = {"messaging": other} if turn % 2 else {}
        assert spender.call().status == 200
    kept = other.meter._accounts["nova"].tenths + gathered()
    assert 10 * spender.record["units"] + kept >= 40 * 37


def test_an_instance_whose_clock_is_behind_counts_in_the_later_minute(spender: Spender):
    for _ in range(14):
        spender.call()
    before = spender.record
    spender.now = spender.now.replace(minute=59, hour=11)
    for _ in range(14):
        assert spender.call().status == 200
    assert spender.record["minute"] == before["minute"]
    assert spender.record["units"] >= before["units"] + 50


def test_the_agents_that_were_served_long_ago_make_room_and_are_counted(spender: Spender):
    meter = app("messaging").meter
    meter._max_accounts, kept = 1, meter._max_accounts
    try:
        spender.call()
        spender.call(key=spender.boots)
    finally:
        meter._max_accounts = kept
    assert spender.record["units"] == 3
    assert set(meter._accounts) == {"boots"}


def test_the_pool_of_threads_is_counted(spender: Spender):
    assert spender.call("/agents", query="online=true").status == 200
    # 64 partitions, each half a read unit and the time of a call.
    assert gathered() >= 34 + 64 * 2


def offered(spender: Spender, **more: object) -> tuple[str, int]:
    """A new order of Nova's to Boots, and what Nova paid for it, in tenths."""
    app("work_orders").meter.forget()  # so that nothing is flushed meanwhile
    before = gathered()
    body = {"to_agent_id": "boots", "title": "Estimates", "description": "Fifty of them", **more}
    answer = spender.call("/messaging/work-order", "POST", body=body)
    assert answer.status == 200, answer.text
    return str(answer.json["work_order_id"]), gathered() - before


def test_the_removal_of_a_long_offer_is_paid_when_it_is_created(spender: Spender):
    offered(spender)  # makes Boots a contact
    _, without = offered(spender)
    _, paid = offered(spender, description="x" * 9_000)
    removal = units.of_order(9_000 + len("description")) - units.of_order(0)
    assert removal == 9 * units.WRITE_UNIT
    assert without + removal <= paid <= without + removal + 20


def test_the_hints_and_lapses_of_an_order_for_candidates_are_paid_when_it_is_created(
    spender: Spender, monkeypatch: pytest.MonkeyPatch
):
    added: list[int] = []
    monkeypatch.setattr(TALLY, "add", added.append)
    pool = {"to_agent_id": None, "to_capability": "painting"}
    offered(spender, **pool)
    assert units.ORDER_END + units.HINTS in added
    offered(spender, **pool, lease_seconds=60, max_lapses=3)
    assert 3 * (units.ORDER_LAPSE + units.HINTS) in added


def test_the_removal_of_a_schema_is_paid_whoever_may_take_the_order(
    spender: Spender, monkeypatch: pytest.MonkeyPatch
):
    added: list[int] = []
    monkeypatch.setattr(TALLY, "add", added.append)
    schema, removal = {"description": "x" * 9_000}, 9 * units.WRITE_UNIT
    offered(spender, result_schema=schema)
    assert units.ORDER_END + removal in added
    offered(spender, to_agent_id=None, to_capability="estimation", result_schema=schema)
    assert units.ORDER_END + units.HINTS + removal in added


def test_the_end_of_an_order_by_the_system_is_paid_by_its_client(spender: Spender):
    """A worker would spend its own units on what strangers let expire in its list."""
    offered(spender)  # makes Boots a contact
    _, without = offered(spender)
    order_id, paid = offered(spender, deadline_at="2026-11-30T12:00:50Z")
    assert without <= paid <= without + 20
    # Of what DynamoDB took, creating an order takes no more than 16 units.
    assert units.ORDER_END < without < units.ORDER_END + 16 * units.UNIT
    spender.pass_time(seconds=40)
    service = app("work_orders").service
    order = service.orders.fetch(order_id, spender.now)
    TALLY.begin()
    assert service.expiry.settle(order, spender.now).status == "expired"
    assert TALLY.tenths == 0
    # Nobody pays for the end of an order of an agent that has left.
    left = service.orders.fetch(offered(spender)[0], spender.now)
    TALLY.begin()
    ended = service.transitions.leaving.settle(left, Role.CLIENT, spender.now)
    assert (ended.status, TALLY.tenths) == ("cancelled", 0)
    # Only the one that ends it pays nothing: who comes second has written nothing for anybody.
    service.expiry.settle(order, spender.now)
    assert TALLY.tenths > 0
