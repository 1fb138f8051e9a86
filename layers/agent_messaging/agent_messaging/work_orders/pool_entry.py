"""New entries of the index `pool`, from the stream of the orders' table. Pure.

An order gets its entry when it is created, when it becomes ready, and when it is reopened. The
record of this write has all that is needed to choose whom to tell.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

# An older record was delivered late or again. Whoever waited for the order has listed it since.
NEW_FOR = timedelta(minutes=1)
KEY = "pool_for"


class PoolEntry(NamedTuple):
    """An order that candidates of a capability can take, except its client and some workers."""

    capability: str
    client_id: str
    excluded: frozenset[str]

    def suits(self, agent_id: str) -> bool:
        """Return whether an agent is neither the client nor excluded."""
        return agent_id != self.client_id and agent_id not in self.excluded


def newest(records: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, PoolEntry]:
    """Return the newest new entry of each capability among stream records.

    It leaves out records that are older than a minute, and those that it cannot read.
    """
    found = [_entry(record, now) for record in records]
    return {entry.capability: entry for entry in found if entry is not None}


def _entry(record: Mapping[str, Any], now: datetime) -> PoolEntry | None:
    """Return the new entry of a record of the last minute, else None."""
    try:
        image = record["dynamodb"]
        head = image.get("NewImage", {})
        at = datetime.fromtimestamp(float(image["ApproximateCreationDateTime"]), UTC)
        if KEY not in head or KEY in image.get("OldImage", {}) or now - at > NEW_FOR:
            return None
        excluded = head["display"]["M"].get("excluded", {}).get("L", [])
        return PoolEntry(
            capability=head[KEY]["S"],
            client_id=head["client_id"]["S"],
            excluded=frozenset(each["S"] for each in excluded),
        )
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return None
