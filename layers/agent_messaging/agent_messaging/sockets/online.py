"""Which contacts of an agent are online, for the `hello` of its connection.

It examines the first hundred contacts and one lease of each. An agent with the policy `closed`
shows that it is online only to its own contacts.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.contacts.model import ContactState, state_of
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.presence.table import PresenceTable, parse
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXAMINED = 100


@dataclass(frozen=True)
class OnlineContacts:
    """The tables of the contacts and of the leases."""

    client: "DynamoDBClient"
    contacts: ContactsTable
    presences: PresenceTable

    def of(self, agent_id: str, now: datetime) -> list[str]:
        """Return the ids of the agent's contacts that are online, sorted."""
        found = self.contacts.query(agent_id, None, EXAMINED, ContactState.ALLOWED).items
        keys = [self.presences.key(each["contact_id"]) for each in found]
        leases = map(parse, batch_get(self.client, keys))
        online = [each for each in leases if each is not None and each.is_online(now)]
        hidden = {each.agent_id for each in online if each.is_hidden}
        unseen = hidden - self._showing(hidden, agent_id, now)
        return [each.agent_id for each in online if each.agent_id not in unseen]

    def _showing(self, hidden: set[str], agent_id: str, now: datetime) -> set[str]:
        """Return those of the closed agents that have this agent as a contact."""
        owners = sorted(hidden)
        items = batch_get(self.client, [self.contacts.key(each, agent_id) for each in owners])
        states = [state_of(parse_contact(item, now)) for item in items]
        return {
            owner
            for owner, state in zip(owners, states, strict=True)
            if state is ContactState.ALLOWED
        }
