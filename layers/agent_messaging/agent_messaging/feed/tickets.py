"""Tickets: a secret that opens one connection to the WebSocket, for clients without headers.

    (agent, t#<SHA-256 of the ticket>)     key_id, epoch, expires_at, purge_at

A browser cannot send a key when it connects. It gets a ticket with its key, and sends the ticket in
the URL. A ticket works once, for half a minute. The table has only its hash. In open mode it has no
`key_id`.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from agent_messaging import clock
from agent_messaging.auth import Caller
from agent_messaging.feed.table import FeedTable
from agent_messaging.fields import AGENT_ID_PATTERN
from agent_messaging.storage.table import ConditionFailedError, Item

VALID_FOR = timedelta(seconds=30)
SECRET_BYTES = 24
TICKET = "t#"
IS_VALID = "expires_at > :now"

_TEXT = re.compile(rf"({AGENT_ID_PATTERN[1:-1]})\.([A-Za-z0-9_-]{{32}})", re.ASCII)


class Tickets:
    """The tickets in the feed's table."""

    def __init__(self, feed: FeedTable) -> None:
        self.table = feed.table

    def create(self, caller: Caller, now: datetime) -> tuple[str, datetime]:
        """Return a new ticket `<agent_id>.<secret>` for the caller, and when it expires."""
        text = f"{caller.agent_id}.{secrets.token_urlsafe(SECRET_BYTES)}"
        expires_at = now + VALID_FOR
        self.table.put(
            {
                **_key(caller.agent_id, text),
                "key_id": caller.key_id,
                "epoch": caller.epoch,
                "expires_at": clock.to_text(expires_at),
                "purge_at": clock.to_epoch(expires_at),
            }
        )
        return text, expires_at

    def consume(self, text: str, now: datetime) -> Caller | None:
        """Use up a ticket, and return who it is for. None if it is unknown, used or expired.

        Of several requests with the same ticket, one gets the caller.
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            return None
        key = _key(match[1], text)
        try:
            item = self.table.take(key, IS_VALID, now=clock.to_text(now))
        except ConditionFailedError:
            return None
        return _caller(item)


def _key(agent_id: str, text: str) -> Item:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"agent_id": agent_id, "entry": f"{TICKET}{digest}"}


def _caller(item: Item) -> Caller:
    epoch = item.get("epoch")
    return Caller(item["agent_id"], item.get("key_id"), None if epoch is None else int(epoch))
