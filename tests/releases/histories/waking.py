"""What wakes agents: the feed, receipts, the WebSocket and webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from agent_messaging.storage.queue import Queue, QueueMessage
from agent_messaging.webhooks.egress import Egress, Failure, Result
from local.in_process.runtime import Context
from tests.releases.histories.agents import ok, register
from tests.releases.histories.messages import send
from tests.releases.versions import Versions

URL = "https://hooks.example.com/agent"
HOOKS, FEED = "/messaging/webhooks", "/messaging/feed"
TAKEN = {"batchItemFailures": []}
GONE = Result(410, Failure.STATUS, 20)
BUSY = Result(503, Failure.STATUS, 20)
DONE = Result(204, None, 20)


def feed(versions: Versions) -> None:
    """Events are appended, read, waited for and acknowledged. The sender sees receipts."""
    callers = {name: versions.keyed(register(versions, name)) for name in ("nova", "boots")}
    for number in range(3):
        with versions.alone():  # The release does not know the field.
            send(versions, callers["nova"], "boots", body=f"{number}", wants_receipts=True)
        send(versions, callers["boots"], "nova", body=f"{number}")
    assert versions.deliver("RelayFunction", "AgentMessagesTable") == TAKEN
    first = ok(versions.get(FEED, {"limit": 2}, caller=callers["boots"]))
    after = {"after": first["next_after"]}
    rest = ok(versions.get(f"{FEED}/wait", after, caller=callers["boots"]))
    events = [*first["events"], *rest["events"]]
    assert [each["type"] for each in events] == ["message.received"] * 3
    done = {"position": events[-1]["position"]}
    ok(versions.post(f"{FEED}/ack", body=done, caller=callers["boots"]))
    for _ in range(2):  # The second time, what the first has written.
        assert versions.deliver("RelayFunction", "AgentOutboxTable") == TAKEN
    told = ok(versions.get(FEED, {"limit": 100}, caller=callers["nova"]))["events"]
    assert [each["type"] for each in told].count("message.delivered") == 3
    sent = ok(versions.get("/messaging/sent", caller=callers["nova"]))["messages"]
    assert {each["receipt"]["delivered_via"] for each in sent} == {"feed"}


def socket(versions: Versions) -> None:
    """A connection with a ticket gets events, and acknowledges one."""
    callers = {name: versions.keyed(register(versions, name)) for name in ("nova", "boots")}
    ticket = ok(versions.post(f"{FEED}/ticket", caller=callers["boots"]), 201)["ticket"]
    connection = versions.sockets.connect(query={"ticket": ticket})
    connection.send(action="resume")
    send(versions, callers["nova"], "boots", body="Hello")
    assert versions.deliver("RelayFunction", "AgentMessagesTable") == TAKEN
    (event,) = [each for each in connection.take() if each["frame"] == "event"]
    connection.send(action="ack", position=event["position"])
    assert versions.deliver("RelayFunction", "AgentOutboxTable") == TAKEN
    connection.end()
    sent = ok(versions.get("/messaging/sent", caller=callers["nova"]))["messages"]
    assert [each["receipt"]["delivered_via"] for each in sent] == ["socket"]


def webhooks(versions: Versions) -> None:
    """An event is tried again, disables its webhook, and is delivered when it is active again."""
    callers = {name: versions.keyed(register(versions, name)) for name in ("nova", "boots")}
    boots = {"caller": callers["boots"]}
    made = ok(versions.post(HOOKS, body={"url": URL}, **boots), 201)["webhook_id"]
    path = f"{HOOKS}/{made}"
    with receiver(BUSY, BUSY, BUSY, GONE, DONE, DONE) as queue:
        send(versions, callers["nova"], "boots", body="Hello")
        assert versions.deliver("RelayFunction", "AgentMessagesTable") == TAKEN
        attempt(versions, queue, times=3)
        versions.pass_time(hours=1)
        assert versions.handle("webhook_sweep", {}, Context())["sent"] == 1
        attempt(versions, queue)
        assert ok(versions.get(path, **boots))["status"] == "disabled"
        assert versions.deliver("RelayFunction", "AgentOutboxTable") == TAKEN
        ok(versions.call("PATCH", path, body={"status": "active"}, **boots))
        (failed,) = ok(versions.get(f"{path}/deliveries", **boots))["deliveries"]
        assert failed["status"] == "failed"
        ok(versions.post(f"{path}/deliveries/{failed['delivery_id']}/retry", **boots))
        attempt(versions, queue)
        ok(versions.post(f"{path}/test", **boots))
        attempt(versions, queue)
    deliveries = ok(versions.get(f"{path}/deliveries", {"status": "delivered"}, **boots))
    assert len(deliveries["deliveries"]) == 2
    ok(versions.post(f"{path}/rotate-secret", **boots))
    other = ok(versions.post(HOOKS, body={"url": f"{URL}/2"}, **boots), 201)["webhook_id"]
    ok(versions.call("DELETE", f"{HOOKS}/{other}", **boots), 204)
    assert len(ok(versions.get(HOOKS, **boots))["webhooks"]) == 1


@contextmanager
def receiver(*results: Result) -> Iterator[list[QueueMessage]]:
    """Answer the attempts one after the other. Yields the queue of webhooks."""
    answers, queue = iter(results), list[QueueMessage]()
    with ExitStack() as stack:
        stack.enter_context(patch.object(Queue, "send", lambda _, messages: queue.extend(messages)))
        stack.enter_context(patch.object(Egress, "post", lambda *_: next(answers)))
        yield queue


def attempt(versions: Versions, queue: list[QueueMessage], times: int = 1) -> None:
    """Serve the message in the queue, and those that follow it."""
    for _ in range(times):
        message = queue.pop()
        assert not queue
        versions.pass_time(seconds=message.delay_seconds)
        record: dict[str, Any] = {"messageId": "1", "body": message.body}
        assert versions.handle("webhook_sender", {"Records": [record]}, Context()) == TAKEN
