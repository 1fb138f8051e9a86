"""Roll-up: keep the platform's snapshot of a minute, once."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.observability import metrics
from agent_messaging.presence.table import PresenceTable
from agent_messaging.stats import rollup
from agent_messaging.stats.table import StatsTable
from agent_messaging.storage import connection

client = connection.connect()
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
stats = StatsTable(client, os.environ["MESSAGING_STATS_TABLE"])


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, str]:
    """Keep the snapshot of the event's own minute, unless there is one.

    Raises:
        KeyError, ValueError: the event has no time, and belongs to the dead letters.
    """
    window = rollup.minute_of(clock.from_text(event["time"]))
    if not stats.has_snapshot(window):
        sums = stats.sums(rollup.first_window(window))
        snapshot = rollup.roll_up(sums, presences.count_online(window), window)
        stats.put_snapshot(snapshot)
        metrics.write(snapshot.platform.gauges())
    return {"window": clock.to_text(window)}
