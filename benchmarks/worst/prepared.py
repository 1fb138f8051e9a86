"""What makes the request of a route as expensive as one agent can make it.

Each function prepares a stage, and returns the request.
"""

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

from benchmarks.worst.stage import AGENTS, LINE, LONG, MESSAGES, OBJECT, ORDERS, WORDS, Call, Stage


def full_directory(stage: Stage, **query: str) -> Call:
    """Let fifty agents with the longest profiles be online. The request lists them."""
    for number in range(AGENTS):
        name = f"a-{number:02}"
        if name not in stage.agents:
            stage.agents[name] = stage.cloud.register(
                name, name=WORDS, description=LINE, capabilities=["estimates"]
            )
            stage.call("PUT", "/messaging/presence", {"status_message": LINE}, name)
    return lambda: stage.call("GET", "/agents", query={"limit": "100", **query})


def full_inbox(stage: Stage) -> list[str]:
    """Send Boots as many of the longest messages as a page shows, once. Return their ids."""
    if not stage.waiting:
        stage.waiting = [stage.send()["message_id"] for _ in range(MESSAGES)]
    return stage.waiting


def full_orders(stage: Stage) -> None:
    """Create as many of the longest orders as a page shows, once."""
    for _ in range(ORDERS - stage.orders):
        stage.offer()
    stage.orders = ORDERS


def a_list(path: str, fill: Callable[[Stage], Any], agent: str, **query: str) -> Any:
    """Prepare the longest page of a list."""

    def prepared(stage: Stage) -> Call:
        fill(stage)
        return lambda: stage.call("GET", path, agent=agent, query={"limit": "100", **query})

    return prepared


def thread(stage: Stage) -> Call:
    """Prepare a thread of 21 of the longest messages."""
    first = stage.send()
    reply = {"to_agent_id": "boots", "body": LONG, "metadata": OBJECT}
    for _ in range(20):
        stage.call("POST", "/messaging/send", {**reply, "thread_id": first["thread_id"]})
    path = f"/messaging/threads/{first['thread_id']}"
    return lambda: stage.call("GET", path, query={"limit": "100"})


def held(stage: Stage) -> Call:
    """Hold the longest message of a stranger. The request lets it in."""
    stage.call("PATCH", "/agents/me", {"contact_policy": "approved"})
    stage.send(agent="pest", to="nova")
    path = "/messaging/contacts/pest"
    return lambda: stage.call("PUT", path, {"state": "allowed"})


def contact(stage: Stage) -> Call:
    """Hold the longest message of a stranger. The request shows it."""
    held(stage)
    return lambda: stage.call("GET", "/messaging/contacts/pest")


def contacts(stage: Stage) -> Call:
    """Hold 21 of them. The request lists them."""
    held(stage)
    item = stage.cloud.read("ContactsTable", owner_id="nova", contact_id="pest") or {}
    stage.cloud.write(
        "ContactsTable", *({**item, "contact_id": f"p-{number:02}"} for number in range(20))
    )
    return lambda: stage.call("GET", "/messaging/contacts", query={"limit": "100"})


def stranger(stage: Stage) -> Call:
    """Hold the longest message of a stranger. The request forgets it."""
    held(stage)
    return lambda: stage.call("DELETE", "/messaging/contacts/pest")


def full_feed(stage: Stage) -> Call:
    """Append as many of the longest events as a page shows. The request reads them."""
    from benchmarks import events  # noqa: PLC0415 - within moto
    from local.in_process.functions import app  # noqa: PLC0415

    events.append(app("feed"), "boots", range(1, 102))
    return lambda: stage.call("GET", "/messaging/feed", agent="boots", query={"limit": "100"})


def acknowledge(stage: Stage) -> Call:
    """Append an event. The request acknowledges it."""
    from benchmarks import events  # noqa: PLC0415 - within moto
    from local.in_process.functions import app  # noqa: PLC0415

    (event,) = events.append(app("feed"), "pest", range(1, 2))
    body = {"position": event.position.to_text("pest")}
    return lambda: stage.call("POST", "/messaging/feed/ack", body, "pest")


def longest_wait(stage: Stage) -> Call:
    """Let the request wait for nothing as long as it may, without taking this time here."""
    from agent_messaging.feed.waiting import POLL_SECONDS  # noqa: PLC0415 - within moto
    from agent_messaging.fields import LONGEST_WAIT  # noqa: PLC0415
    from local.in_process.functions import app  # noqa: PLC0415

    module, polls = app("feed_wait"), itertools.count()
    module.waiter = dataclasses.replace(
        module.waiter,
        longest=LONGEST_WAIT,
        pause=lambda _: None,
        ticks=lambda: next(polls) * POLL_SECONDS,
    )
    return lambda: stage.call("GET", "/messaging/feed/wait", query={"after": "latest"})


