"""EventBridge schedules: send a function an event soon after the start, and then regularly.

A failed run prints one line on stderr, and the next one follows as planned.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from datetime import UTC, datetime

from local.delivery import Invoke
from local.events import scheduled_event
from local.instance import InvocationError
from local.model import Schedule
from local.redaction import redacted

FIRST_RUN_SECONDS = 2.0


async def run(schedule: Schedule, invoke: Invoke, first: float = FIRST_RUN_SECONDS) -> None:
    """Run the schedule for ever. A run that takes longer than the interval delays the next one."""
    loop = asyncio.get_running_loop()
    due = loop.time() + first
    while True:
        await asyncio.sleep(max(0.0, due - loop.time()))
        event = scheduled_event(schedule.name, datetime.now(UTC), str(uuid.uuid4()))
        try:
            await invoke(schedule.function, event)
        except InvocationError as error:
            message = f"schedule {schedule.name} -> {schedule.function} failed: {error}"
            print(redacted(message), file=sys.stderr, flush=True)
        due += schedule.every
