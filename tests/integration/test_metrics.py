"""What the functions count, each thing once, and in no more than one line of a request."""

import json
from typing import Any

import pytest

from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.integration.cloud import Cloud


@pytest.fixture(autouse=True)
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)


def counted(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The metrics of each line since this was last asked."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    for line in lines:
        # A dimension with an id would be a metric for each agent.
        assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    return [
        {
            metric["Name"]: number(line[metric["Name"]])
            for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        }
        for line in lines
    ]


def number(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def test_a_message_and_a_ping_count_as_sent(pair: Cloud, capsys):
    pair.send("nova", "boots")
    pair.post("/messaging/ping", {"from_agent_id": "nova"}, {"to_agent_id": "boots"})
    assert counted(capsys) == [{"MessagesSent": 1}, {"MessagesSent": 1}]


def test_what_is_refused_or_replayed_does_not_count(pair: Cloud, capsys):
    body = {"to_agent_id": "boots", "body": "Once."}
    for _ in range(3):
        pair.post("/messaging/send", {"from_agent_id": "nova"}, body, key="k")
    pair.post("/messaging/send", {"from_agent_id": "nova"}, {"to_agent_id": "nobody", "body": "?"})
    assert counted(capsys) == [{"MessagesSent": 1}]


def test_an_accepted_order_counts_and_no_other_step(pair: Cloud, capsys):
    for action in ("accept", "reject"):
        order = pair.offer("nova", "boots")
        pair.move("boots", order, action)
    pair.move("boots", order, "accept")
    assert counted(capsys) == [{"OrdersAccepted": 1}]


def test_a_roll_up_says_who_is_online_and_how_orders_stand_once_a_minute(pair: Cloud, capsys):
    pair.post("/messaging/heartbeat", {"agent_id": "nova"})
    event = {"time": "2020-01-01T00:00:00Z"}
    for _ in range(2):
        app("stats_roll_up").handler(event, Context())
    (gauges,) = counted(capsys)
    assert gauges.pop("AgentsOnline") == 1
    assert gauges == {
        f"WorkOrders.{status}": 0
        for status in (
            "pending",
            "accepted",
            "rejected",
            "cancelled",
            "expired",
            "completed",
            "failed",
        )
    }
