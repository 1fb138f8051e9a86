"""Tickets for the WebSocket: one connection each, for half a minute."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.auth import Caller
from agent_messaging.feed.tickets import Tickets
from local.in_process.functions import app, fresh
from local.in_process.metering import Meter
from tests.integration.cloud import Cloud

BOOTS = Caller("boots", "key_of_boots", 3)
NOW = clock.from_text("2026-02-15T20:30:00.000Z")
SECOND = timedelta(seconds=1)


@pytest.fixture
def tickets(pair: Cloud) -> Tickets:
    return Tickets(app("feed").feed)


def test_a_ticket_tells_once_who_connects(tickets: Tickets):
    text, expires_at = tickets.create(BOOTS, NOW)
    assert expires_at == NOW + 30 * SECOND
    assert tickets.consume(text, NOW + SECOND) == BOOTS
    assert tickets.consume(text, NOW + SECOND) is None


def test_a_ticket_of_open_mode_has_no_key(tickets: Tickets):
    text, _ = tickets.create(Caller("boots"), NOW)
    assert tickets.consume(text, NOW) == Caller("boots")


def test_a_ticket_expires(tickets: Tickets):
    text, expires_at = tickets.create(BOOTS, NOW)
    assert tickets.consume(text, expires_at) is None
    assert tickets.consume(text, expires_at - timedelta(milliseconds=1)) == BOOTS


def test_a_text_that_is_no_ticket_is_refused(tickets: Tickets, pair: Cloud):
    text, _ = tickets.create(BOOTS, NOW)
    pair.cost()
    for wrong in (
        "",
        "x",
        "boots",
        "boots.",
        f"{text}x",
        text.upper(),
        f"#.{text[6:]}",
        f" {text}",
    ):
        assert tickets.consume(wrong, NOW) is None
    assert pair.cost() == []
    assert tickets.consume(f"nova.{text.partition('.')[2]}", NOW) is None
    assert tickets.consume(text, NOW) == BOOTS


def test_the_table_has_only_a_hash(tickets: Tickets, pair: Cloud):
    text, expires_at = tickets.create(BOOTS, NOW)
    (item,) = pair.items("AgentFeedTable")
    assert text.partition(".")[2] not in str(item)
    assert item["purge_at"] == clock.to_epoch(expires_at)


def test_of_several_connections_with_one_ticket_one_opens(tickets: Tickets):
    text, _ = tickets.create(BOOTS, NOW)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: tickets.consume(text, NOW), range(8)))
    assert [each for each in found if each] == [BOOTS]


def test_the_answer_has_the_complete_url(cloud: Cloud):
    boots = cloud.register("boots")
    module = fresh("feed", SOCKETS_URL="ws://127.0.0.1:8080/live")
    answer = module.requests.ticket(Caller(**boots.keyed), clock.now())
    assert answer.socket_url == f"ws://127.0.0.1:8080/live?ticket={answer.ticket}"


def test_a_ticket_over_http(cloud: Cloud):
    boots = cloud.register("boots")
    with Meter(cloud, [app("feed").client]).reading() as cost:
        answer = cloud.post("/messaging/feed/ticket", caller=boots.keyed)
    assert answer.status == 201
    assert list(answer.json) == ["success", "ticket", "socket_url", "expires_at"]
    assert (cost.calls, cost.write_units, cost.read_units) == (3, 2, 1)
    assert Tickets(app("feed").feed).consume(answer.json["ticket"], clock.now()) == Caller(
        **boots.keyed
    )


def test_an_agent_gets_thirty_tickets_a_minute(cloud: Cloud):
    boots = cloud.register("boots")
    limits, now = app("feed").limits, clock.now()
    for _ in range(30):
        limits.ticket("boots", now)
        limits.ticket("boots", now + timedelta(minutes=1))
    answer = cloud.post("/messaging/feed/ticket", caller=boots.keyed)
    assert (answer.status, answer.json["code"]) == (429, "rate_limited")
    assert answer.headers["RateLimit-Policy"] == '"tickets";q=30;w=60'
    assert [i for i in cloud.items("AgentFeedTable") if i["entry"].startswith("t#")] == []
    assert cloud.post("/messaging/feed/ticket", {"agent_id": "boots"}).status == 201
