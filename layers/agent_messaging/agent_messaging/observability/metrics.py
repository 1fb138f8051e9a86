"""Write the metrics: lines of the log in CloudWatch's embedded metric format.

    MessagesSent, OrdersAccepted        one more, as it happens
    AgentsTripped                       one more agent that spent too many units
    AgentsOnline, WorkOrders.<status>   how many there are, minute by minute

There are eleven names. CloudWatch keeps ten for free, and AgentsTripped costs $0.30 in a month in
which an agent trips. All have one dimension: the stack, as `service`. An id as a dimension would
make a metric, and a bill, for each agent. A request writes at most one line.

Powertools writes the lines. All of them share one instance, because making one takes longer than
writing a line.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import os
from collections.abc import Mapping

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

from agent_messaging import clock

NAMESPACE = "AgentMessaging"

# The service is the name of the stack, from POWERTOOLS_SERVICE_NAME.
_metrics = Metrics(namespace=NAMESPACE)


def count(name: str) -> None:
    """Add one to a metric."""
    write({name: 1})


def write(values: Mapping[str, int]) -> None:
    """Write one line with these values by name, unless POWERTOOLS_METRICS_DISABLED is true."""
    for name, value in values.items():
        _metrics.add_metric(name, MetricUnit.Count, value)
    # Lambda drops lines below the log level, and takes a line without a level for INFO.
    _metrics.add_metadata("level", os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO"))
    _metrics.add_metadata("timestamp", clock.to_text(clock.now()))
    _metrics.flush_metrics()
    # Where metrics are disabled, Powertools keeps the values, and prints a hundred of them at once.
    if _metrics.metric_set:
        _metrics.clear_metrics()
