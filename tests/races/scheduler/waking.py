"""A scenario about the relay: twice at once, killed between the log and the push, an ack beside it.

An instance that dies at its next call has written an event and pushed it to nobody. In the end the
streams deliver once more without faults, as Lambda does until a batch is done.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from typing import Any

from agent_messaging import clock
from agent_messaging.feed import item as items
from agent_messaging.feed import position as positions
from agent_messaging.feed.model import Event, EventType, NewEvent, data_text, event_id
from agent_messaging.feed.table import FeedTable
from agent_messaging.relay.service import Relay
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.races.scheduler.scenario import register, scenario
from tests.races.scheduler.turns import CrashError
from tests.races.scheduler.world import Seen, Tables, World

MESSAGES, OUTBOX = "AgentMessagesTable", "AgentOutboxTable"
NUMBER, TOLD, OTHERS = 6, 3, 3


def sent(cloud: Cloud) -> dict[str, Any]:
    """Boots has messages of Nova's, of which its feed has only the first ones. It listens.

    The outbox has other events for it, so two streams append to one feed.
    """
    names = register(cloud, "nova", "boots")
    ids = [cloud.send("nova", "boots", body=f"message {n}")["message_id"] for n in range(NUMBER)]
    records = Tables.records_of(cloud, MESSAGES)
    assert instance(Pushed()).handle(records[:TOLD], clock.now()) == []
    cloud.write("AgentFeedTable", {"agent_id": "boots", "entry": "z#ws#1"})
    others = [other(number) for number in range(OTHERS)]
    for event in others:
        app("relay").outbox.put_event(event, clock.now())
    records_of = {MESSAGES: records, OUTBOX: Tables.records_of(cloud, OUTBOX)}
    return {**names, "ids": ids, "others": [e.event_id for e in others], "records": records_of}


def other(number: int) -> NewEvent:
    """An event for Boots that comes with no message."""
    kind, now = EventType.CONTACT_REQUESTED, clock.now()
    data = data_text({"contact_id": "third", "message_id": f"msg_{number}"})
    cause = event_id(now, f"{number}")
    return NewEvent(agent_id="boots", event_id=cause, type=kind, occurred_at=now, data=data)


class Pushed:
    """A way to push that keeps where it saw each event."""

    def __init__(self) -> None:
        self.places: dict[str, set[str]] = {}

    def push(self, _agent_id: str, _listeners: object, events: Sequence[Event], _now: Any) -> None:
        for event in events:
            self.places.setdefault(event.event_id, set()).add(event.position.key)


def instance(pushed: Pushed) -> Relay:
    """An instance of the relay, which remembers nothing of the others."""
    relay: Relay = app("relay").relay
    feed = FeedTable(relay.feed.client, "AgentFeedTable")
    # The stage knows who acts by its thread.
    return dataclasses.replace(relay, feed=feed, pushes=(pushed,), threads=1)


@scenario("the relay twice at once, killed and repeated, and acknowledgements beside it", sent)
def relays(world: World) -> None:
    pushed, ids = Pushed(), world.names["ids"]

    def messages() -> list[Any]:
        return list(world.names["records"][MESSAGES])

    def outbox() -> list[Any]:
        return [*world.names["records"][OUTBOX], *Tables.records_of(world.cloud, OUTBOX)]

    for records in (messages, messages, outbox, outbox):
        world.act(*[lambda records=records: deliver(records(), pushed)] * 3)
    world.act(*[lambda: acknowledge(world)] * 3)
    world.act(*[lambda: acknowledge(world)] * 3)
    world.act(*[world.ask("look", "GET", f"/messaging/messages/{ids[0]}", "nova")] * 3)
    world.stage.play()
    for records in (messages, outbox):
        assert instance(pushed).handle(records(), clock.now()) == []
    check_feed(world, pushed)
    check_receipts(world)


def deliver(records: list[Any], pushed: Pushed) -> None:
    """Deliver a batch, and if its instance dies, once more to another one."""
    for _ in range(2):
        with contextlib.suppress(CrashError):
            instance(pushed).handle(records, clock.now())
            return


def acknowledge(world: World) -> None:
    """Read a page of the feed, and acknowledge it."""
    limit = world.stage.chance.randint(1, NUMBER)
    seen = world.ask("feed", "GET", "/messaging/feed", "boots", query={"limit": limit})()
    if seen.status == 200 and seen.json["events"]:
        body = {"position": seen.json["next_after"]}
        world.ask("ack", "POST", "/messaging/feed/ack", "boots", body)()


def feed_of(world: World) -> list[Event]:
    """All events of Boots, in order."""
    found = [i for i in world.items("AgentFeedTable") if i["entry"].startswith("e#")]
    found = [item for item in found if item["agent_id"] == "boots"]
    return [items.parse(item) for item in sorted(found, key=lambda item: item["entry"])]


def check_feed(world: World, pushed: Pushed) -> None:
    """Each event is there once, in its stream's order, without a gap, and pushed at its place."""
    feed, wrong = feed_of(world), "lost, doubled or out of order"
    assert [e.message_id for e in feed if e.message_id] == world.names["ids"], wrong
    assert [e.event_id for e in feed if not e.message_id] == world.names["others"], wrong
    assert [e.position.number for e in feed] == [*range(1, NUMBER + OTHERS + 1)], "a gap"
    for event in feed:
        places = pushed.places[event.event_id]
        assert places == {event.position.key}, "not pushed, or at two places"


def check_receipts(world: World) -> None:
    """What was acknowledged is delivered in the end, nothing else is, and nothing before that."""
    acks = world.told("ack", status=200)
    (stored,) = [i for i in world.items(OUTBOX) if i["entry"] == "position"] or [None]
    number = 0 if stored is None else positions.of_key(stored["position"]).number
    assert number >= max(map(number_of, acks), default=0), "an acknowledgement is lost"
    for ack in acks:
        before = [number_of(each) for each in acks if each.told_at <= ack.asked_at]
        assert number_of(ack) >= max(before, default=0), "an acknowledgement went back"
    delivered = {
        i["entry"].removeprefix("receipt#")
        for i in world.items(OUTBOX)
        if i["entry"].startswith("receipt#") and "delivered_at" in i
    }
    reached = {e.message_id for e in feed_of(world)[:number] if e.message_id}
    assert delivered == reached, "another receipt than acknowledged"
    for look in world.told("look", status=200):
        if look.json["receipt"]["status"] != "queued":
            is_asked = any(ack.asked_at <= look.told_at for ack in world.told("ack"))
            assert is_asked, "a receipt is early"


def number_of(ack: Seen) -> int:
    """How many events an answer says are acknowledged."""
    return positions.parse("boots", ack.json["acknowledged_position"]).number
