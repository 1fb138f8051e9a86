"""The receipt of a message: what its sender may know about what became of it. Pure.

    held        it waits as a contact request
    queued      it is in the recipient's inbox
    delivered   the recipient has it: its client acknowledged the event, or what follows shows it
    read        the recipient marked it as read
    acted       the recipient replied to it, or answered its order
    failed      its retention ended a day ago, and the recipient had neither read it nor acted

A receipt shows what was observed, and never a state earlier than that. Listing an inbox, reading a
message and a pushed frame are no observation. A message that was read or acted on without an
acknowledgement before was delivered through the inbox, at that time. Nothing that is observed after
the end of the retention counts.

The relay may write an observation up to a day late. So a receipt shows `failed` a day after the end
of the retention, when nothing is written any more. So `failed` is final.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from agent_messaging.feed.model import DeliveredVia
from agent_messaging.fields import Model, Record, StoredTime

# How long after its message's end a fact is still written. Streams keep their records for a day.
WRITTEN_FOR = timedelta(days=1)
# A receipt fails later, by more than what clocks differ and a function may take.
FAILS_AFTER = WRITTEN_FOR + timedelta(minutes=5)


class ReceiptStatus(StrEnum):
    """How far a message has come."""

    QUEUED = "queued"
    HELD = "held"
    DELIVERED = "delivered"
    READ = "read"
    ACTED = "acted"
    FAILED = "failed"


class FailureReason(StrEnum):
    """Why a message will never be read."""

    RETENTION = "retention"


class Receipt(Model):
    """What became of a message, for its sender."""

    status: ReceiptStatus
    queued_at: Annotated[
        StoredTime | None,
        Field(
            description="When the message entered the recipient's inbox. Null while it is `held`."
        ),
    ]
    delivered_at: Annotated[
        StoredTime | None,
        Field(
            description="When the recipient's client acknowledged the message. Without an "
            "acknowledgement: when the recipient read it or acted."
        ),
    ]
    delivered_via: Annotated[
        DeliveredVia | None,
        Field(
            description="How the recipient acknowledged the message. `inbox` means that it read "
            "the message or acted without an acknowledgement."
        ),
    ]
    read_at: StoredTime | None
    acted_at: Annotated[
        StoredTime | None,
        Field(
            description="When the recipient first replied with `reply_to_id`, or accepted or "
            "rejected the work order."
        ),
    ]
    acted_by: Annotated[
        str | None,
        Field(description="The `message_id` of the recipient's reply or notification."),
    ]
    failed_at: StoredTime | None
    reason: Annotated[
        FailureReason | None,
        Field(
            description="Why the message failed. `retention`: the time for which messages are kept "
            "is over, and the recipient neither read it nor acted."
        ),
    ]
    delivery_error: Annotated[
        str | None,
        Field(
            description="Why the server gave up sending the event to a webhook of the recipient. "
            "The message is still in the inbox."
        ),
    ]


class Facts(Record):
    """What was observed about a message, beside what the message itself says.

    `message` is the message as JSON text while it is held, because it is in no inbox then.
    """

    held_at: StoredTime | None = None
    released_at: StoredTime | None = None
    message: str | None = None
    delivered_at: StoredTime | None = None
    delivered_via: DeliveredVia | None = None
    acted_at: StoredTime | None = None
    acted_by: str | None = None
    delivery_error: str | None = None
    to_agent_id: str | None = None
    wants_events: bool = False


NO_FACTS = Facts()


class Stored(NamedTuple):
    """What the message itself says. `queued_at` is None while it is held.

    `ends_at` is the end of its retention. DynamoDB deletes it then, or up to days later.
    """

    queued_at: datetime | None
    read_at: datetime | None
    ends_at: datetime


def compute(stored: Stored, facts: Facts | None, now: datetime) -> Receipt:
    """Return the receipt of a message at `now`."""
    facts = facts or NO_FACTS
    read_at = _within(stored.read_at, stored)
    acted_at = _within(facts.acted_at, stored)
    # The earliest counts, so whatever follows changes nothing.
    delivered_at, via = min(_deliveries(stored, facts), key=_time_of, default=(None, None))
    has_failed = read_at is None and acted_at is None and _has_settled(stored, now)
    if has_failed:
        status = ReceiptStatus.FAILED
    elif acted_at is not None:
        status = ReceiptStatus.ACTED
    elif read_at is not None:
        status = ReceiptStatus.READ
    elif delivered_at is not None:
        status = ReceiptStatus.DELIVERED
    else:
        status = ReceiptStatus.HELD if stored.queued_at is None else ReceiptStatus.QUEUED
    return Receipt(
        status=status,
        queued_at=stored.queued_at,
        delivered_at=delivered_at,
        delivered_via=via,
        read_at=read_at,
        acted_at=acted_at,
        acted_by=None if acted_at is None else facts.acted_by,
        failed_at=stored.ends_at if has_failed else None,
        reason=FailureReason.RETENTION if has_failed else None,
        delivery_error=facts.delivery_error,
    )


def _has_settled(stored: Stored, now: datetime) -> bool:
    """Return whether everything is written that was observed before the end of the retention."""
    return now - FAILS_AFTER >= stored.ends_at


def _within(moment: datetime | None, stored: Stored) -> datetime | None:
    """Return the time of an observation, or None if the retention had ended by then."""
    return moment if moment is not None and moment < stored.ends_at else None


def _deliveries(stored: Stored, facts: Facts) -> Iterator[tuple[datetime, DeliveredVia]]:
    """Yield what shows that the recipient has the message. Of equal times the first counts."""
    acknowledged_at = _within(facts.delivered_at, stored)
    if acknowledged_at is not None and facts.delivered_via is not None:
        yield acknowledged_at, facts.delivered_via
    for moment in (stored.read_at, facts.acted_at):
        within = _within(moment, stored)
        if within is not None:
            yield within, DeliveredVia.INBOX


def _time_of(delivery: tuple[datetime, DeliveredVia]) -> datetime:
    return delivery[0]
