"""Scenarios about messages: one for each key, none lost, none delivered and held at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.schemas import ListQuery
from agent_messaging.messaging.sent_chunks import minute_of, slot
from agent_messaging.messaging.sent_list import SentList
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.receipts.table import ReceiptsTable
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import set_policy
from tests.races.scheduler.scenario import register, scenario
from tests.races.scheduler.world import World


def strangers(cloud: Cloud) -> dict[str, Any]:
    return register(cloud, "nova", "boots")


def written_to(cloud: Cloud) -> dict[str, Any]:
    """Boots has a message of Nova's, and each is the other's contact."""
    names = strangers(cloud)
    first = cloud.send("nova", "boots", body="the first")
    cloud.send("boots", "nova", body="its answer")
    return {**names, "first": first["message_id"]}


def send(world: World, body: str, key: str | None = None, what: str = "send") -> Any:
    message = {"to_agent_id": "boots", "body": body}
    return world.ask(what, "POST", "/messaging/send", "nova", message, key=key)


def bodies(world: World) -> Counter[str | None]:
    """What the stored messages say, and how many say so."""
    heads = (item["display"] for item in world.items("AgentMessagesTable") if "display" in item)
    return Counter(display.get("body") for display in heads)


@scenario("four sends with one key", written_to)
def one_key(world: World) -> None:
    for _ in range(4):
        world.act(send(world, "once", "one"))
    world.stage.play()
    assert bodies(world)["once"] <= 1, "one key, two messages"
    texts = {seen.answer.text for seen in world.told("send", status=200)}
    assert len(texts) <= 1, "one key, two answers"
    assert not any(seen.status in (409, 422) for seen in world.told("send"))


@scenario("one key, and two different messages", written_to)
def two_bodies(world: World) -> None:
    for body in ("one", "other", "one", "other"):
        world.act(send(world, body, "one"))
    world.stage.play()
    stored = bodies(world)
    assert stored["one"] + stored["other"] <= 1, "one key, two messages"
    for seen in world.told("send"):
        assert seen.status in (0, 200, 422, 503), seen
    won = {seen.answer.text for seen in world.told("send", status=200)}
    assert len(won) <= 1, "two bodies were taken under one key"


@scenario("messages with keys, without, and read meanwhile", written_to)
def inbox(world: World) -> None:
    first = world.names["first"]
    look = world.ask("inbox", "GET", "/messaging/inbox", "boots", query={"status": "pending"})
    mark = world.ask("mark", "POST", f"/messaging/mark-read/{first}", "boots")
    marks = {"message_ids": [first]}
    mark_all = world.ask("mark", "POST", "/messaging/mark-read", "boots", marks)
    world.act(send(world, "a", "a"), send(world, "b"))
    world.act(send(world, "c"), send(world, "d", "d"))
    world.act(look, mark, look)
    world.act(mark_all, mark)
    world.stage.play()
    stored = bodies(world)
    assert all(stored[body] <= 1 for body in "abcd"), "sent once, stored twice"
    (read,) = (m for m in world.items("AgentMessagesTable") if m["message_id"] == first)
    assert ("read_at" in read) == (read["status"] == "read") == ("pending_for" not in read)
    if any(seen.status == 200 for seen in world.told("mark")):
        assert read["status"] == "read", "an acknowledgement is lost"
    times = {_read_at(seen.json) for seen in world.told("mark", status=200)}
    assert len(times) <= 1, "acknowledged at two times"


@scenario("messages over the edge of a chunk, and their sender's list", written_to)
def sent_list(world: World) -> None:
    """Eleven of twelve entries stand there, of messages that never came: two chunks are opened."""
    now = clock.now()
    entries = {ids.ulid(now): "boots" for _ in range(11)}
    place = {"sender_id": "nova", "slot": slot(minute_of(ids.new("msg", now)), 0)}
    world.cloud.write("AgentSentTable", {**place, "n": 11, "purge_at": 2**33, **entries})
    look = world.ask("sent", "GET", "/messaging/sent", "nova", query={"limit": 3})
    long = "x" * 3000
    world.act(send(world, "a", "a"), send(world, "b"))
    world.act(send(world, f"c{long}"), send(world, f"d{long}", "d"))
    world.act(send(world, "e", "e"), look)
    world.act(look, send(world, "f"))
    world.stage.play()
    told = {seen.json["message_id"] for seen in world.told("send", status=200)}
    listed = sent_by_nova(world)
    assert told <= set(listed), "an acknowledged message is in no sent list"
    assert listed == sorted(set(listed), reverse=True), "listed twice, or in another order"
    heads = {item["message_id"] for item in world.items("AgentMessagesTable") if "display" in item}
    assert set(listed) <= heads, "a message that is not there is listed"
    chunks = [item for item in world.items("AgentSentTable") if item["sender_id"] == "nova"]
    assert all(item["n"] <= 12 for item in chunks), "a chunk has more than twelve"


def sent_by_nova(world: World) -> list[str]:
    """Every page of the list, when nothing fails any more."""
    client = world.cloud.dynamodb
    table = MessagesTable(client, "AgentMessagesTable")
    log = SentLog(client, "AgentSentTable", Quota(1, 1), table.retention)
    receipts = ReceiptsTable(client, "AgentOutboxTable", table.retention)
    sent = SentList(table, log, receipts, "nova")
    listed, cursor = [], None
    while True:
        page = sent.page(ListQuery(limit=3, cursor=cursor), clock.now())
        listed += [message.message_id for message in page.messages]
        cursor = page.next_cursor
        if cursor is None:
            return listed


def _read_at(answer: dict[str, Any]) -> str:
    return answer.get("read_at") or answer["messages"][0]["read_at"]


def approved(cloud: Cloud) -> dict[str, Any]:
    names = strangers(cloud)
    set_policy(cloud, "boots", "approved")
    return names


def decide(world: World, what: str) -> Any:
    method, state = ("DELETE", None) if what == "forget" else ("PUT", {"state": f"{what}ed"})
    return world.ask(what, method, "/messaging/contacts/nova", "boots", state)


@scenario("a stranger that asks, and an owner that cannot decide", approved)
def requests(world: World) -> None:
    world.act(send(world, "first", "one", "hold"), send(world, "second", None, "hold"))
    world.act(send(world, "third", "three", "hold"))
    world.act(decide(world, "allow"), decide(world, "block"))
    world.act(decide(world, "forget"))
    answer = {"to_agent_id": "nova", "body": "an answer"}
    world.act(world.ask("answer", "POST", "/messaging/send", "boots", answer, key="b"))
    world.stage.play()
    stored = bodies(world)
    assert all(number == 1 for number in stored.values()), "delivered twice"
    for entry in world.items("ContactsTable"):
        assert (entry["state"] == "held") == ("request" in entry) == ("purge_at" in entry)
        if entry.get("request"):
            ids = [m["message_id"] for m in world.items("AgentMessagesTable")]
            assert entry["request_id"] not in ids, "held and delivered"


@scenario(
    "a contact that is removed, whose answer is lost, and a request that comes between", approved
)
def removals(world: World) -> None:
    """boto3 repeats the removal; it must neither answer 404 nor drop what came in between."""
    first = world.ask("allow", "PUT", "/messaging/contacts/nova", "boots", {"state": "allowed"})
    world.act(first, decide(world, "forget"))
    world.act(send(world, "a", "a", "hold"), send(world, "b", "b", "hold"))
    world.stage.play()
    removed = world.told("forget")
    allowed = world.told("allow", status=200)
    if allowed and removed and removed[0].answer is not None:
        assert removed[0].status in (200, 503), "a removal found that it had been done"
