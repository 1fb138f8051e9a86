"""Metrics: lines of the log out of which CloudWatch reads numbers (its embedded metric format).

    MessagesSent, OrdersAccepted        one more, as it happens
    AgentsTripped                       one more agent that spent too many units
    AgentsOnline, WorkOrders.<status>   how many there are, minute by minute

Eleven names; CloudWatch keeps ten for nothing, and AgentsTripped costs $0.30 in a month in which an
agent trips. They have one dimension: the stack, as `service`. An id
there would be a metric, and a bill, of its own. A request writes one line at most. Powertools would
make a writer for each line, at a sixth of a send's own CPU; the line is the same.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import os
import time
from collections.abc import Mapping

from agent_messaging import clock

NAMESPACE = "AgentMessaging"

_line = json.JSONEncoder(separators=(",", ":")).encode


def count(name: str) -> None:
    """One more of what just happened."""
    write({name: 1})


def write(values: Mapping[str, int]) -> None:
    """One line with these counts, by name; none where POWERTOOLS_METRICS_DISABLED says so."""
    if os.environ.get("POWERTOOLS_METRICS_DISABLED", "false").lower() in ("true", "1"):
        return
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in values],
    }
    line = {
        "_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]},
        "service": os.environ["POWERTOOLS_SERVICE_NAME"],
        **values,
        # Lambda drops lines below the level that is set, and takes one that names none for INFO.
        "level": os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO"),
        "timestamp": clock.to_text(clock.now()),
    }
    print(_line(line))  # noqa: T201 - the log, as Lambda reads it
