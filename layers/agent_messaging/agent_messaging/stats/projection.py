"""Compute the changes of the counters from a record of a DynamoDB stream.

    agents        inserted                registered + 1
                  marked as deleted       registered - 1
    messages      a head is inserted      its type + 1, over all time and in its 10 minutes
    work orders   head inserted           its status + 1
                  status changed          the old status - 1, the new status + 1
                  pending -> accepted     also one time to accept, since it was created or reopened
                  accepted, input_required
                      -> completed        also one time to complete

All other records change nothing. The names in a record's key tell its table, because the physical
names of tables are generated. AWS documents the shape of a record:
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from agent_messaging import clock
from agent_messaging.messaging.model import MessageType
from agent_messaging.stats import histogram
from agent_messaging.stats.model import Cell, Change, Metric, window_of
from agent_messaging.work_orders.item import HEAD
from agent_messaging.work_orders.states import Status

REGISTERED = "registered"

# Only a message's head begins with this. Its long part is a separate item that is written before.
MESSAGE_HEAD = "msg_"


class PoisonRecordError(Exception):
    """A record that cannot be parsed. The error does not quote the record."""


class _Event(StrEnum):
    INSERT = "INSERT"
    MODIFY = "MODIFY"
    REMOVE = "REMOVE"


def changes_of(record: Mapping[str, Any]) -> list[Change]:
    """Return the changes of a record, often none.

    Raises:
        PoisonRecordError: the record is not from the three streams, or lacks a needed field.
    """
    try:
        image = record["dynamodb"]
        project = _PROJECTIONS[frozenset(image["Keys"])]
        return project(_Event(record["eventName"]), image)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise PoisonRecordError("the record cannot be parsed") from None


def _agent(event: _Event, image: Mapping[str, Any]) -> list[Change]:
    if event is _Event.INSERT:
        return [Change(Cell(Metric.AGENTS), REGISTERED)]
    if event is _Event.MODIFY:
        has_left = "deleted_at" in image["NewImage"] and "deleted_at" not in image["OldImage"]
        return [Change(Cell(Metric.AGENTS), REGISTERED, -1)] if has_left else []
    return []


def _message(event: _Event, image: Mapping[str, Any]) -> list[Change]:
    is_head = _text(image["Keys"], "message_id").startswith(MESSAGE_HEAD)
    if event is not _Event.INSERT or not is_head:
        return []
    display = image["NewImage"]["display"]["M"]
    kind = MessageType(_text(display, "type"))
    window = window_of(_time(display, "created_at"))
    return [Change(Cell(Metric.MESSAGES), kind), Change(Cell(Metric.MESSAGES, window), kind)]


def _work_order(event: _Event, image: Mapping[str, Any]) -> list[Change]:
    if event is _Event.REMOVE or _text(image["Keys"], "part") != HEAD:
        return []
    cell, new = Cell(Metric.WORK_ORDERS), image["NewImage"]
    status = Status(_text(new, "status"))
    if event is _Event.INSERT:
        return [Change(cell, status)]
    before = Status(_text(image["OldImage"], "status"))
    if status is before:
        return []
    return [Change(cell, before, -1), Change(cell, status), *_observed(before, status, new)]


def _observed(before: Status, status: Status, new: Mapping[str, Any]) -> list[Change]:
    """Return the change of a histogram, if this change of status ends a measured duration."""
    if (before, status) not in _DURATIONS:
        return []
    metric, start, end = _DURATIONS[before, status]
    times = {**new["display"]["M"], **new}
    # A reopened order was offered again. How long it waited before counted when it was taken then.
    if start == "created_at" and "reopened_at" in times:
        start = "reopened_at"
    seconds = (_time(times, end) - _time(times, start)).total_seconds()
    return [Change(Cell(metric), str(histogram.bucket(seconds)))]


_DURATIONS = {
    (Status.PENDING, Status.ACCEPTED): (Metric.TIME_TO_ACCEPT, "created_at", "accepted_at"),
    (Status.ACCEPTED, Status.COMPLETED): (Metric.TIME_TO_COMPLETE, "accepted_at", "completed_at"),
    (Status.INPUT_REQUIRED, Status.COMPLETED): (
        Metric.TIME_TO_COMPLETE,
        "accepted_at",
        "completed_at",
    ),
}

_PROJECTIONS: dict[frozenset[str], Callable[[_Event, Mapping[str, Any]], list[Change]]] = {
    frozenset({"agent_id"}): _agent,
    frozenset({"recipient_id", "message_id"}): _message,
    frozenset({"work_order_id", "part"}): _work_order,
}


def _text(image: Mapping[str, Any], name: str) -> str:
    return str(image[name]["S"])


def _time(image: Mapping[str, Any], name: str) -> datetime:
    moment = clock.from_text(_text(image, name))
    if moment.tzinfo is None:
        raise ValueError("the time has no UTC offset")
    return moment
