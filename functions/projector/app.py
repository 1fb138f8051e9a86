"""Projector: the records of the three streams, counted exactly once."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, connection, time_left
from agent_messaging.log import logger
from agent_messaging.stats.counting import count
from agent_messaging.stats.table import StatsTable

client = connection.connect()
stats = StatsTable(client, os.environ["MESSAGING_STATS_TABLE"])


@time_left.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
    """Count a batch; the mapping delivers again from the first record that is reported."""
    poison = count(stats, event["Records"], clock.now())
    for number in poison:
        logger.error("a stream record cannot be understood", sequence_number=number)
    return {"batchItemFailures": [{"itemIdentifier": number} for number in poison]}
