"""The table of receipts: each fact is written once, for one unit, while the message is kept."""

from datetime import timedelta

import pytest

from agent_messaging import clock, ids
from agent_messaging.feed.model import DeliveredVia
from agent_messaging.receipts.model import WRITTEN_FOR
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.storage.table import encode
from local.in_process.units import size_of
from tests.integration.cloud import Cloud

RETENTION = timedelta(days=90)
NOW = clock.now()
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def table(cloud: Cloud) -> ReceiptsTable:
    cloud.message_id = ids.new("msg", NOW)
    return ReceiptsTable(cloud.dynamodb, "AgentOutboxTable", RETENTION)


def deliver(table, message_id, at=NOW, via="socket", *, now=None, wants_events=False):
    table.delivered(
        "nova",
        message_id,
        to_agent_id="boots",
        at=at,
        via=DeliveredVia(via),
        wants_events=wants_events,
        now=now or at,
    )


def act(table, message_id, at=NOW, by="msg_reply", *, now=None):
    recipient = {"to_agent_id": "boots", "wants_events": False}
    table.acted("nova", message_id, at=at, by=by, now=now or at, **recipient)


def stored(cloud):
    (item,) = cloud.items("AgentOutboxTable")
    return {name: item[name] for name in item if name not in ("agent_id", "entry", "purge_at")}


def test_each_fact_is_written_once(cloud, table):
    deliver(table, cloud.message_id, wants_events=True)
    act(table, cloud.message_id)
    table.delivery_error("nova", cloud.message_id, "boots", "503 from example.com", NOW)
    first = stored(cloud)
    assert first == {
        "delivered_at": clock.to_text(NOW),
        "delivered_via": "socket",
        "acted_at": clock.to_text(NOW),
        "acted_by": "msg_reply",
        "delivery_error": "503 from example.com",
        "to_agent_id": "boots",
        "wants_events": True,
    }
    deliver(table, cloud.message_id, LATER, "feed")
    act(table, cloud.message_id, LATER, "msg_second")
    table.delivery_error("nova", cloud.message_id, "boots", "timeout", LATER)
    assert stored(cloud) == first


def test_the_earliest_observation_counts_whenever_it_is_written(cloud, table):
    deliver(table, cloud.message_id, LATER, "webhook")
    act(table, cloud.message_id, LATER, "msg_second")
    deliver(table, cloud.message_id, NOW, "socket")
    act(table, cloud.message_id, NOW, "msg_first")
    item = stored(cloud)
    assert (item["delivered_at"], item["delivered_via"]) == (clock.to_text(NOW), "socket")
    assert (item["acted_at"], item["acted_by"]) == (clock.to_text(NOW), "msg_first")


def test_who_does_not_know_whether_events_are_wanted_takes_nothing_back(cloud, table):
    act(table, cloud.message_id)
    assert "wants_events" not in stored(cloud)
    deliver(table, cloud.message_id, wants_events=True)
    table.delivery_error("nova", cloud.message_id, "boots", "x" * 500, NOW)
    assert stored(cloud)["wants_events"] is True
    assert stored(cloud)["delivery_error"] == "x" * 200


@pytest.mark.parametrize("late", [timedelta(), timedelta(days=2)])
def test_nothing_brings_a_receipt_back_whose_message_is_gone(cloud, table, late):
    end = NOW + RETENTION
    deliver(table, cloud.message_id, end + late)
    act(table, cloud.message_id, end + late)
    table.delivery_error("nova", cloud.message_id, "boots", "timeout", end + late)
    assert cloud.items("AgentOutboxTable") == []
    deliver(table, cloud.message_id, end - timedelta(milliseconds=1))
    (item,) = cloud.items("AgentOutboxTable")
    assert item["purge_at"] == clock.to_epoch(end + timedelta(days=7))


@pytest.mark.parametrize("write", [deliver, act])
def test_what_was_observed_in_time_is_written_for_a_day_after_the_end(cloud, table, write):
    end = NOW + RETENTION
    write(table, cloud.message_id, NOW, now=end + WRITTEN_FOR)
    assert cloud.items("AgentOutboxTable") == []
    write(table, cloud.message_id, NOW, now=end + WRITTEN_FOR - timedelta(milliseconds=1))
    assert len(cloud.items("AgentOutboxTable")) == 1


def test_after_its_sender_is_told_a_failed_message_stays_failed(cloud, table):
    deliver(table, cloud.message_id)
    assert table.failed("nova", cloud.message_id)
    before = stored(cloud)
    act(table, cloud.message_id)
    deliver(table, cloud.message_id, NOW - timedelta(seconds=1))
    assert stored(cloud) == before
    assert table.failed("nova", cloud.message_id)


def test_what_was_acted_on_does_not_fail(cloud, table):
    act(table, cloud.message_id)
    assert not table.failed("nova", cloud.message_id)
    assert "failed_at" not in stored(cloud)


def test_a_released_message_is_in_its_receipt_no_more(cloud, table):
    """Also if its recipient did something before the release was noted."""
    table.released("nova", cloud.message_id, NOW)
    assert cloud.items("AgentOutboxTable") == []
    write = table.transact_hold(
        "nova", cloud.message_id, to_agent_id="boots", at=NOW, message="{}", wants_events=True
    )["Put"]
    cloud.dynamodb.put_item(TableName=write["TableName"], Item=write["Item"])
    deliver(table, cloud.message_id, LATER)
    for at in (LATER, LATER + timedelta(minutes=1)):
        table.released("nova", cloud.message_id, at)
    assert "message" not in stored(cloud)
    assert stored(cloud)["released_at"] == clock.to_text(LATER)
    facts = table.fetch("nova", cloud.message_id)
    assert (facts.released_at, facts.delivered_at, facts.message) == (LATER, LATER, None)


def test_the_largest_receipt_fits_a_kilobyte(cloud, table):
    sender, recipient = "s" * 64, "r" * 64
    table.delivered(
        sender,
        cloud.message_id,
        to_agent_id=recipient,
        at=NOW,
        via=DeliveredVia.WEBHOOK,
        wants_events=True,
        now=NOW,
    )
    reply_id = ids.new("msg", NOW)
    to = {"to_agent_id": recipient, "wants_events": True}
    table.acted(sender, cloud.message_id, at=NOW, by=reply_id, now=NOW, **to)
    table.delivery_error(sender, cloud.message_id, recipient, "é" * 300, NOW)
    (item,) = cloud.items("AgentOutboxTable")
    assert size_of(encode(item)) <= 1000


def test_facts_are_found_by_message(cloud, table):
    others = [ids.new("msg", NOW + timedelta(minutes=n)) for n in (1, 2, 3)]
    for each in others[:2]:
        deliver(table, each)
    found = table.fetch_many("nova", [cloud.message_id, *others])
    assert list(found) == others[:2]
    assert found[others[0]].delivered_at == NOW
    assert table.fetch_many("boots", others) == {}
    assert table.fetch_many("nova", []) == {}
    assert list(table.query("nova", others[1], others[2])) == [others[1]]
    assert list(table.query("nova", cloud.message_id, others[0])) == [others[0]]
