"""A connection of an agent to the WebSocket, and its times. Pure.

API Gateway closes a connection two hours after it began, and one without frames after ten minutes.
A client pings at least every nine minutes, and opens its next connection at `closes_at`, which is
earlier than the two hours. The difference depends on the connection's id, so that the clients of a
stack do not all connect again in the same minute.
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from agent_messaging.auth import Caller

LONGEST = timedelta(hours=2)
EARLIEST, LATEST = timedelta(minutes=15), timedelta(minutes=5)
# How long a connection gets events, and its agent is online, after a `resume` or a `ping`.
LASTS = timedelta(minutes=10)
PING_EVERY = timedelta(minutes=9)
TYPING_EVERY = timedelta(seconds=3)
MOST_CONNECTIONS = 10  # of one agent


class Connection(NamedTuple):
    """A connection, and the caller that its key or ticket belongs to."""

    connection_id: str
    caller: Caller
    connected_at: datetime

    @property
    def closes_at(self) -> datetime:
        """When the client should open its next connection: 5 to 15 minutes before the limit."""
        digest = hashlib.sha256(self.connection_id.encode()).digest()
        share = int.from_bytes(digest[:4], "big") / 2**32
        return self.connected_at + LONGEST - LATEST - share * (EARLIEST - LATEST)

    def is_closing(self, now: datetime) -> bool:
        """Return whether the client should now open its next connection.

        Its next ping may come after the limit, so the last nine minutes count too.
        """
        return now >= self.closes_at or now >= self.connected_at + LONGEST - PING_EVERY
