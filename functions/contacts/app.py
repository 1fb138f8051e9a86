"""Contacts: who is allowed and who is blocked, and the requests that wait for an answer."""

import os
from datetime import timedelta

from agent_messaging import batches, clock, connection
from agent_messaging.agents.admission import admit, found
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts import lists, wire
from agent_messaging.contacts.desk import ContactDesk
from agent_messaging.contacts.muting import Muting
from agent_messaging.contacts.table import ContactsTable, parse, unknown
from agent_messaging.errors import AgentNotFoundError, ContactNotFoundError, InvalidError
from agent_messaging.fields import AgentId
from agent_messaging.http import Api
from agent_messaging.messaging.model import party
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
retention = timedelta(days=int(os.environ["MESSAGE_RETENTION_DAYS"]))
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], retention)
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], retention)
desk = ContactDesk(client, agents, contacts, messages)
meter = Meter.connect(client, agents)
muting = Muting(agents, WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"]))
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route("GET", "/messaging/contacts", "List your contacts, and the requests of strangers")
def list_contacts(caller: Caller, query: wire.ContactsQuery) -> wire.ContactsPage:
    return lists.page(desk, caller.agent_id, query, clock.now())


@api.route(
    "GET",
    "/messaging/contacts/{agent_id}",
    "Read one contact, with the request that waits",
    raises=(ContactNotFoundError,),
)
def read_contact(caller: Caller, agent_id: AgentId) -> wire.ContactView:
    contact = contacts.fetch(caller.agent_id, agent_id, clock.now())
    whole = [] if contact is None else desk.whole([contact])
    if not whole:
        raise unknown(agent_id)
    return wire.view(whole[0])


@api.route(
    "PUT",
    "/messaging/contacts/{agent_id}",
    "Allow or block an agent; answers the request that waits",
    raises=(AgentNotFoundError,),
)
def decide(caller: Caller, agent_id: AgentId, body: wire.ContactRequest) -> wire.ContactResponse:
    now = clock.now()
    keys = [agents.key(caller.agent_id), agents.key(agent_id)]
    own, other, entry = batches.batch_get(
        client, [*keys, contacts.key(caller.agent_id, agent_id)], consistent=True
    )
    owner, known = admit(caller, own, now), parse(entry, now)
    try:
        contact = party(found(agent_id, other))
    except AgentNotFoundError:
        if known is None:
            raise
        contact = known.contact  # An agent that left may still be answered.
    if contact.id == owner.agent_id:
        raise InvalidError.at("{agent_id}", "is yourself; a contact is another agent")
    if body.state == "blocked":
        blocked = contacts.block(owner.agent_id, contact, now)
        muting.mute(caller, owner, contact.id, now)
        return wire.decided(blocked)
    allowed = desk.allow(owner.agent_id, contact, known, now)
    muting.unmute(caller, owner, contact.id, now)
    return wire.decided(allowed)


@api.route(
    "DELETE",
    "/messaging/contacts/{agent_id}",
    "Make an agent a stranger again",
    raises=(ContactNotFoundError,),
)
def remove_contact(caller: Caller, agent_id: AgentId) -> wire.RemovedResponse:
    now = clock.now()
    owner = agents.read(caller, now)
    contacts.remove(owner.agent_id, agent_id, now)
    muting.unmute(caller, owner, agent_id, now)
    return wire.RemovedResponse(contact_id=agent_id)