def ping(stage: Stage) -> Call:
    """Prepare the longest ping."""
    body = {"to_agent_id": "boots", "message": LONG}
    return lambda: stage.call("POST", "/messaging/ping", body, key="ping")


def register(stage: Stage) -> Call:
    """Prepare the registration of the longest profile."""
    body = {
        "agent_id": "n" * 64,
        "name": WORDS,
        "description": LINE,
        "capabilities": [f"c{number}{'x' * 60}" for number in range(8)],
    }
    return lambda: stage.call("POST", "/agents/register", body)


def five_keys(stage: Stage) -> None:
    """Let Nova have as many keys as an agent may have."""
    for number in range(4):
        stage.call("POST", "/agents/me/keys", {"label": f"{number}" * 100})


def create_key(stage: Stage) -> Call:
    """Prepare a new key that replaces five."""
    five_keys(stage)
    return lambda: stage.call("POST", "/agents/me/keys", {"revoke_others": True})


def keys(stage: Stage) -> Call:
    """Prepare the list of five keys."""
    five_keys(stage)
    return lambda: stage.call("GET", "/agents/me/keys")


def revoke(stage: Stage) -> Call:
    """Prepare to revoke one of five keys."""
    five_keys(stage)
    key_id = stage.agents["nova"].keyed["key_id"]
    return lambda: stage.call("DELETE", f"/agents/me/keys/{key_id}")


def a_call(method: str, path: str, body: Any = None, agent: str = "nova", **more: Any) -> Any:
    """Prepare a request that depends on nothing."""
    return lambda stage: lambda: stage.call(method, path, body, agent, **more)


def mark_one(stage: Stage) -> Call:
    """Send the longest message. The request marks it as read."""
    path = f"/messaging/mark-read/{stage.send()['message_id']}"
    return lambda: stage.call("POST", path, {}, "boots")


def mark_all(stage: Stage) -> Call:
    """Fill the inbox. The request marks all of it as read."""
    body = {"message_ids": full_inbox(stage)}
    return lambda: stage.call("POST", "/messaging/mark-read", body, "boots")


def one_message(stage: Stage) -> Call:
    """Send the longest message. The request shows it."""
    path = f"/messaging/messages/{stage.send()['message_id']}"
    return lambda: stage.call("GET", path)


def one_order(stage: Stage) -> Call:
    """Create the longest order. The request shows it."""
    path = f"/messaging/work-order/{stage.offer()}"
    return lambda: stage.call("GET", path)


def longest_transcript(stage: Stage) -> Call:
    """Create the longest order, and a thread of as many long messages as a transcript has."""
    order_id = stage.offer()
    path = f"/messaging/work-order/{order_id}"
    thread_id = stage.call("GET", path).json["thread_id"]
    for _ in range(100):
        stage.send(thread_id=thread_id)
    return lambda: stage.call("GET", f"{path}/transcript")


# What the actions of a work order write.
LONGEST = {
    "reason": LINE,
    "summary": LONG,
    "result_data": {"x": "y" * 55 * 1024},
    "result_url": "https://a.example",
}


def transition(verb: str) -> Callable[[Stage], Call]:
    """Prepare a transition with its longest texts, of an accepted order if that is allowed."""

    def prepared(stage: Stage) -> Call:
        from agent_messaging.work_orders import states  # noqa: PLC0415 - within moto

        action = states.Action(verb)
        sources = {step.source for step in states.TRANSITIONS if step.action is action}
        order = stage.accepted() if states.Status.ACCEPTED in sources else stage.offer()
        agent = "boots" if states.ROLES[action] is states.Role.WORKER else "nova"
        body = {name: LONGEST[name] for name in action.writes}
        return stage.move(order, verb, body, agent, key=verb)

    return prepared


def respond(stage: Stage) -> Call:
    """Prepare to accept the longest order."""
    return stage.move(stage.offer(), "respond", {"action": "accept"}, "boots", key="respond")


def reject_many(stage: Stage) -> Call:
    """Prepare to reject 25 of the longest orders."""
    orders = [stage.offer() for _ in range(25)]
    body = {"work_order_ids": orders, "reason": LINE}
    return lambda: stage.call("POST", "/messaging/work-orders/reject", body, "boots")


def leave(stage: Stage) -> Call:
    """Let Boots work on the longest orders. The request ends as many of them as one call may."""
    from agent_messaging.work_orders.leaving import FIRST  # noqa: PLC0415 - within moto

    stage.call("PUT", "/messaging/presence", {"max_concurrent_jobs": FIRST}, "boots")
    for _ in range(FIRST):
        stage.accepted()
    return lambda: stage.call("DELETE", "/agents/me")


def with_full_inbox(method: str, path: str) -> Callable[[Stage], Call]:
    """Prepare a call without a body, by an agent with a full inbox."""

    def prepared(stage: Stage) -> Call:
        full_inbox(stage)
        return lambda: stage.call(method, path, agent="boots")

    return prepared
