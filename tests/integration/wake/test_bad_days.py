"""Bad days of what wakes an agent: nothing is lost, and each caller gets a clear error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agent_messaging import clock
from agent_messaging.storage import table as dynamodb
from local.in_process import functions
from local.in_process.time import stopped_clock
from tests.integration.cloud import Cloud

TABLES = ("AgentMessagesTable", "AgentOutboxTable")
THROTTLED = {"Error": {"Code": "ThrottlingException", "Message": "Slow down."}}


def throttle(monkeypatch: pytest.MonkeyPatch, table: str, seconds: int) -> None:
    """Let every call that touches a table be refused for this time, on the clock of functions."""
    until = clock.now() + timedelta(seconds=seconds)

    def refuses(call: Any) -> Any:
        def perform(operation: str, request: Any) -> Any:
            if clock.now() < until and table in repr(request):
                raise ClientError(THROTTLED, operation)
            return call(operation, request)

        return perform

    for client in functions.clients():
        monkeypatch.setattr(client, "_make_api_call", refuses(client._make_api_call))
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)


def connected(cloud: Cloud) -> Any:
    """A connection of Boots that gets events, from the oldest one on."""
    socket = cloud.sockets.connect(context={"mode": "open", "agent_id": "boots"})
    socket.send(action="resume")
    assert socket.frames.pop(0)["frame"] == "hello"
    return socket


def message_ids(events: list[dict[str, Any]]) -> list[str]:
    return [event["data"]["message_id"] for event in events]


def test_while_the_feeds_table_is_throttled_for_a_minute_nothing_is_lost(pair: Cloud, monkeypatch):
    with stopped_clock() as time:
        socket = connected(pair)
        throttle(monkeypatch, "AgentFeedTable", 60)

        def later(_mapping: object, _event: object, call: Any) -> Any:
            """Lambda waits longer and longer before it delivers a batch again."""
            time.advance(seconds=10)
            return call()

        sent = [pair.send("nova", "boots")["message_id"] for _ in range(3)]
        answer = pair.get("/messaging/feed", {"agent_id": "boots"})
        assert (answer.status, answer.json["code"]) == (503, "contention")
        socket.send(action="ping")
        (problem,) = socket.take()
        assert (problem["frame"], problem["code"], problem["retry_after"]) == (
            "problem",
            "contention",
            1,
        )
        pair.streams.around = later
        pair.pump(*TABLES)
        page = pair.get("/messaging/feed", {"agent_id": "boots"}).json
        assert message_ids(page["events"]) == message_ids(socket.take()) == sent
    assert pair.streams.letters == []


def test_a_connection_that_never_acknowledges_gets_everything_and_delivers_nothing(pair: Cloud):
    with stopped_clock() as time:
        socket = connected(pair)
        sent = []
        for _ in range(12):
            sent.append(pair.send("nova", "boots")["message_id"])
            pair.pump(*TABLES)
            time.advance(minutes=9)
            socket.send(action="ping")
        frames = socket.take()
        assert message_ids([each for each in frames if each["frame"] == "event"]) == sent
        assert [each["frame"] for each in frames].count("pong") == len(sent)
        socket.end()
        assert message_ids(connected(pair).take()) == sent
        sent_list = pair.get("/messaging/sent", {"agent_id": "nova"}).json["messages"]
        assert [each["receipt"]["status"] for each in sent_list] == ["queued"] * len(sent)
