"""One effect, however often it is asked for: the `Idempotency-Key` of a request.

The record of a key is written in the same transaction as the effect, so there is never one without
the other:

    nobody was here before   the effect and the record of its answer are written
    the same request again   the record refuses the transaction, and its answer is sent once more
    both at the same time    one is written; the other finds the record, and sends its answer
    it is refused            nothing is written, the key included: it may be tried again

A refusal may come of the very effect that was asked for before: the order is not pending any more,
the deadline has passed. So nothing is refused before the record was looked for, and in the ordinary
case nothing is read. A key belongs to one agent and one route for 24 hours; DynamoDB removes
records up to days late, so one past `purge_at` counts as absent.

The header is that of draft-ietf-httpapi-idempotency-key-header; a key that comes back with another
request is 422, as there.
"""

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

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
# A day, by whichever clock: clocks differ by seconds, and a retry may be on its way for some.
KEPT_FOR = timedelta(hours=24, minutes=1)

_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")

IS_NEW = "(attribute_not_exists(request_key) OR purge_at <= :epoch)"

# Who may not act is told so, whatever it did before; and nothing is read when no time is left.
_FINAL = (UnauthorizedError, AgentSuspendedError, OutOfTimeError)


@dataclass(frozen=True)
class Replay:
    """The answer to an earlier request with the same key, as JSON."""

    text: str


class AlreadyAnsweredError(Exception):
    """The key has a record, which refused the transaction; nothing was written."""

    def __init__(self, record: Item) -> None:
        super().__init__("the request was answered before")
        self.record = record


class IdempotencyStore:
    """The records: one item per agent, route and key."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def find(self, request_key: str, now: datetime) -> Item | None:
        """The record of a key as it is this moment, None if there is none any more."""
        item = self.table.get({"request_key": request_key}, consistent=True)
        return None if item is None or item["purge_at"] <= now.timestamp() else item

    def transact_put(
        self, request_key: str, fingerprint: str, answer: str, now: datetime
    ) -> TransactItem:
        """A new record as part of a transaction, which fails if the key has one."""
        item = {
            "request_key": request_key,
            "fingerprint": fingerprint,
            "answer": answer,
            # Rounded up: a record is never gone before its time.
            "purge_at": math.ceil((now + KEPT_FOR).timestamp()),
        }
        return self.table.transact_put(item, IS_NEW, epoch=math.floor(now.timestamp()))


@dataclass(frozen=True)
class IdempotentRequest:
    """A request that is to have one effect; without a key it has one each time that it is made."""

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
        """The same request, which is answered with `answer` of what was written."""
        return replace(self, answer=answer) if self.is_keyed else self

    def require_new(self) -> None:
        """Look before a write that does not stand in the transaction of the record.

        Raises:
            AlreadyAnsweredError: the key has a record.
        """
        record = self.table.find(self.request_key, self.now) if self.request_key else None
        if record is not None:
            raise AlreadyAnsweredError(record)

    def write(self, items: Sequence[TransactItem], written: object) -> None:
        """Write all items or none, and with a key the record of the answer to `written`.

        Raises:
            AlreadyAnsweredError: the key has a record.
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
        """The answer of `call`, or of the request that came before it with the same key.

        Raises:
            IdempotencyKeyReusedError: that was another request.
            AgentMessagingError: the call was refused, and none came before.
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
    """The request that an agent makes of an operation; `asked` gives its fingerprint.

    `headers` have names in lower case.

    Raises:
        InvalidError: the key is empty, too long, or has characters that no header should.
    """
    key = headers.get(HEADER.lower())
    if key is None:
        return IdempotentRequest(table, now)
    if not _KEY.match(key):
        raise InvalidError.at(
            HEADER,
            "is not 1 to 255 printable ASCII characters",
            fix="Send a new random UUID for each request, and the same UUID when you retry it.",
        )
    # Neither an agent's id nor an operation has a `#`.
    return IdempotentRequest(table, now, f"{agent_id}#{operation}#{key}", asked())


def fingerprint(parts: Mapping[str, Any], body: BaseModel | None) -> str:
    """SHA-256 of what makes a request another one: the parts of its path, and its body.

    Only members that were sent count, so that a release which adds one changes no fingerprint.
    """
    sent = "" if body is None else body.model_dump_json(exclude_unset=True)
    text = "\n".join([*(f"{name}={parts[name]}" for name in sorted(parts)), sent])
    return hashlib.sha256(text.encode()).hexdigest()
