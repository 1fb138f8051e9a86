"""The roll-up of the statistics at once, in the stand-in cloud that the tests have started.

There is one snapshot a minute. So the snapshot of this minute is deleted, and the function runs in
a process of its own with the event that its schedule sends.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from local import engine
from local.events import scheduled_event
from local.instance import Endpoints, Instance
from local.template import load

TABLE = "MessagingStatsTable"
FUNCTION = "StatsRollUpFunction"


@contextlib.contextmanager
def roll_ups(tables_url: str) -> Iterator[Callable[[], None]]:
    """Makes this minute's snapshot anew, as often as it is called."""
    template = load()
    (schedule,) = (each for each in template.schedules if each.function == FUNCTION)
    client = engine.dynamodb(tables_url)

    def roll_up() -> None:
        now = datetime.now(UTC)
        window = f"{now:%Y-%m-%dT%H:%M}:00.000Z"
        client.delete_item(
            TableName=TABLE, Key={"scope": {"S": "snapshot"}, "window": {"S": window}}
        )
        event = scheduled_event(schedule.name, now, str(uuid.uuid4()))
        assert runner.run(instance.invoke(event)) == {"window": window}

    with asyncio.Runner() as runner:
        start = Instance.start(template.functions[FUNCTION], Endpoints(tables_url))
        instance = runner.run(start)
        try:
            yield roll_up
        finally:
            runner.run(instance.stop())
            client.close()
