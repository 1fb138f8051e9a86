"""Write the metrics: lines of the log in CloudWatch's embedded metric format.

    MessagesSent, OrdersAccepted        one more, as it happens
    AgentsTripped                       one more agent that spent too many units
    AgentsOnline, WorkOrders.<status>   how many there are, minute by minute
    FeedLag                             milliseconds from what happened to its event in the feed
    FramesSent, ConnectionsGone         frames that the relay posted, connections that were closed
    WebhookAttempts.<outcome>           attempts to send an event to a webhook

There are seventeen names. CloudWatch keeps ten for free. Each further one costs $0.30 in a month in
which it is written all the time, and nothing while it is not written. All have one dimension: the
stack, as `service`. An id as a dimension would make a metric, and a bill, for each agent. A request
writes at most one line.

Powertools writes the lines. All of them share one instance, because making one takes longer than
writing a line.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import os
import threading
from collections.abc import Mapping
from enum import StrEnum

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from agent_messaging import clock

NAMESPACE = "AgentMessaging"

# The service is the name of the stack, from POWERTOOLS_SERVICE_NAME.
_metrics = Metrics(namespace=NAMESPACE)
# The relay serves several agents at a time, and Powertools collects the values of a line.
_one_line = threading.Lock()


class AttemptOutcome(StrEnum):
    """How an attempt to send an event to a webhook ended."""

    DELIVERED = "delivered"
    RETRIED = "retried"  # it failed, and there is another attempt later
    FAILED = "failed"  # it failed, and it was the last attempt


def count(name: str) -> None:
    """Add one to a metric."""
    write({name: 1})


def feed_lag(milliseconds: float) -> None:
    """Write how long it took until an event was in the feed.

    The relay writes the longest of the events that it appends together. It is the time from the
    event's `occurred_at`. A stream's own times have whole seconds.
    """
    write({"FeedLag": max(0, round(milliseconds))}, MetricUnit.Milliseconds)


def frames(sent: int, gone: int) -> None:
    """Write how many frames were sent, and how many connections turned out to be closed."""
    if sent or gone:
        write({"FramesSent": sent, "ConnectionsGone": gone})


def webhook_attempt(outcome: AttemptOutcome) -> None:
    """Add one attempt with this outcome."""
    count(f"WebhookAttempts.{outcome}")


def write(values: Mapping[str, int], unit: MetricUnit = MetricUnit.Count) -> None:
    """Write one line with these values by name, unless POWERTOOLS_METRICS_DISABLED is true."""
    with _one_line:
        for name, value in values.items():
            _metrics.add_metric(name, unit, value)
        # Lambda drops lines below the log level, and takes a line without a level for INFO.
        _metrics.add_metadata("level", os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO"))
        _metrics.add_metadata("timestamp", clock.to_text(clock.now()))
        _metrics.flush_metrics()
        # Where metrics are disabled, Powertools keeps the values, and prints a hundred at once.
        if _metrics.metric_set:
            _metrics.clear_metrics()
