"""A change of an item, as the relay got it from a stream. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from agent_messaging.feed.model import Source


class UnreadableRecordError(Exception):
    """A record that cannot be read. The error does not quote the record."""


class UnknownStatusError(Exception):
    """A notification of a status that only a newer version knows.

    That version runs beside this one, or ran before it. The notification is in the inbox.
    """


class Change(StrEnum):
    """What happened to the item."""

    INSERT = "INSERT"
    MODIFY = "MODIFY"
    REMOVE = "REMOVE"


class StreamRecord(NamedTuple):
    """A change of an item: its key, and the item after and before. Empty if it did not exist."""

    change: Change
    number: str  # the sequence number, by which Lambda knows the record
    source: Source
    at: datetime
    key: dict[str, Any]
    new: dict[str, Any]
    old: dict[str, Any]

    def has_got(self, name: str) -> bool:
        """Return whether the item has this attribute since the change."""
        return name in self.new and name not in self.old
