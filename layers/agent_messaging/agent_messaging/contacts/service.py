"""Add and allow contacts, and deliver their waiting contact requests.

One transaction changes the contact's state and delivers the request. Its condition is that the same
request still waits. So a request is delivered once, however often it is answered.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.contacts.model import Contact, ContactState, state_of
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.errors import ContentionError
from agent_messaging.fields import Party
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import MessageStatus
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import ConditionFailedError, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How often a contact may change between the read and the write before the call fails.
ATTEMPTS = 4


@dataclass(frozen=True)
class ContactService:
    """The tables that hold contacts and their requests."""

    client: "DynamoDBClient"
    table: ContactsTable
    messages: MessagesTable

    def add_contact(
        self,
        owner_id: str,
        contact: Party,
        known: Contact | None,
        now: datetime,
        request: IdempotentRequest,
    ) -> None:
        """Make an agent the owner's contact, because the owner writes to it.

        `known` is the contact as it was read. A blocked agent stays blocked.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.require_new`.
        """
        is_itself = owner_id == contact.id
        if is_itself or state_of(known) in (ContactState.ALLOWED, ContactState.BLOCKED):
            return
        request.require_new()
        if known is None:
            known = self.table.add(owner_id, contact, now)
        if known is not None and known.state is ContactState.HELD:
            self._release(known, now)

    def transact_add_contact(
        self, owner_id: str, contact: Party, known: Contact | None, now: datetime
    ) -> list[TransactItem]:
        """Return `add_contact` as items of a transaction, which fails if `known` is out of date."""
        if known is None:
            return [self.table.transact_add(owner_id, contact, now)]
        return self._transact_release(known, now) if known.state is ContactState.HELD else []

    def allow(self, owner_id: str, contact: Party, known: Contact | None, now: datetime) -> Contact:
        """Make an agent the owner's contact, and deliver its waiting contact request.

        Raises:
            ContentionError: the contact changed each time it was read.
        """
        for _ in range(ATTEMPTS):
            try:
                if known is None or known.state is not ContactState.HELD:
                    return self.table.allow(owner_id, contact, now)
                transact(self.client, self._transact_release(known, now))
            except (ConditionFailedError, TransactionFailedError):
                known = self.table.fetch(owner_id, contact.id, now)
            else:
                return known.model_copy(
                    update={"state": ContactState.ALLOWED, "updated_at": now, "request": None}
                )
        raise ContentionError(f"Your contact `{contact.id}` kept changing.")

    def whole(self, contacts: Sequence[Contact]) -> list[Contact]:
        """Return the contacts with whole requests, without those whose long part has expired."""
        requests = [contact.request for contact in contacts if contact.request is not None]
        found = {message.message_id: message for message in self.messages.whole(requests)}
        return [
            contact.model_copy(update={"request": found.get(_request_id(contact))})
            for contact in contacts
            if contact.request is None or _request_id(contact) in found
        ]

    def _release(self, held: Contact, now: datetime) -> None:
        # The transaction fails if the request was answered in the meantime.
        with contextlib.suppress(TransactionFailedError):
            transact(self.client, self._transact_release(held, now))

    def _transact_release(self, held: Contact, now: datetime) -> list[TransactItem]:
        items = [self.table.transact_release(held, now)]
        if held.request is not None:
            # `released_at` tells the relay that the message was held.
            released = {"status": MessageStatus.PENDING, "released_at": now}
            message = held.request.model_copy(update=released)
            items.append(self.messages.transact_put(message))
        return items


def _request_id(contact: Contact) -> str:
    return "" if contact.request is None else contact.request.message_id
