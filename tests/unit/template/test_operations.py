"""What an operator is told and looks at: alarms, dashboard, the API's own log."""

import dataclasses
import json
import re

import pytest

from agent_messaging.observability import metrics
from agent_messaging.stats.rollup import Platform
from local.template import load
from tests.unit.template.written import DOCUMENT, FILE, FUNCTIONS, RESOURCES, properties_of
from tools.openapi import template_dashboard

CANARY = "Canary"  # These alarms tell nobody but CodeDeploy (test_updates.py).
ALARMS = {
    name: each
    for name, each in properties_of("AWS::CloudWatch::Alarm").items()
    if CANARY not in name
}
LATENCY = "LatencyAlarm"  # It watches one of two metrics.
WATCHED = {
    "ServerErrorsAlarm": ("AWS/ApiGateway", "5xx", {"ApiId": {"Ref": "MessagingApi"}}),
    "AuthorizerErrorsAlarm": (
        "AWS/Lambda",
        "Errors",
        {"FunctionName": {"Ref": "AuthorizerFunction"}},
    ),
    "SocketsAuthorizerErrorsAlarm": (
        "AWS/Lambda",
        "Errors",
        {"FunctionName": {"Ref": "SocketsAuthorizerFunction"}},
    ),
    "SocketsErrorsAlarm": (
        "AWS/Lambda",
        "Errors",
        {"FunctionName": {"Ref": "SocketsFunction"}},
    ),
    "ThrottlesAlarm": ("AWS/Lambda", "Throttles", {}),
    "StreamAgeAlarm": (
        "AWS/Lambda",
        "IteratorAge",
        {"FunctionName": {"Ref": "ProjectorFunction"}},
    ),
    "RelayAgeAlarm": ("AWS/Lambda", "IteratorAge", {"FunctionName": {"Ref": "RelayFunction"}}),
    "WebhooksAgeAlarm": (
        "AWS/SQS",
        "ApproximateAgeOfOldestMessage",
        {"QueueName": {"Fn::GetAtt": ["WebhooksQueue", "QueueName"]}},
    ),
    "DeadLettersAlarm": (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": {"Fn::GetAtt": ["DeadLettersQueue", "QueueName"]}},
    ),
    "RollUpAlarm": ("AWS/Lambda", "Errors", {"FunctionName": {"Ref": "StatsRollUpFunction"}}),
}
TITLES = [
    "Requests",
    "Errors",
    "Latency, 99th percentile (ms)",
    "Throttles",
    "Age of the streams (ms)",
    "Dead letters",
    "Feed lag, 99th percentile (ms)",
    "Frames and webhook attempts",
    "Age of the webhooks' queue (s)",
    "Agents online",
    "Work orders by state",
    "Messages sent, orders accepted",
]
# Ten metrics of one's own and ten alarms are free in an account.
FREE = 10
WAKING = ("Feed lag, 99th percentile (ms)", "Frames and webhook attempts")
WOKEN = {"FeedLag", "FramesSent", "ConnectionsGone"} | {
    f"WebhookAttempts.{outcome}" for outcome in metrics.AttemptOutcome
}
# Rare, and in the log with the agent's id.
NOT_DRAWN = {"AgentsTripped"}


def widgets() -> list[dict[str, object]]:
    """The dashboard's widgets, with a name standing for each reference."""
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for name in re.findall(r"\$\{([^}]+)\}", body):
        logical_id = name.split(".")[0]
        assert logical_id in RESOURCES or logical_id in ("AWS::Region", "AWS::StackName"), name
    return list(json.loads(body)["widgets"])


def drawn(title: str) -> list[list[str]]:
    """The metrics of a widget, without their labels."""
    (widget,) = [each["properties"] for each in widgets() if each["properties"]["title"] == title]
    return [[each for each in row if isinstance(each, str)] for row in widget["metrics"]]


def test_each_alarm_watches_what_it_says():
    said = {
        name: (
            each["Namespace"],
            each["MetricName"],
            {pair["Name"]: pair["Value"] for pair in each.get("Dimensions", [])},
        )
        for name, each in ALARMS.items()
        if name != LATENCY
    }
    assert said == WATCHED


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_when_it_begins_and_when_it_ends(name: str):
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmsTopic"}]
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"] <= 5
    assert alarm["AlarmDescription"].endswith(".")


def test_one_dead_letter_is_enough():
    alarm = ALARMS["DeadLettersAlarm"]
    assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["Statistic"]) == (0, 1, "Maximum")


def test_a_slow_request_is_told_before_the_functions_give_up():
    alarm = ALARMS[LATENCY]
    assert alarm["ExtendedStatistic"] == "p99"
    timeouts = [each["Timeout"] for each in FUNCTIONS.values() if "Timeout" in each]
    shortest = min(*timeouts, DOCUMENT["Globals"]["Function"]["Timeout"])
    assert alarm["Threshold"] < shortest * 1000


