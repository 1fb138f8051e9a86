"""Load the sender and the recipient of a message or work order, in one round trip.

The agents are read consistently, because their state decides who may write. The contacts are read
from a replica, which may be some milliseconds old, because a consistent read costs too much for a
send. So a refusal is never based on this read alone (see `reload`), and a block takes effect some
milliseconds after it is set.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.access import require_active, require_registered
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.table import ContactsTable, parse
from agent_messaging.delivery.context import SendContext
from agent_messaging.storage.table import Item, TableKey
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Parties:
    """The tables of agents and of their contacts."""

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactsTable

    def load(
        self,
        caller: Caller,
        recipient_id: str,
        now: datetime,
        more: Sequence[TableKey] = (),
        lagging: Sequence[str] = (),
    ) -> tuple[SendContext, list[Item | None]]:
        """Return the caller, the recipient, their contacts, and the items under `more`.

        The tables named in `lagging` may be read from a replica.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `access`.
        """
        keys = [
            self.agents.key(caller.agent_id),
            self.agents.key(recipient_id),
            self.contacts.key(recipient_id, caller.agent_id),
            self.contacts.key(caller.agent_id, recipient_id),
            *more,
        ]
        replicas = (self.contacts.table.name, *lagging)
        items = batch_get(self.client, keys, consistent=True, but=replicas)
        own, other, theirs, mine, *rest = items
        send_context = SendContext(
            sender=require_active(caller, own, now),
            recipient=require_registered(recipient_id, other, "to_agent_id"),
            theirs=parse(theirs, now),
            own=parse(mine, now),
        )
        return send_context, rest

    def reload(self, send_context: SendContext, now: datetime) -> SendContext:
        """Read the recipient's contact again, consistently, before it leads to a refusal."""
        sender_id, recipient_id = send_context.sender.agent_id, send_context.recipient.agent_id
        return replace(send_context, theirs=self.contacts.fetch(recipient_id, sender_id, now))
