"""What an agent reads of its contacts, and what it decides about them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.access import require_active, require_registered
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts import lists, schemas
from agent_messaging.contacts.model import Contact
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import not_found, parse
from agent_messaging.errors import AgentNotFoundError, InvalidError
from agent_messaging.fields import Party
from agent_messaging.messaging.model import party
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Of the caller and its own item: whether the orders of an agent count as waiting.
Muting = Callable[[Caller, Agent, str, datetime], None]


@dataclass(frozen=True)
class ContactBook:
    """The tables of the contacts, and what follows from a block.

    `mute` and `unmute` leave the orders of a blocked agent out of the owner's counts, and count
    them again. Orders lie above contacts, so the two are handed in.
    """

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactService
    mute: Muting
    unmute: Muting

    def list(
        self, owner_id: str, query: schemas.ContactsQuery, now: datetime
    ) -> schemas.ContactsPage:
        """Return a page of the owner's contacts, in the order of their ids."""
        return lists.page(self.contacts, owner_id, query, now)

    def read(self, owner_id: str, contact_id: str, now: datetime) -> schemas.ContactView:
        """Return one contact, with the request that waits.

        Raises:
            ContactNotFoundError: the agent is a stranger.
        """
        contact = self.contacts.table.fetch(owner_id, contact_id, now)
        whole = [] if contact is None else self.contacts.whole([contact])
        if not whole:
            raise not_found(contact_id)
        return schemas.view(whole[0])

    def decide(
        self, caller: Caller, contact_id: str, body: schemas.ContactRequest, now: datetime
    ) -> schemas.ContactResponse:
        """Allow or block an agent. A request that waits is delivered, or dropped.

        Raises:
            AgentNotFoundError: there is no such agent, and it is no contact either.
            ContentionError: the contact kept changing.
            InvalidError: the agent is the caller itself.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        owner, contact, known = self._load(caller, contact_id, now)
        if contact.id == owner.agent_id:
            raise InvalidError.at("{agent_id}", "is yourself; a contact is another agent")
        if body.state == "blocked":
            blocked = self.contacts.table.block(owner.agent_id, contact, now)
            self.mute(caller, owner, contact.id, now)
            return schemas.decided(blocked)
        allowed = self.contacts.allow(owner.agent_id, contact, known, now)
        self.unmute(caller, owner, contact.id, now)
        return schemas.decided(allowed)

    def remove(self, caller: Caller, contact_id: str, now: datetime) -> schemas.RemovedResponse:
        """Make an agent a stranger again.

        Raises:
            ContactNotFoundError: it is one.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        owner = self.agents.read(caller, now)
        self.contacts.table.remove(owner.agent_id, contact_id, now)
        self.unmute(caller, owner, contact_id, now)
        return schemas.RemovedResponse(contact_id=contact_id)

    def _load(
        self, caller: Caller, contact_id: str, now: datetime
    ) -> tuple[Agent, Party, Contact | None]:
        """Return the caller, the other agent, and what it is to the caller, from one read."""
        keys = [
            self.agents.key(caller.agent_id),
            self.agents.key(contact_id),
            self.contacts.table.key(caller.agent_id, contact_id),
        ]
        own, other, item = batch_get(self.client, keys, consistent=True)
        owner, known = require_active(caller, own, now), parse(item, now)
        try:
            return owner, party(require_registered(contact_id, other)), known
        except AgentNotFoundError:
            if known is None:
                raise
            return owner, known.contact, known  # An agent that left may still be answered.
