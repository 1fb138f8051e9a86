"""Renew or end a lease, change an agent's availability, and show another agent's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent_messaging.agents.access import not_found, require_active, require_registered
from agent_messaging.agents.model import Agent, ContactPolicy
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, ContactState, how_to_be_allowed, state_of
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.errors import ContactRequiredError
from agent_messaging.feed.service import FeedReader
from agent_messaging.presence import schemas
from agent_messaging.presence.leases import Leases, lease_of
from agent_messaging.presence.model import Presence, Waiting, last_seen_at
from agent_messaging.presence.table import PresenceTable, parse
from agent_messaging.storage.transactions import TransactionFailedError, batch_get, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class PresenceService:
    """The tables that presence reads and writes.

    A heartbeat keeps an agent online for `lease`, and the next one is due after `interval` seconds.
    `feed` has the agent's events. `count_waiting` counts the messages and orders that wait for an
    agent. The package of orders is above presence, so the function is an argument.
    """

    client: "DynamoDBClient"
    agents: AgentsTable
    presences: PresenceTable
    contacts: ContactsTable
    lease: timedelta
    interval: int
    feed: FeedReader
    count_waiting: Callable[[Agent, datetime], Waiting]

    def heartbeat(self, caller: Caller, now: datetime) -> schemas.HeartbeatResponse:
        """Renew the caller's lease, and count what waits for it.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        agent = self.agents.read(caller, now)
        presence = Leases(self.agents, self.presences, self.lease).renew(caller, agent, now)
        position = self.feed.newest(agent.agent_id)
        waiting = self.count_waiting(agent, now)
        return schemas.renewed(presence, self.interval, waiting, position)

    def update(
        self, caller: Caller, body: schemas.PresenceRequest, now: datetime
    ) -> schemas.PresenceResponse:
        """Change the caller's availability, and renew its lease in the same transaction.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        agent = self.agents.read(caller, now)
        presence = self._lease_of(agent, now)
        given = {name: getattr(body, name) for name in body.model_fields_set}
        changes = {**given, "last_seen_on": now.date().isoformat()}
        change = self.agents.transact_change(caller, changes)
        try:
            transact(self.client, [change, self.presences.transact_put(presence)])
        except TransactionFailedError as error:
            require_active(caller, error.items[0], now)
            raise not_found(agent.agent_id) from None
        return schemas.updated(agent.model_copy(update=given), presence, now)

    def go_offline(self, caller: Caller, now: datetime) -> schemas.OfflineResponse:
        """End the caller's lease.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        agent = self.agents.read(caller, now)
        presence = self.presences.end(agent.agent_id, now)
        return schemas.OfflineResponse(
            agent_id=agent.agent_id, last_seen_at=last_seen_at(presence, agent.last_seen_on)
        )

    def read(self, caller: Caller | None, agent_id: str, now: datetime) -> schemas.PresenceView:
        """Return an agent's availability. A closed agent shows it only to itself and its contacts.

        Raises:
            AgentNotFoundError: there is no such agent.
            ContactRequiredError: the agent is closed, and the caller is not its contact.
        """
        wanted = [self.agents.key(agent_id), self.presences.key(agent_id)]
        if caller is not None:
            wanted.append(self.contacts.key(agent_id, caller.agent_id))
        item, lease, *contact = batch_get(self.client, wanted)
        agent = require_registered(agent_id, item)
        _require_visible(agent, caller, parse_contact(contact[0], now) if contact else None)
        return schemas.view(agent, parse(lease), now)

    def _lease_of(self, agent: Agent, now: datetime) -> Presence:
        return lease_of(agent, now, self.lease)


def _require_visible(agent: Agent, caller: Caller | None, contact: Contact | None) -> None:
    is_itself = caller is not None and caller.agent_id == agent.agent_id
    is_contact = state_of(contact) is ContactState.ALLOWED
    if agent.contact_policy is ContactPolicy.CLOSED and not (is_itself or is_contact):
        raise ContactRequiredError(
            f"`{agent.agent_id}` shows its presence only to its contacts.",
            fix=how_to_be_allowed(agent.agent_id),
        )
