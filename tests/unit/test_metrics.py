"""Lines of metrics: what CloudWatch reads out of them, and that nothing names an agent."""

import json
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.observability import metrics
from local.in_process.environment import VARIABLES


@pytest.fixture(autouse=True)
def enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_count_is_one_line_of_embedded_metric_format(capsys):
    metrics.count("MessagesSent")
    (line,) = lines(capsys)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "AgentMessaging",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "MessagesSent", "Unit": "Count"}],
    }
    # POWERTOOLS_SERVICE_NAME as it was when the module was imported.
    assert line["service"] == VARIABLES["POWERTOOLS_SERVICE_NAME"]
    assert line["MessagesSent"] in (1, [1])


def written(capsys: pytest.CaptureFixture[str]) -> list[tuple[dict[str, Any], set[str]]]:
    """The values of each line, and their units."""
    found = []
    for line in lines(capsys):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [["service"]]
        named = directive["Metrics"]
        values = {each["Name"]: line[each["Name"]] for each in named}
        numbers = {n: v[0] if isinstance(v, list) else v for n, v in values.items()}
        found.append((numbers, {each["Unit"] for each in named}))
    return found


def test_the_lag_of_the_feed_is_in_milliseconds_and_never_negative(capsys):
    metrics.feed_lag(213.4)
    metrics.feed_lag(-3)  # the clocks of two machines differ
    assert written(capsys) == [
        ({"FeedLag": 213}, {"Milliseconds"}),
        ({"FeedLag": 0}, {"Milliseconds"}),
    ]


def test_frames_are_counted_with_the_connections_that_are_gone(capsys):
    metrics.frames(sent=3, gone=1)
    metrics.frames(sent=0, gone=0)
    assert written(capsys) == [({"FramesSent": 3, "ConnectionsGone": 1}, {"Count"})]


@pytest.mark.parametrize("outcome", metrics.AttemptOutcome)
def test_an_attempt_is_counted_by_its_outcome(outcome, capsys):
    metrics.webhook_attempt(outcome)
    assert written(capsys) == [({f"WebhookAttempts.{outcome}": 1}, {"Count"})]


def test_many_numbers_stand_in_one_line(capsys):
    metrics.write({"AgentsOnline": 3, "WorkOrders.pending": 0})
    (line,) = lines(capsys)
    assert [line["AgentsOnline"], line["WorkOrders.pending"]] in ([3, 0], [[3], [0]])


def test_one_line_leaves_nothing_to_the_next(capsys):
    metrics.count("MessagesSent")
    metrics.count("OrdersAccepted")
    first, second = lines(capsys)
    assert "OrdersAccepted" not in first
    assert "MessagesSent" not in second


def test_a_line_is_severe_enough_for_lambda_to_let_it_pass(capsys, monkeypatch):
    for level in ("WARN", "ERROR"):
        monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", level)
        metrics.count("MessagesSent")
        (line,) = lines(capsys)
        assert line["level"] == level
        clock.from_text(line["timestamp"])


def test_disabled_metrics_are_neither_printed_nor_kept(capsys, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    for _ in range(250):  # Powertools prints a metric that has a hundred values
        metrics.count("MessagesSent")
    assert lines(capsys) == []
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    metrics.count("OrdersAccepted")
    (line,) = lines(capsys)
    assert "MessagesSent" not in line
    assert line["OrdersAccepted"] == [1]


def test_a_level_and_a_time_are_those_of_their_own_line(capsys, monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", "ERROR")
    metrics.count("MessagesSent")
    monkeypatch.delenv("AWS_LAMBDA_LOG_LEVEL")
    metrics.count("MessagesSent")
    first, second = lines(capsys)
    assert (first["level"], second["level"]) == ("ERROR", "INFO")
