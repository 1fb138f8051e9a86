"""The meter's table: one item per agent, which all instances of all functions change.

The item counts the units of the latest minute. Conditions ensure that no instance counts in an
earlier minute, and that exactly one instance counts a trip.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.agents.penalty import Penalty
from agent_messaging.errors import ContentionError
from agent_messaging.meter.model import KEPT_FOR, MeterRecord, minute_of
from agent_messaging.storage.table import ConditionFailedError, Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW = "units"
ATTEMPTS = 3

IS_THIS_MINUTE = "#minute >= :minute"
IS_NEW_MINUTE = "attribute_not_exists(agent_id) OR #minute < :minute"
IS_NOT_REFUSED = "attribute_not_exists(penalty) OR penalty.#until <= :now"


class MeterTable:
    """The units that agents spent, and their penalties."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.table = Table(client, name)

    def add(self, agent_id: str, units: int, now: datetime, *, is_first: bool) -> MeterRecord:
        """Add units to the current minute, and return the record.

        `is_first` is a guess that this is the minute's first count. A wrong guess costs one more
        call.

        Raises:
            ContentionError: the minute kept changing.
        """
        minute = clock.to_text(minute_of(now))
        values = {"minute": minute, "units": units, "purge": clock.to_epoch(now + KEPT_FOR)}
        begin = ("SET #minute = :minute, #units = :units, purge_at = :purge", IS_NEW_MINUTE)
        more = ("SET purge_at = :purge ADD #units :units", IS_THIS_MINUTE)
        for attempt in range(ATTEMPTS):
            expression, condition = begin if is_first == (attempt % 2 == 0) else more
            try:
                item = self.table.update(_key(agent_id), expression, condition, **values)
            except ConditionFailedError:
                continue
            return MeterRecord.model_validate(item)
        raise ContentionError("The meter's minute kept changing.")

    def trip(
        self, agent_id: str, record: MeterRecord, quota: int, now: datetime
    ) -> MeterRecord | None:
        """Store a trip and its penalty, and return the record, or None if another was first."""
        penalty = record.next_penalty(quota, now)
        try:
            item = self.table.update(
                _key(agent_id),
                "SET trips = :trips, penalty = :penalty, purge_at = :purge",
                IS_NOT_REFUSED,
                trips=record.trips_at(now) + 1,
                penalty=penalty.model_dump(),
                purge=clock.to_epoch(penalty.until + KEPT_FOR),
                now=clock.to_text(now),
            )
        except ConditionFailedError:
            return None
        return MeterRecord.model_validate(item)

    def mark(self, agent_id: str, penalty: Penalty) -> None:
        """Store that the penalty is written into the agent's item and keys."""
        self.table.update(
            _key(agent_id), "SET marked_until = :until", until=clock.to_text(penalty.until)
        )


def _key(agent_id: str) -> Item:
    return {"agent_id": agent_id, "window": WINDOW}
