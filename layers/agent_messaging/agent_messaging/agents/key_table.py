"""The keys' table: find an agent by the hash of its key."""

import contextlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.agents.keys import from_header, key_hash
from agent_messaging.agents.model import Agent, Key
from agent_messaging.errors import ContentionError, OutOfTimeError
from agent_messaging.fields import Record, StoredTime
from agent_messaging.storage.table import FAILURES, ConditionFailedError, Table, TransactItem
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Noting the last use of a key must not create its item again while the key is revoked.
IS_THERE = "attribute_exists(key_hash)"
NEVER_USED = "attribute_not_exists(last_used_on)"
NOT_TODAY = "(attribute_not_exists(last_used_on) OR last_used_on < :today)"


class Grant(Record):
    """The item of a key: its agent, its id and its limits."""

    key_hash: str
    agent_id: str
    key_id: str
    epoch: int
    expires_at: StoredTime | None = None
    last_used_on: date | None = None
    refused_until: StoredTime | None = None

    def is_live(self, now: datetime) -> bool:
        """Return whether the key has not expired."""
        return self.expires_at is None or self.expires_at > now

    def is_refused(self, now: datetime) -> bool:
        """Return whether its agent has a penalty for spending too much."""
        return self.refused_until is not None and now < self.refused_until


class AgentKeysTable:
    """One item per live key, under its SHA-256. The authorizer reads it."""

    def __init__(
        self, client: "DynamoDBClient", name: str, *, accepts_local_keys: bool = False
    ) -> None:
        self.client = client
        self.table = Table(client, name)
        self._accepts_local_keys = accepts_local_keys

    def authorize(self, authorization: str, now: datetime) -> Grant | None:
        """Return the grant of the key in an `Authorization` header, None to refuse it.

        A key is refused if it is unknown, has expired, or its agent has a penalty. The day of its
        use is noted. The read is consistent, because API Gateway caches a refusal for a minute. A
        replica that does not know a new key yet must not cause one.
        """
        api_key = from_header(authorization, accepts_local=self._accepts_local_keys)
        grant = None if api_key is None else self.find_hashed(key_hash(api_key))
        if grant is None or not grant.is_live(now) or grant.is_refused(now):
            return None
        self.note_used(grant, now.date())
        return grant

    def find_hashed(self, hashed: str) -> Grant | None:
        """Return the grant of the key with this hash, None if it is unknown."""
        item = self.table.get({"key_hash": hashed}, consistent=True)
        return None if item is None else Grant.model_validate(item)

    def note_used(self, grant: Grant, today: date) -> None:
        """Store the day of a key's use. Only the first use of a day writes."""
        if grant.last_used_on is not None and grant.last_used_on >= today:
            return
        # Another request may be first today, the key may just have been revoked, or the table may
        # not respond. None of these is a reason to refuse the caller.
        with contextlib.suppress(ConditionFailedError, ContentionError, OutOfTimeError, *FAILURES):
            self.table.update(
                {"key_hash": grant.key_hash},
                "SET last_used_on = :today",
                f"{IS_THERE} AND {NOT_TODAY}",
                today=today.isoformat(),
            )

    def refuse(self, key: Key, until: datetime) -> None:
        """Let the authorizer refuse a key until a time. A revoked key is ignored."""
        with contextlib.suppress(ConditionFailedError):
            self.table.update_quietly(
                {"key_hash": key.key_hash},
                "SET refused_until = :until",
                IS_THERE,
                until=clock.to_text(until),
            )

    def last_used(
        self, keys: Iterable[Key], *, consistent: bool = False
    ) -> Mapping[str, date | None]:
        """Return the day of each key's last use by `key_id`, None for an unused key."""
        wanted = list(keys)
        items = batch_get(
            self.client,
            [(self.table.name, {"key_hash": key.key_hash}) for key in wanted],
            consistent=consistent,
        )
        return {
            key.key_id: None if item is None else Grant.model_validate(item).last_used_on
            for key, item in zip(wanted, items, strict=True)
        }

    def transact_put(self, agent: Agent, key: Key) -> TransactItem:
        """Return the write of the key's item, for a transaction."""
        grant = Grant(
            key_hash=key.key_hash,
            agent_id=agent.agent_id,
            key_id=key.key_id,
            epoch=agent.epoch,
            expires_at=key.expires_at,
            # The operator may create a key for an agent with a penalty.
            refused_until=agent.penalty.until if agent.penalty else None,
        )
        item = grant.model_dump()
        return self.table.transact_put(item, "attribute_not_exists(key_hash)")

    def transact_expire(self, key: Key, expires_at: datetime) -> TransactItem:
        """Return the change of the key's expiry, for a transaction."""
        return self.table.transact_update(
            {"key_hash": key.key_hash},
            "SET expires_at = :until",
            IS_THERE,
            until=clock.to_text(expires_at),
        )

    def transact_delete(self, key: Key, condition: str = "") -> TransactItem:
        """Return the deletion of the key's item, for a transaction."""
        return self.table.transact_delete({"key_hash": key.key_hash}, condition)
