"""The connections that get an agent's events, as items of the feed's table.

    (agent, z#ws#<connection id>)     key_id, epoch, connected_at, closes_at, purge_at
                                      first_resume   the call that wrote the item first
                                      typing_at      its last frame that told of typing

`purge_at` is ten minutes after the last `resume` or `ping`. DynamoDB deletes such items late, so
readers compare `purge_at` with the time.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agent_messaging import clock
from agent_messaging.auth import Caller
from agent_messaging.feed.table import FeedTable
from agent_messaging.sockets.model import LASTS, TYPING_EVERY, Connection
from agent_messaging.storage.table import ConditionFailedError, Item

SOCKET = "z#ws#"
IS_THERE = "attribute_exists(agent_id)"
IS_LIVE = f"{IS_THERE} AND purge_at > :now"
MAY_TYPE = f"{IS_LIVE} AND (attribute_not_exists(typing_at) OR typing_at <= :before)"


class Listeners:
    """The listeners in the feed's table."""

    def __init__(self, feed: FeedTable) -> None:
        self.feed = feed
        self.table = feed.table

    def put(self, connection: Connection, now: datetime) -> bool:
        """Let a connection get events. Return whether it did not do so before.

        boto3 may repeat the write if its answer was lost, so the item tells which call was first.
        """
        call = uuid.uuid4().hex
        values: dict[str, Any] = {
            "key_id": connection.caller.key_id,
            "epoch": connection.caller.epoch,
            "connected_at": clock.to_text(connection.connected_at),
            "closes_at": clock.to_text(connection.closes_at),
            "purge_at": _purge_at(now),
        }
        given = {name: value for name, value in values.items() if value is not None}
        item = self.table.update(
            _key(connection.caller.agent_id, connection.connection_id),
            f"SET {', '.join(f'#{name} = :{name}' for name in given)}, "
            "first_resume = if_not_exists(first_resume, :call)",
            call=call,
            **given,
        )
        return bool(item["first_resume"] == call)

    def renew(self, connection: Connection, now: datetime) -> bool:
        """Let a connection get events for ten more minutes. Return False if it gets none."""
        return self._update(
            connection,
            "SET purge_at = :purge_at",
            IS_LIVE,
            now=clock.to_epoch(now),
            purge_at=_purge_at(now),
        )

    def note_typing(self, connection: Connection, now: datetime) -> bool:
        """Note that a connection told of typing. Return False if it may not do so yet."""
        return self._update(
            connection,
            "SET typing_at = :typing_at",
            MAY_TYPE,
            now=clock.to_epoch(now),
            typing_at=clock.to_text(now),
            before=clock.to_text(now - TYPING_EVERY),
        )

    def _update(
        self, connection: Connection, expression: str, condition: str, **values: Any
    ) -> bool:
        key = _key(connection.caller.agent_id, connection.connection_id)
        try:
            self.table.update(key, expression, condition, **values)
        except ConditionFailedError:
            return False
        return True

    def remove(self, agent_id: str, connection_id: str) -> None:
        """Let a connection get no more events."""
        self.table.delete(_key(agent_id, connection_id))

    def of_agent(self, agent_id: str) -> list[Item]:
        """Return an agent's connections, read consistently. Some may have expired."""
        return sockets(self.feed.listeners(agent_id))


def sockets(listeners: Sequence[Item]) -> list[Item]:
    """Return the connections among the listeners of an agent."""
    return [each for each in listeners if each["entry"].startswith(SOCKET)]


def connection_of(listener: Item) -> str:
    """Return the connection's id of a listener."""
    entry: str = listener["entry"]
    return entry.removeprefix(SOCKET)


def caller_of(listener: Item) -> Caller:
    """Return the caller whose key or ticket opened the connection."""
    epoch = listener.get("epoch")
    return Caller(
        listener["agent_id"], listener.get("key_id"), None if epoch is None else int(epoch)
    )


def _key(agent_id: str, connection_id: str) -> Item:
    return {"agent_id": agent_id, "entry": f"{SOCKET}{connection_id}"}


def _purge_at(now: datetime) -> int:
    return clock.to_epoch(now + LASTS)
