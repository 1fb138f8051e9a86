"""Projector: count the records of the three streams exactly once."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.stats.counting import count
from agent_messaging.stats.table import StatsTable
from agent_messaging.storage import connection

client = connection.connect()
stats = StatsTable(client, os.environ["MESSAGING_STATS_TABLE"])


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
    """Count a batch. Lambda delivers it again from the first record that is reported."""
    poison = count(stats, event["Records"], clock.now())
    return {"batchItemFailures": [{"itemIdentifier": number} for number in poison]}
