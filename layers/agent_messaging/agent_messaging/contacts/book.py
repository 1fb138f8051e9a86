"""List, read, allow, block and remove an agent's contacts."""

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

# Changes whether an agent's orders count as waiting: caller, its own item, the agent's id, `now`.
Muting = Callable[[Caller, Agent, str, datetime], None]


@dataclass(frozen=True)
class ContactBook:
    """The tables of the contacts, and the two functions that a block and its end call.

    `mute` removes the orders of a blocked agent from the owner's counts, and `unmute` adds them
    again. The package of orders imports contacts, so the two functions are arguments.
    """

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactService
    mute: Muting
    unmute: Muting

    def list(
        self, owner_id: str, query: schemas.ContactsQuery, now: datetime
    ) -> schemas.ContactsPage:
        """Return a page of the owner's contacts, sorted by id."""
        return lists.page(self.contacts, owner_id, query, now)

    def read(self, owner_id: str, contact_id: str, now: datetime) -> schemas.ContactView:
        """Return one contact, with its contact request if one waits.

        Raises:
            ContactNotFoundError: the agent is not a contact of the owner.
        """
        contact = self.contacts.table.fetch(owner_id, contact_id, now)
        whole = [] if contact is None else self.contacts.whole([contact])
        if not whole:
            raise not_found(contact_id)
        return schemas.view(whole[0])

    def decide(
        self, caller: Caller, contact_id: str, body: schemas.ContactRequest, now: datetime
    ) -> schemas.ContactResponse:
        """Allow or block an agent. Its waiting contact request is delivered, or deleted.

        Raises:
            AgentNotFoundError: the agent is neither registered nor a contact.
            ContentionError: the contact changed each time it was read.
            InvalidError: the agent is the caller itself.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        owner, contact, known = self._load(caller, contact_id, now)
        if contact.id == owner.agent_id:
            raise InvalidError.at(
                "{contact_id}",
                "is your own id",
                fix="Put the `agent_id` of another agent from GET /api/v1/agents into the path.",
            )
        if body.state == "blocked":
            blocked = self.contacts.table.block(owner.agent_id, contact, now)
            self.mute(caller, owner, contact.id, now)
            return schemas.decided(blocked)
        allowed = self.contacts.allow(owner.agent_id, contact, known, now)
        self.unmute(caller, owner, contact.id, now)
        return schemas.decided(allowed)

    def remove(self, caller: Caller, contact_id: str, now: datetime) -> schemas.RemovedResponse:
        """Remove a contact, so that the agent is a stranger again.

        Raises:
            ContactNotFoundError: the agent is not a contact.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        owner = self.agents.read(caller, now)
        self.contacts.table.remove(owner.agent_id, contact_id, now)
        self.unmute(caller, owner, contact_id, now)
        return schemas.RemovedResponse(contact_id=contact_id)

    def _load(
        self, caller: Caller, contact_id: str, now: datetime
    ) -> tuple[Agent, Party, Contact | None]:
        """Return the caller, the other agent, and the caller's contact for it, from one read."""
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
            return (
                owner,
                known.contact,
                known,
            )  # The request of an agent that has left can still be answered.
