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

    Raises:
        ArithmeticError, AttributeError, KeyError, TypeError, ValueError: a record is unreadable.
    """
    found = [_entry(each["dynamodb"]) for each in records if _is_new(each, now)]
    return {entry.capability: entry for entry in found}


def _is_new(record: Mapping[str, Any], now: datetime) -> bool:
    """Return whether a record is of a new entry, and of the last minute."""
    image = record["dynamodb"]
    if KEY not in image.get("NewImage", {}) or KEY in image.get("OldImage", {}):
        return False
    at = datetime.fromtimestamp(float(image["ApproximateCreationDateTime"]), UTC)
    return now - at <= NEW_FOR


def _entry(image: Mapping[str, Any]) -> PoolEntry:
    head = image["NewImage"]
    excluded = head["display"]["M"].get("excluded", {}).get("L", [])
    return PoolEntry(
        capability=head[KEY]["S"],
        client_id=head["client_id"]["S"],
        excluded=frozenset(each["S"] for each in excluded),
    )
