"""Presence: heartbeats, an agent's availability, and whether another is there."""

import contextlib
import os
from datetime import datetime

from agent_messaging import clock, settings
from agent_messaging.agents.access import not_found, require_active, require_registered
from agent_messaging.agents.model import Agent, ContactPolicy
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, ContactState, state_of
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.door.api import Api
from agent_messaging.errors import AgentNotFoundError, ContactRequiredError, ContentionError
from agent_messaging.fields import AgentId
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.paging import COUNT_LIMIT
from agent_messaging.presence import schemas
from agent_messaging.presence.model import Presence, last_seen_at
from agent_messaging.presence.model import heartbeat as new_lease
from agent_messaging.presence.table import PresenceTable, parse
from agent_messaging.storage import connection, transactions
from agent_messaging.storage.table import FAILURES
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"])
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"])
contacts = ContactsTable(
    client,
    os.environ["CONTACTS_TABLE"],
    retention=settings.message_retention(),
)
lease, interval = settings.presence_lease()
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route("POST", "/messaging/heartbeat", "Stay online, and learn what waits")
def heartbeat(caller: Caller) -> schemas.HeartbeatResponse:
    now = clock.now()
    agent = agents.read(caller, now)
    presence = _lease_of(agent, now)
    # First, for it is refused to a key that was revoked meanwhile. When DynamoDB does not take it,
    # as in the first minute of a day, the next heartbeat notes it: staying online is worth more.
    with contextlib.suppress(ContentionError, *FAILURES):
        agents.note_seen(caller, agent, now)
    presences.put(presence)
    return schemas.HeartbeatResponse(
        agent_id=agent.agent_id,
        last_heartbeat_at=now,
        expires_at=presence.expires_at,
        next_heartbeat_in=interval,
        pending_messages=messages.count_pending(agent.agent_id, COUNT_LIMIT),
        pending_work_orders=orders.count_pending(agent, COUNT_LIMIT),
    )


def _lease_of(agent: Agent, now: datetime) -> Presence:
    """What a heartbeat of the agent writes; a closed agent is in no list of who is online."""
    is_hidden = agent.contact_policy is ContactPolicy.CLOSED
    return new_lease(agent.agent_id, now, lease, is_hidden=is_hidden)


@api.route("PUT", "/messaging/presence", "Say what you take on; counts as a heartbeat")
def update(caller: Caller, body: schemas.PresenceRequest) -> schemas.PresenceResponse:
    now = clock.now()
    agent = agents.read(caller, now)
    presence = _lease_of(agent, now)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    changes = {**given, "last_seen_on": now.date().isoformat()}
    try:
        transactions.transact(
            client, [agents.transact_change(caller, changes), presences.transact_put(presence)]
        )
    except transactions.TransactionFailedError as error:
        require_active(caller, error.items[0], now)
        raise not_found(agent.agent_id) from None
    return schemas.updated(agent.model_copy(update=given), presence, now)


@api.route("DELETE", "/messaging/presence", "Go offline now, without waiting for the lease")
def go_offline(caller: Caller) -> schemas.OfflineResponse:
    now = clock.now()
    agent = agents.read(caller, now)
    presence = presences.end(agent.agent_id, now)
    return schemas.OfflineResponse(
        agent_id=agent.agent_id, last_seen_at=last_seen_at(presence, agent.last_seen_on)
    )


@api.route(
    "GET",
    "/messaging/presence/{agent_id}",
    "See whether an agent is there, and what it takes on",
    identity_required=False,
    raises=(AgentNotFoundError, ContactRequiredError),
)
def read_presence(caller: Caller | None, agent_id: AgentId) -> schemas.PresenceView:
    now = clock.now()
    wanted = [agents.key(agent_id), presences.key(agent_id)]
    if caller is not None:
        wanted.append(contacts.key(agent_id, caller.agent_id))
    item, leased, *entry = transactions.batch_get(client, wanted)
    agent = require_registered(agent_id, item)
    _require_visible(agent, caller, parse_contact(entry[0], now) if entry else None)
    return schemas.view(agent, parse(leased), now)


def _require_visible(agent: Agent, caller: Caller | None, contact: Contact | None) -> None:
    """Refuse to show a closed agent to who is neither its contact nor itself."""
    is_itself = caller is not None and caller.agent_id == agent.agent_id
    is_contact = state_of(contact) is ContactState.ALLOWED
    if agent.contact_policy is ContactPolicy.CLOSED and not (is_itself or is_contact):
        raise ContactRequiredError(f"`{agent.agent_id}` shows its presence to contacts alone.")
