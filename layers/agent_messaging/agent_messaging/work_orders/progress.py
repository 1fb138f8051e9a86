"""Report progress on a work order, which also renews its lease.

One transaction changes the order's head and writes the event for the client. There is no message,
and no entry in the order's history. A field that the worker leaves out keeps its last value.

The head counts the reports of the current minute: `reports` is the minute since 1970 times
`MINUTE`, plus the number. It only grows, so the conditional write keeps the limit exactly.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from agent_messaging import clock
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import ContactState, state_of
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.errors import (
    ContentionError,
    IllegalTransitionError,
    RateLimitedError,
    WorkOrderNotFoundError,
)
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.storage.transactions import TransactionFailedError
from agent_messaging.work_orders import events, states
from agent_messaging.work_orders.access import OrderAccess
from agent_messaging.work_orders.item import with_partial
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import ACTIVE, Role

# How often an order may change between the read and the write before the call fails.
ATTEMPTS = 4

PER_MINUTE = 60
MINUTE = 1000
WINDOW = timedelta(minutes=1)


class Report(NamedTuple):
    """What a worker reports at `now`. `partial_result` is JSON text."""

    caller: Caller
    now: datetime
    percent: int | None = None
    note: str | None = None
    partial_result: str | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the order that the report sets."""
        given = {"percent": self.percent, "note": self.note, "partial_result": self.partial_result}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Progress:
    """The tables that a report reads and writes."""

    access: OrderAccess
    contacts: ContactsTable
    outbox: OutboxTable

    def report(self, work_order_id: str, report: Report, request: IdempotentRequest) -> WorkOrder:
        """Store a report of the worker, once, and return the order afterwards.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            AgentMessagingError: see `OrderAccess.open`.
            IllegalTransitionError: the worker is not working on the order.
            RateLimitedError: the order has too many reports in this minute.
            ContentionError: the order changed each time it was read.
        """
        for attempt in range(ATTEMPTS):
            try:
                done = self._attempt(work_order_id, report, request, is_sure=attempt > 0)
            except (WorkOrderNotFoundError, IllegalTransitionError, RateLimitedError):
                if attempt > 0:
                    raise
                continue
            if done is not None:
                return done
        raise ContentionError(f"The work order `{work_order_id}` kept changing.")

    def _attempt(
        self, work_order_id: str, report: Report, request: IdempotentRequest, *, is_sure: bool
    ) -> WorkOrder | None:
        """Return the order after the report, or None if it changed after it was read."""
        caller, now = report.caller, report.now
        _, order = self.access.open(
            caller, work_order_id, Role.WORKER, "progress", now, is_sure=is_sure
        )
        if order.status not in ACTIVE:
            raise IllegalTransitionError(
                f"The work order is {order.status}, so it cannot be reported on.",
                fix=states.what_can_be_done(order.status, Role.WORKER, work_order_id, order.kind),
                members={"current_status": order.status},
            )
        after = order.model_copy(update=self._changes(order, report))
        after = with_partial(after) if report.partial_result is not None else after
        event = events.progress(after, now, has_note=self._may_quote(order, report))
        entries = self.access.orders.transact_report(order, after, now)
        try:
            request.write([*entries, self.outbox.transact_event(event, now)], after)
        except TransactionFailedError:
            return None
        return after

    def _changes(self, order: WorkOrder, report: Report) -> dict[str, Any]:
        """Return what a report changes.

        Raises:
            RateLimitedError: the order has too many reports in this minute.
        """
        changes: dict[str, Any] = {**report.fields, "reported_at": report.now}
        if order.lease_expires_at is not None and order.lease_seconds is not None:
            lease = report.now + timedelta(seconds=order.lease_seconds)
            changes["lease_expires_at"] = max(order.lease_expires_at, lease)
        if not report.caller.is_open:
            first = clock.to_epoch(report.now) // 60 * MINUTE
            changes["reports"] = max(order.reports or 0, first) + 1
            if changes["reports"] > first + PER_MINUTE:
                raise _too_many(report.now)
        return changes

    def _may_quote(self, order: WorkOrder, report: Report) -> bool:
        """Return whether the event may show the note. A client that blocks the worker gets none."""
        if report.note is None:
            return False
        contact = self.contacts.fetch(
            order.client.id, order.taken_by.id, report.now, consistent=False
        )
        return state_of(contact) is not ContactState.BLOCKED


def _too_many(now: datetime) -> RateLimitedError:
    now = now.astimezone(UTC)
    left = WINDOW - (now - now.replace(second=0, microsecond=0))
    return RateLimitedError(
        f"The work order has {PER_MINUTE} reports in this minute.",
        policy="progress",
        quota=PER_MINUTE,
        window=int(WINDOW.total_seconds()),
        reset=math.ceil(left.total_seconds()),
    )
