"""The desk where strangers become contacts, and what they asked meanwhile is handed out.

A request is released in one transaction with its state, under the condition that it is the one
that waits: it arrives once, whoever answers it and however often.

Whoever writes is read together with the recipient in one batch. The two agents are read
consistently, for what they say decides who may write. The entries of their contacts are not, for
that would cost more than a send may: a replica may be some milliseconds behind. So nobody is
refused on such a read alone (`reload`), and a block holds for what is sent those milliseconds
after it.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.access import require_active, require_registered
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, ContactState, state_of
from agent_messaging.contacts.table import ContactsTable, parse
from agent_messaging.delivery.context import SendContext
from agent_messaging.errors import ContentionError
from agent_messaging.fields import Party
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import MessageStatus, party
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import ConditionFailedError, Entry, Item, TableKey
from agent_messaging.storage.transactions import TransactionFailedError, batch_get, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How often an entry may change between reading and writing before the caller is sent away.
ATTEMPTS = 4


@dataclass(frozen=True)
class ContactService:
    """The tables that a contact touches."""

    client: "DynamoDBClient"
    agents: AgentsTable
    table: ContactsTable
    messages: MessagesTable

    def load_parties(
        self,
        caller: Caller,
        recipient_id: str,
        now: datetime,
        more: Sequence[TableKey] = (),
        lagging: Sequence[str] = (),
    ) -> tuple[SendContext, list[Item | None]]:
        """The caller and who it writes to, and the items under `more`; one round trip.

        Of the tables `lagging` a replica may tell.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `access`.
        """
        keys = [
            self.agents.key(caller.agent_id),
            self.agents.key(recipient_id),
            self.table.key(recipient_id, caller.agent_id),
            self.table.key(caller.agent_id, recipient_id),
            *more,
        ]
        lagging = (self.table.table.name, *lagging)
        own, other, theirs, mine, *rest = batch_get(self.client, keys, consistent=True, but=lagging)
        send_context = SendContext(
            sender=require_active(caller, own, now),
            recipient=require_registered(recipient_id, other),
            theirs=parse(theirs, now),
            own=parse(mine, now),
        )
        return send_context, rest

    def reload(self, send_context: SendContext, now: datetime) -> SendContext:
        """The same with the recipient's entry as it is this moment, before it means a refusal."""
        sender_id, recipient_id = send_context.sender.agent_id, send_context.recipient.agent_id
        return replace(send_context, theirs=self.table.fetch(recipient_id, sender_id, now))

    def add_contact(
        self, send_context: SendContext, now: datetime, request: IdempotentRequest
    ) -> None:
        """Make the recipient a contact of the sender, which writes to it, once.

        A block stays: only a word of its owner ends it.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.require_new`.
        """
        known = send_context.own
        if send_context.is_with_itself or state_of(known) in (
            ContactState.ALLOWED,
            ContactState.BLOCKED,
        ):
            return
        request.require_new()
        if known is None:
            recipient = party(send_context.recipient)
            known = self.table.add(send_context.sender.agent_id, recipient, now)
        if known is not None and known.state is ContactState.HELD:
            self._release(known, now)

    def transact_add_contact(
        self, owner_id: str, contact: Party, known: Contact | None, now: datetime
    ) -> list[Entry]:
        """The same for any owner as part of a transaction; it fails if `known` is out of date."""
        if known is None:
            return [self.table.transact_add(owner_id, contact, now)]
        return self._transact_release(known, now) if known.state is ContactState.HELD else []

    def allow(self, owner_id: str, contact: Party, known: Contact | None, now: datetime) -> Contact:
        """Make an agent the owner's contact; what it asked meanwhile is delivered.

        Raises:
            ContentionError: the entry changed each time it was read.
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
        raise ContentionError("The contact kept changing.")

    def whole(self, contacts: Sequence[Contact]) -> list[Contact]:
        """Contacts with what is long of their requests; a request that lost it has expired."""
        requests = [contact.request for contact in contacts if contact.request is not None]
        found = {message.message_id: message for message in self.messages.whole(requests)}
        return [
            contact.model_copy(update={"request": found.get(_request_id(contact))})
            for contact in contacts
            if contact.request is None or _request_id(contact) in found
        ]

    def _release(self, held: Contact, now: datetime) -> None:
        # Unless it was answered meanwhile, one way or the other.
        with contextlib.suppress(TransactionFailedError):
            transact(self.client, self._transact_release(held, now))

    def _transact_release(self, held: Contact, now: datetime) -> list[Entry]:
        entries = [self.table.transact_release(held, now)]
        if held.request is not None:
            message = held.request.model_copy(update={"status": MessageStatus.PENDING})
            entries.append(self.messages.transact_put(message))
        return entries


def _request_id(contact: Contact) -> str:
    return "" if contact.request is None else contact.request.message_id
