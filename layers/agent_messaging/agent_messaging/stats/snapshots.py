"""Store the platform's snapshot of each minute, once."""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging.observability import metrics
from agent_messaging.presence.table import PresenceTable
from agent_messaging.stats import rollup
from agent_messaging.stats.table import StatsTable


@dataclass(frozen=True)
class SnapshotService:
    """The tables that a snapshot is computed from and stored in."""

    stats: StatsTable
    presences: PresenceTable

    def keep(self, moment: datetime) -> datetime:
        """Store the snapshot of the minute of `moment` if there is none, and return the minute.

        Raises:
            ValueError: `moment` has no offset.
        """
        window = rollup.minute_of(moment)
        if not self.stats.has_snapshot(window):
            sums = self.stats.sums(rollup.first_window(window))
            snapshot = rollup.roll_up(sums, self.presences.count_online(window), window)
            self.stats.put_snapshot(snapshot)
            metrics.write(snapshot.platform.gauges())
        return window