def test_slow_requests_are_told_of_without_those_that_wait_for_events():
    alarm = ALARMS[LATENCY]
    (dimension,) = alarm["Dimensions"]
    parts = [each["Fn::If"] for each in (alarm["Namespace"], alarm["MetricName"], dimension)]
    condition, while_waiting, otherwise = zip(*parts, strict=True)
    assert set(condition) == {"HasWaitConcurrency"}
    of_function = {"Name": "FunctionName", "Value": {"Ref": "MessagingFunction"}}
    of_api = {"Name": "ApiId", "Value": {"Ref": "MessagingApi"}}
    assert while_waiting == ("AWS/Lambda", "Duration", of_function)
    assert otherwise == ("AWS/ApiGateway", "Latency", of_api)


def test_the_projector_is_late_long_before_records_are_given_up():
    ages = re.findall(r"MaximumRecordAgeInSeconds: (\d+)", FILE.read_text("utf-8"))
    alarm = ALARMS["StreamAgeAlarm"]
    heard_after = alarm["Threshold"] / 1000 + alarm["Period"] * alarm["EvaluationPeriods"]
    assert heard_after <= min(map(int, ages)) / 4


def test_the_relay_is_late_only_for_a_minute_before_it_is_told():
    alarm = ALARMS["RelayAgeAlarm"]
    assert alarm["Threshold"] == alarm["Period"] * 1000


def test_a_retry_that_the_queue_holds_back_is_no_alarm():
    longest_delay = 900  # seconds, of SQS
    assert ALARMS["WebhooksAgeAlarm"]["Threshold"] > longest_delay


def test_an_address_alone_makes_a_subscription():
    assert RESOURCES["AlarmsSubscription"]["Condition"] == "HasAlarmEmail"


def test_the_dashboard_draws_what_an_operator_asks_for():
    assert [each["properties"]["title"] for each in widgets()] == TITLES
    places = {(each["x"], each["y"]) for each in widgets()}
    assert places == {(x, y) for x in (0, 8, 16) for y in (0, 6, 12, 18)}


def test_errors_and_throttles_are_drawn_for_every_function():
    for title in ("Errors", "Throttles"):
        named = {row[3][2:-1] for row in drawn(title) if row[2:3] == ["FunctionName"]}
        assert named == set(FUNCTIONS)


def test_the_age_is_drawn_for_every_function_that_reads_a_stream():
    readers = {
        name
        for name, function in FUNCTIONS.items()
        if any(each["Type"] == "DynamoDB" for each in function.get("Events", {}).values())
    }
    assert {row[3][2:-1] for row in drawn("Age of the streams (ms)")} == readers


def test_a_new_function_is_drawn():
    template = load()
    more = {**template.functions, "NewFunction": template.functions["DocsFunction"]}
    text = FILE.read_text("utf-8")
    drawn_anew = template_dashboard.placed(text, dataclasses.replace(template, functions=more))
    added = set(drawn_anew.split("\n")) - set(text.split("\n"))
    assert sum("${NewFunction}" in line for line in added) == 2
    assert template_dashboard.placed(drawn_anew, template) == text


def test_the_dashboard_and_the_code_agree_on_the_metrics():
    titles = ("Agents online", "Work orders by state", "Messages sent, orders accepted")
    rows = [row for title in (*titles, *WAKING) for row in drawn(title)]
    assert all(
        row[::2] == [metrics.NAMESPACE, "service"] and row[3] == "${AWS::StackName}" for row in rows
    )
    assert {row[1] for row in rows} | NOT_DRAWN == {*counted(), *Platform().gauges(), *WOKEN}
    assert sum(len(drawn(title)) for title in titles) == FREE


def counted() -> set[str]:
    """What the layer and the functions count, by the names of metrics."""
    sources = [
        *FILE.parent.glob("layers/agent_messaging/**/*.py"),
        *FILE.parent.glob("functions/*/*.py"),
    ]
    code = "".join(path.read_text("utf-8") for path in sources)
    return set(re.findall(r'metrics\.count\("(\w+)"\)', code))


def test_a_line_of_the_apis_log_says_who_and_what_became_of_it_and_holds_no_key():
    condition, settings, otherwise = RESOURCES["MessagingApi"]["Properties"]["AccessLogSettings"][
        "Fn::If"
    ]
    assert (condition, otherwise) == ("HasAccessLog", {"Ref": "AWS::NoValue"})
    assert RESOURCES["AccessLogs"]["Condition"] == "HasAccessLog"
    assert settings["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    line = json.loads(settings["Format"])
    assert line["request_id"] == "$context.requestId"
    assert line["agent_id"] == "$context.authorizer.agent_id"
    assert "\n" not in settings["Format"]
    assert not re.search(r"header|query|path|apikey|authorization|body|claims", str(line).lower())
