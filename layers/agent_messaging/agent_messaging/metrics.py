"""Metrics: lines of the log out of which CloudWatch reads numbers (its embedded metric format).

    MessagesSent, OrdersAccepted        one more, as it happens
    AgentsOnline, WorkOrders.<status>   how many there are, minute by minute

Ten names, as many as CloudWatch keeps for nothing, in one dimension: the stack, as `service`. An id
there would be a metric, and a bill, of its own. A request writes one line at most.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import os
from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from agent_messaging import clock

NAMESPACE = "AgentMessaging"


def count(name: str) -> None:
    """One more of what just happened."""
    write({name: 1})


def write(values: Mapping[str, int]) -> None:
    """One line with these counts, by name."""
    line = EphemeralMetrics(namespace=NAMESPACE)
    for name, value in values.items():
        line.add_metric(name=name, unit=MetricUnit.Count, value=value)
    # Lambda drops lines below the level that is set, and takes one that names none for INFO.
    line.add_metadata("level", os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO"))
    line.add_metadata("timestamp", clock.to_text(clock.now()))
    line.flush_metrics()
