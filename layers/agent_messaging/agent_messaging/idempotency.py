"""Carry out a request with an `Idempotency-Key` only once, however often it is sent.

The record of a key is written in the same transaction as the effect, so one never exists without
the other:

    a new request            the effect and the record of its answer are written
    a retry                  the transaction fails on the record, whose answer is sent again
    two at the same time     one is written; the other finds the record and sends its answer
    an error                 nothing is written, and the key can be used again

The first request may itself be the reason why a retry fails: the order is no longer pending, or the
deadline has passed. So before an error is answered, the record is read. Without an error nothing is
read. A key belongs to one agent and one route for 24 hours. DynamoDB deletes records up to days
late, so a record past `purge_at` counts as absent.

The header follows draft-ietf-httpapi-idempotency-key-header. As in the draft, the answer to a key
that was used for another request is 422.
"""

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from agent_messaging.errors import (
    AgentMessagingError,
    AgentSuspendedError,
    IdempotencyKeyReusedError,
    InvalidError,
    OutOfTimeError,
    UnauthorizedError,
)
from agent_messaging.storage.table import Item, Table, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
# A day and a minute: clocks differ by seconds, and a retry takes seconds to arrive.
KEPT_FOR = timedelta(hours=24, minutes=1)

_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")

IS_NEW = "(attribute_not_exists(request_key) OR purge_at <= :epoch)"

# Errors that are answered without a look at the record: the caller may not act, or the time is up.
_FINAL = (UnauthorizedError, AgentSuspendedError, OutOfTimeError)


class Replay(NamedTuple):
    """The stored answer to an earlier request with the same key, as JSON."""

    text: str


class AlreadyAnsweredError(Exception):
    """The key already has a record, so nothing was written."""

    def __init__(self, record: Item) -> None:
        super().__init__("the request was answered before")
        self.record = record


class IdempotencyStore:
    """The table of records: one item per agent, route and key."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def find(self, request_key: str, now: datetime) -> Item | None:
        """Return the record of a key, None if it has none or the record has expired."""
        item = self.table.get({"request_key": request_key}, consistent=True)
        return None if item is None or item["purge_at"] <= now.timestamp() else item

    def transact_put(
        self, request_key: str, fingerprint: str, answer: str, now: datetime
    ) -> TransactItem:
        """Return a new record for a transaction, which fails if the key already has one."""
        item = {
            "request_key": request_key,
            "fingerprint": fingerprint,
            "answer": answer,
            # Rounded up, so that a record never expires too early.
            "purge_at": math.ceil((now + KEPT_FOR).timestamp()),
        }
        return self.table.transact_put(item, IS_NEW, epoch=math.floor(now.timestamp()))


class IdempotentRequest(NamedTuple):
    """A request that has one effect. Without a key it has an effect each time it is sent."""

    table: IdempotencyStore
    now: datetime
    request_key: str | None = None
    fingerprint: str = ""
    answer: Callable[[Any], BaseModel] | None = None

    @property
    def is_keyed(self) -> bool:
        """Whether the caller sent a key."""
        return self.request_key is not None

    def answering(self, answer: Callable[[Any], BaseModel]) -> "IdempotentRequest":
        """Return the request with a function that makes the answer from what was written."""
        return self._replace(answer=answer) if self.is_keyed else self

    def require_new(self) -> None:
        """Check for an existing record before a write outside its transaction.

        Raises:
            AlreadyAnsweredError: the key already has a record.
        """
        record = self.table.find(self.request_key, self.now) if self.request_key else None
        if record is not None:
            raise AlreadyAnsweredError(record)

    def write(self, items: Sequence[TransactItem], written: object) -> None:
        """Write all items or none. With a key, also write the record of the answer to `written`.

        Raises:
            AlreadyAnsweredError: the key already has a record.
            TransactionFailedError: a condition of an item did not hold.
        """
        if self.request_key is None or self.answer is None:
            transact(self.table.client, items)
            return
        text = self.answer(written).model_dump_json()
        record = self.table.transact_put(self.request_key, self.fingerprint, text, self.now)
        try:
            transact(self.table.client, [*items, record])
        except TransactionFailedError as error:
            if error.failed[-1] and error.items[-1] is not None:
                raise AlreadyAnsweredError(error.items[-1]) from None
            raise

    def run(self, call: Callable[[], BaseModel | None]) -> BaseModel | Replay | None:
        """Return the answer of `call`, or the answer to an earlier request with the same key.

        Raises:
            IdempotencyKeyReusedError: the earlier request was a different one.
            AgentMessagingError: the call failed, and there was no earlier request.
        """
        try:
            return call()
        except AlreadyAnsweredError as error:
            return self._replay(error.record)
        except _FINAL:
            raise
        except AgentMessagingError:
            record = self.table.find(self.request_key, self.now) if self.request_key else None
            if record is None:
                raise
        return self._replay(record)

    def _replay(self, record: Item) -> Replay:
        if record["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReusedError(f"You used this {HEADER} for another request.")
        return Replay(record["answer"])


def begin(
    table: IdempotencyStore,
    headers: Mapping[str, str],
    agent_id: str,
    operation: str,
    *,
    asked: Callable[[], str],
    now: datetime,
) -> IdempotentRequest:
    """Return an agent's request of an operation. `asked` computes its fingerprint.

    The names in `headers` are in lower case.

    Raises:
        InvalidError: the key is empty, too long or not printable ASCII.
    """
    key = headers.get(HEADER.lower())
    if key is None:
        return IdempotentRequest(table, now)
    if not _KEY.match(key):
        import uuid  # noqa: PLC0415 - most keys are right

        raise InvalidError.at(
            HEADER,
            "is not 1 to 255 printable ASCII characters",
            fix=f"Set the header `{HEADER}` to a new random UUID, for example `{uuid.uuid4()}`. "
            "Send the same UUID only when you retry the request.",
        )
    # Agent ids and operations never contain `#`.
    return IdempotentRequest(table, now, f"{agent_id}#{operation}#{key}", asked())


def fingerprint(parts: Mapping[str, Any], body: BaseModel | None) -> str:
    """Return the SHA-256 of what identifies a request: the parts of its path, and its body.

    Only members that were sent count. So a release that adds a field changes no fingerprint.
    """
    sent = "" if body is None else body.model_dump_json(exclude_unset=True)
    text = "\n".join([*(f"{name}={parts[name]}" for name in sorted(parts)), sent])
    return hashlib.sha256(text.encode()).hexdigest()
