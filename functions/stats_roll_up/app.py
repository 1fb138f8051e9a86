"""Roll-up: store the platform's snapshot of a minute, once."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.presence.table import PresenceTable
from agent_messaging.stats.snapshots import SnapshotService
from agent_messaging.stats.table import StatsTable
from agent_messaging.storage import connection

client = connection.connect()
snapshots = SnapshotService(
    StatsTable(client, os.environ["MESSAGING_STATS_TABLE"]),
    PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"]),
)


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, str]:
    """Store the snapshot of the minute in the event, unless there is one.

    Raises:
        KeyError, ValueError: the event has no valid time, so it becomes a dead letter.
    """
    return {"window": clock.to_text(snapshots.keep(clock.from_text(event["time"])))}
