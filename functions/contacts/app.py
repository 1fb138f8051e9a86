"""Contacts: who is allowed and who is blocked, and the requests that wait for an answer."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents.access import require_active, require_registered
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts import lists, schemas
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import ContactsTable, not_found, parse
from agent_messaging.door.api import Api
from agent_messaging.errors import AgentNotFoundError, ContactNotFoundError, InvalidError
from agent_messaging.fields import AgentId
from agent_messaging.messaging.model import party
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.storage import connection, transactions
from agent_messaging.work_orders.muting import Muting
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
retention = settings.message_retention()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], retention)
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], retention)
service = ContactService(client, contacts, messages)
meter = Meter.connect(client, agents)
muting = Muting(agents, WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"]))
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route("GET", "/messaging/contacts", "List your contacts, and the requests of strangers")
def list_contacts(caller: Caller, query: schemas.ContactsQuery) -> schemas.ContactsPage:
    return lists.page(service, caller.agent_id, query, clock.now())


@api.route(
    "GET",
    "/messaging/contacts/{agent_id}",
    "Read one contact, with the request that waits",
    raises=(ContactNotFoundError,),
)
def read_contact(caller: Caller, agent_id: AgentId) -> schemas.ContactView:
    contact = contacts.fetch(caller.agent_id, agent_id, clock.now())
    whole = [] if contact is None else service.whole([contact])
    if not whole:
        raise not_found(agent_id)
    return schemas.view(whole[0])


@api.route(
    "PUT",
    "/messaging/contacts/{agent_id}",
    "Allow or block an agent; answers the request that waits",
    raises=(AgentNotFoundError,),
)
def decide(
    caller: Caller, agent_id: AgentId, body: schemas.ContactRequest
) -> schemas.ContactResponse:
    now = clock.now()
    keys = [agents.key(caller.agent_id), agents.key(agent_id)]
    own, other, entry = transactions.batch_get(
        client, [*keys, contacts.key(caller.agent_id, agent_id)], consistent=True
    )
    owner, known = require_active(caller, own, now), parse(entry, now)
    try:
        contact = party(require_registered(agent_id, other))
    except AgentNotFoundError:
        if known is None:
            raise
        contact = known.contact  # An agent that left may still be answered.
    if contact.id == owner.agent_id:
        raise InvalidError.at("{agent_id}", "is yourself; a contact is another agent")
    if body.state == "blocked":
        blocked = contacts.block(owner.agent_id, contact, now)
        muting.mute(caller, owner, contact.id, now)
        return schemas.decided(blocked)
    allowed = service.allow(owner.agent_id, contact, known, now)
    muting.unmute(caller, owner, contact.id, now)
    return schemas.decided(allowed)


@api.route(
    "DELETE",
    "/messaging/contacts/{agent_id}",
    "Make an agent a stranger again",
    raises=(ContactNotFoundError,),
)
def remove_contact(caller: Caller, agent_id: AgentId) -> schemas.RemovedResponse:
    now = clock.now()
    owner = agents.read(caller, now)
    contacts.remove(owner.agent_id, agent_id, now)
    muting.unmute(caller, owner, agent_id, now)
    return schemas.RemovedResponse(contact_id=agent_id)
