"""Acknowledging a feed: how far, and never back."""

import pytest

from agent_messaging.feed.appending import LAST_EVENT
from agent_messaging.feed.position import START, Position
from agent_messaging.feed.table import FeedTable
from local.in_process.functions import app
from local.in_process.metering import Meter
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append, read, text


def acknowledge(cloud: Cloud, position: str, **options):
    query = {} if "caller" in options else {"agent_id": "boots"}
    return cloud.post("/messaging/feed/ack", query, {"position": position}, **options)


def test_an_acknowledgement_is_noted_for_the_relay(pair: Cloud):
    events = append(pair, times=3)
    answer = acknowledge(pair, text(events[1]))
    assert answer.status == 200
    assert answer.json == {"success": True, "acknowledged_position": text(events[1])}
    (item,) = pair.items("AgentOutboxTable")
    assert (item["entry"], item["position"], item["via"]) == (
        "position",
        events[1].position.key,
        "feed",
    )


def test_a_lower_position_changes_nothing(pair: Cloud):
    events = append(pair, times=3)
    acknowledge(pair, text(events[2]))
    before = pair.digest()
    for event in events:
        answer = acknowledge(pair, text(event))
        assert (answer.status, answer.json["acknowledged_position"]) == (200, text(events[2]))
    assert pair.digest() == before


def test_an_acknowledged_event_stays_in_the_feed(pair: Cloud):
    (event,) = append(pair)
    acknowledge(pair, text(event).upper() + " ")
    assert len(read(pair)["events"]) == 1


def test_the_start_of_an_empty_feed_can_be_acknowledged(pair: Cloud):
    answer = acknowledge(pair, START.to_text("boots"))
    assert (answer.status, answer.json["acknowledged_position"]) == (200, START.to_text("boots"))


@pytest.mark.parametrize("position", ["x", "latest", "", "1.2.ddd3"])
def test_a_wrong_position_is_refused(pair: Cloud, position: str):
    append(pair)
    before = pair.digest()
    answer = acknowledge(pair, position)
    assert (answer.status, answer.json["code"]) == (400, "bad_position")
    assert pair.digest() == before


def test_a_position_of_the_future_or_of_another_agent_is_refused(pair: Cloud):
    assert acknowledge(pair, Position(1, 1).to_text("boots")).status == 400
    append(pair)
    (other,) = append(pair, "nova")
    before = pair.digest()
    assert acknowledge(pair, Position(1, 2).to_text("boots")).status == 400
    assert acknowledge(pair, text(other)).status == 400
    assert pair.digest() == before


def test_the_newest_event_is_known_before_all_copies_of_the_table_have_it(pair: Cloud, monkeypatch):
    first, second = append(pair, times=2)
    newest = FeedTable.newest

    def late(table, agent_id, before=LAST_EVENT, *, consistent=False):
        known = before if consistent else first.position.key
        return newest(table, agent_id, known, consistent=consistent)

    monkeypatch.setattr(FeedTable, "newest", late)
    assert acknowledge(pair, text(second)).json["acknowledged_position"] == text(second)
    assert acknowledge(pair, Position(1, 3).to_text("boots")).status == 400


@pytest.mark.parametrize("body", [{}, {"position": 5}, {"position": None}, {"event_id": "e"}])
def test_a_wrong_body_is_refused(pair: Cloud, body: dict):
    answer = pair.post("/messaging/feed/ack", {"agent_id": "boots"}, body)
    assert answer.status == 422
    assert "`position`" in answer.json["fix"]


def test_what_an_acknowledgement_costs(cloud: Cloud):
    boots = cloud.register("boots")
    (event,) = append(cloud)
    with Meter(cloud, [app("feed").client]).reading() as cost:
        assert acknowledge(cloud, text(event), caller=boots.keyed).status == 200
    assert (cost.calls, cost.write_units, cost.read_units) == (3, 1, 1.5)
