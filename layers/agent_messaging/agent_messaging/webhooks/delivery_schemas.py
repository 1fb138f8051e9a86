"""The shapes of the requests and answers about deliveries and their attempts."""

from typing import Annotated

from pydantic import Field

from agent_messaging.feed.model import EventType
from agent_messaging.fields import ANY_CASE, Limit, Model, NextCursor, StoredTime
from agent_messaging.webhooks.delivery import Attempt, Delivery, DeliveryStatus


class DeliveriesQuery(Model):
    """Which deliveries to list."""

    status: Annotated[DeliveryStatus | None, ANY_CASE] = None
    event_type: Annotated[EventType | None, ANY_CASE] = None
    limit: Limit = 50
    cursor: str | None = None


class AttemptView(Model):
    """One attempt to deliver an event."""

    at: StoredTime
    status_code: Annotated[int | None, Field(description="Null if nothing answered.")]
    duration_ms: int
    error: Annotated[
        str | None, Field(description="What went wrong, such as `timeout`. Null for success.")
    ]


class DeliveryView(Model):
    """The delivery of one event to one webhook."""

    delivery_id: str
    event_id: Annotated[
        str, Field(description="The id of the event, which is the header `webhook-id`.")
    ]
    event_type: str
    status: DeliveryStatus
    attempts: Annotated[list[AttemptView], Field(description="The last ten, oldest first.")]
    next_attempt_at: StoredTime | None


class DeliveriesPage(Model):
    """A page of the deliveries of a webhook, newest event first."""

    agent_id: str
    webhook_id: str
    deliveries: list[DeliveryView]
    next_cursor: NextCursor


class DeliveryResponse(DeliveryView):
    """The delivery, which is queued again."""

    success: bool = True


def view(delivery: Delivery) -> DeliveryView:
    """Return a delivery as its owner sees it."""
    return DeliveryView(
        delivery_id=delivery.delivery_id,
        event_id=delivery.event_id,
        event_type=delivery.type,
        status=delivery.status,
        attempts=[_attempt(each) for each in delivery.attempts],
        next_attempt_at=delivery.next_attempt_at,
    )


def retried(delivery: Delivery) -> DeliveryResponse:
    """Return the answer to a retry."""
    return DeliveryResponse(**view(delivery).__dict__)


def _attempt(attempt: Attempt) -> AttemptView:
    return AttemptView(**attempt.__dict__)
