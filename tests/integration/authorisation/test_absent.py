"""What is others' answers as if it were not there, to the byte."""

import json
from typing import Any

import pytest

from local.in_process.requests import Answer
from tests.integration.authorisation.world import World

ULID = "01m830ztk8hqmnnzmzdykrdxts"
ABSENT = {
    "message": f"msg_{ULID}",
    "thread": f"thr_{ULID}{'0' * 16}",
    "offered": f"wo_{ULID}",
    "taken": f"wo_{ULID}",
    "scout": "ghost",
    "spare": f"key_{ULID}",
    "webhook": f"whk_{ULID}",
    "delivery": f"dlv_{ULID}",
}
Request = tuple[str, str, Any]

READ: Request = ("GET", "/messaging/messages/{id}", None)
MARK: Request = ("POST", "/messaging/mark-read/{id}", None)
CONTACT: Request = ("GET", "/messaging/contacts/{id}", None)
ORDER: Request = ("GET", "/messaging/work-order/{id}", None)
MOVES: list[Request] = [
    ("POST", "/messaging/work-order/{id}/respond", {"action": "accept"}),
    ("POST", "/messaging/work-order/{id}/respond", {"action": "reject"}),
    ("POST", "/messaging/work-order/{id}/complete", {}),
    ("POST", "/messaging/work-order/{id}/cancel", {}),
    ("POST", "/messaging/work-order/{id}/fail", {}),
    ("POST", "/messaging/work-order/{id}/progress", {}),
    ("POST", "/messaging/work-order/{id}/ask", {"question": "?"}),
    ("POST", "/messaging/work-order/{id}/answer", {"answer": "!"}),
]
SEND = {"to_agent_id": "boots", "body": "?"}
# What of the world it is about, and every request that takes such an id.
OBJECTS: list[tuple[str, Request]] = [
    ("message", READ),
    ("message", MARK),
    ("message", ("POST", "/messaging/mark-read", {"message_ids": ["{id}"]})),
    ("message", ("POST", "/messaging/send", {**SEND, "reply_to_id": "{id}"})),
    ("thread", ("GET", "/messaging/threads/{id}", None)),
    ("thread", ("POST", "/messaging/send", {**SEND, "thread_id": "{id}"})),
    ("offered", ORDER),
    *(("offered", move) for move in MOVES),
    *(("taken", move) for move in MOVES),
    ("scout", CONTACT),
    ("scout", ("DELETE", "/messaging/contacts/{id}", None)),
    ("spare", ("DELETE", "/agents/me/keys/{id}", None)),
    ("webhook", ("GET", "/messaging/webhooks/{id}", None)),
    ("webhook", ("PATCH", "/messaging/webhooks/{id}", {"description": "mine"})),
    ("webhook", ("DELETE", "/messaging/webhooks/{id}", None)),
    ("webhook", ("POST", "/messaging/webhooks/{id}/rotate-secret", None)),
    ("webhook", ("POST", "/messaging/webhooks/{id}/test", None)),
    ("webhook", ("GET", "/messaging/webhooks/{id}/deliveries", None)),
    ("webhook", ("POST", f"/messaging/webhooks/{{id}}/deliveries/dlv_{ULID}/retry", None)),
]


def ask(world: World, agent_id: str, request: Request, of: str) -> Answer:
    """What an agent is answered to a request about the thing with the id `of`."""
    method, path, body = json.loads(json.dumps(request).replace("{id}", of))
    return world.gateway.call(method, path, body=body, key=world.rings[agent_id].live)


def headers(answer: Answer) -> list[tuple[str, str]]:
    """All of them in their order, without the one value that differs in any two answers."""
    return [(name, "-" if name == "X-Request-Id" else v) for name, v in answer.headers.items()]


@pytest.mark.parametrize(("name", "request_"), OBJECTS)
def test_to_a_third_party_a_thing_of_others_is_absent_to_the_byte(
    world: World, name: str, request_: Request
):
    there, absent = world.names.get(name, name), ABSENT[name]
    assert len(there) == len(absent)
    before = world.digest()
    others = ask(world, "third", request_, there)
    nobodys = ask(world, "third", request_, absent)
    assert others.status == nobodys.status
    assert others.but_for(there) == nobodys.but_for(absent)
    assert headers(others) == headers(nobodys)
    assert world.digest() == before


def test_a_delivery_to_another_agents_webhook_is_absent_to_the_byte(world: World):
    """Also for an agent with a webhook of its own, which then stands in the path."""
    body = {"url": "https://hooks.example.com/third"}
    own = world.done("third", "POST", "/messaging/webhooks", body)["webhook_id"]
    retry: Request = ("POST", f"/messaging/webhooks/{own}/deliveries/{{id}}/retry", None)
    there, absent = world.names["delivery"], ABSENT["delivery"]
    others, nobodys = ask(world, "third", retry, there), ask(world, "third", retry, absent)
    assert (others.status, others.json["code"]) == (404, "delivery_not_found")
    assert others.but_for(there) == nobodys.but_for(absent)
    assert headers(others) == headers(nobodys)
    world.reset()


def test_such_an_answer_written_out(world: World):
    order_id = world.names["offered"]
    answer = ask(world, "third", ORDER, order_id)
    assert answer.json == {
        "type": "/docs/errors/work_order_not_found",
        "title": "No such work order",
        "status": 404,
        "detail": f"You have no work order `{order_id}`.",
        "code": "work_order_not_found",
        "errors": [],
        "fix": "Use a `work_order_id` from GET /api/v1/messaging/work-orders?role=worker, or "
        "`role=client` for the orders that you created.",
        "request_id": answer.headers["X-Request-Id"],
    }


def test_the_sender_of_a_message_cannot_acknowledge_it_for_its_recipient(world: World):
    """It sees the message and its receipt, and marking it is as if it were not there."""
    there, absent = world.names["message"], ABSENT["message"]
    own, nobodys = ask(world, "boots", MARK, there), ask(world, "boots", MARK, absent)
    assert (own.status, own.but_for(there)) == (404, nobodys.but_for(absent))
    seen = ask(world, "boots", READ, there)
    assert (seen.status, seen.json["read_at"]) == (200, None)


def test_who_is_among_somebodys_contacts_is_nobody_elses_business(world: World):
    """Nova allows scout, and boots blocks pest: neither they nor a third learn of it."""
    for agent_id in ("third", "scout", "pest"):
        for contact_id in ("nova", "boots", "pest", "scout"):
            answer = ask(world, agent_id, CONTACT, contact_id)
            assert (answer.status, answer.json["code"]) == (404, "contact_not_found")


def test_a_blocked_sender_and_a_stranger_at_a_closed_mailbox_are_told_the_same(world: World):
    greeting: Request = ("POST", "/messaging/send", {"to_agent_id": "{id}", "body": "Hello"})
    blocked, stranger = (
        ask(world, "pest", greeting, "boots"),
        ask(world, "third", greeting, "hermit"),
    )
    assert blocked.status == stranger.status == 403
    assert blocked.but_for("boots") == stranger.but_for("hermit")
    assert headers(blocked) == headers(stranger)
