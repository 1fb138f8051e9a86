"""The relay on the events that a developer invokes it with."""

import json
from datetime import datetime

import pytest

from agent_messaging import clock
from local.in_process.functions import app
from local.in_process.runtime import Context
from tools.openapi.render import ROOT


@pytest.fixture
def invoke(cloud):
    def run(name):
        event = json.loads((ROOT / "events/relay" / f"{name}.json").read_text("utf-8"))
        assert app("relay").handler(event, Context()) == {"batchItemFailures": []}
        return cloud

    return run


def test_messages_become_events_and_the_outbox_gets_those_for_others(invoke, feed_of):
    cloud = invoke("messages")
    assert [event["type"] for event in feed_of("boots-agent-id")] == [
        "message.received",
        "work_order.created",
    ]
    assert [event["type"] for event in feed_of("nova-agent-id")] == ["message.received"]
    outbox = cloud.items("AgentOutboxTable")
    assert {item["agent_id"] for item in outbox} == {"nova-agent-id"}
    waiting = [item["type"] for item in outbox if item["entry"].startswith("event#")]
    assert sorted(waiting) == ["message.failed", "message.read"]


def test_the_outbox_becomes_events_and_receipts(invoke, feed_of, monkeypatch):
    # A receipt is written for a day after the end of its message.
    monkeypatch.setattr(clock, "read", lambda zone: datetime(2024, 11, 21, tzinfo=zone))
    invoke("messages")
    cloud = invoke("outbox")
    types = [event["type"] for event in feed_of("nova-agent-id")]
    assert types == ["message.received", "message.read", "message.delivered"]
    key = {"agent_id": "nova-agent-id", "entry": "receipt#msg_01jd5m4s2c3d4e5f6g7h8j9k0m"}
    assert cloud.read("AgentOutboxTable", **key)["delivered_via"] == "feed"
