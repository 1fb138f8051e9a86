"""The dashboard in template.yaml: a chart for each question of an operator (docs/operating.md).

CloudWatch takes a JSON document. Its charts of errors and throttles have a line for each function
of the template, so the document is written from the list of functions. The metrics of
AgentMessaging come from the functions' logs (`observability/metrics.py` in the layer).
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent_messaging.observability.metrics import NAMESPACE, AttemptOutcome
from agent_messaging.stats.rollup import Platform
from local.model import Template

BODY = re.compile(r"(?<=      DashboardBody: !Sub \|\n)(?: {8}.*\n)+")
INDENT = " " * 8
WIDTH, HEIGHT, COLUMNS = 8, 6, 3

# A row of a chart: the metric, its dimensions, and how it is drawn.
Metric = list[str | dict[str, str]]


@dataclass(frozen=True)
class Chart:
    """A chart, with how its metrics are added up in each minute."""

    title: str
    stat: str
    metrics: Sequence[Metric]


def placed(text: str, template: Template) -> str:
    """Return the text of the template with the dashboard of its functions."""
    body = "".join(f"{INDENT}{line}\n" for line in _lines(list(_charts(template))))
    return BODY.sub(lambda _: body, text, count=1)


def _charts(template: Template) -> Iterator[Chart]:
    functions = list(template.functions)
    readers = dict.fromkeys(mapping.function for mapping in template.streams)
    yield Chart("Requests", "Sum", [_api("Count"), _api("4xx")])
    yield Chart("Errors", "Sum", [_api("5xx"), *_each("Errors", functions)])
    yield Chart(
        "Latency, 99th percentile (ms)", "p99", [_api("Latency"), _api("IntegrationLatency")]
    )
    everywhere: Metric = ["AWS/Lambda", "Throttles", {"label": "all functions of the account"}]
    yield Chart("Throttles", "Sum", [everywhere, *_each("Throttles", functions)])
    yield Chart("Age of the streams (ms)", "Maximum", list(_each("IteratorAge", readers)))
    waiting = "ApproximateNumberOfMessagesVisible"
    letters: Metric = ["AWS/SQS", waiting, "QueueName", "${DeadLettersQueue.QueueName}"]
    yield Chart("Dead letters", "Maximum", [letters])
    yield Chart("Feed lag, 99th percentile (ms)", "p99", [_own("FeedLag")])
    attempts = [_own(f"WebhookAttempts.{outcome}") for outcome in AttemptOutcome]
    frames = [_own("FramesSent"), _own("ConnectionsGone")]
    yield Chart("Frames and webhook attempts", "Sum", [*frames, *attempts])
    oldest = "ApproximateAgeOfOldestMessage"
    queue: Metric = ["AWS/SQS", oldest, "QueueName", "${WebhooksQueue.QueueName}"]
    yield Chart("Age of the webhooks' queue (s)", "Maximum", [queue])
    online, *by_state = map(_own, Platform().gauges())
    yield Chart("Agents online", "Maximum", [online])
    yield Chart("Work orders by state", "Maximum", by_state)
    counts = [_own("MessagesSent"), _own("OrdersAccepted")]
    yield Chart("Messages sent, orders accepted", "Sum", counts)


def _api(metric: str) -> Metric:
    return ["AWS/ApiGateway", metric, "ApiId", "${MessagingApi}"]


def _each(metric: str, functions: Iterable[str]) -> Iterator[Metric]:
    for name in functions:
        label = {"label": name.removesuffix("Function")}
        yield ["AWS/Lambda", metric, "FunctionName", f"${{{name}}}", label]


def _own(metric: str) -> Metric:
    return [NAMESPACE, metric, "service", "${AWS::StackName}"]


def _lines(charts: Sequence[Chart]) -> Iterator[str]:
    yield '{"widgets": ['
    for number, chart in enumerate(charts):
        row, column = divmod(number, COLUMNS)
        place = {"x": column * WIDTH, "y": row * HEIGHT, "width": WIDTH, "height": HEIGHT}
        drawn = {"title": chart.title, "region": "${AWS::Region}", "stat": chart.stat, "period": 60}
        yield f'  {{"type": "metric", {_inside(place)}, "properties": {{'
        yield f'    {_inside(drawn)}, "metrics": ['
        yield from _listed(f"      {json.dumps(metric)}" for metric in chart.metrics)
        yield "    ]}}" + ("," if chart is not charts[-1] else "")
    yield "]}"


def _inside(values: Mapping[str, object]) -> str:
    """Return the values as JSON without its braces."""
    return json.dumps(values)[1:-1]


def _listed(lines: Iterable[str]) -> Iterator[str]:
    *others, last = lines
    yield from (f"{line}," for line in others)
    yield last
