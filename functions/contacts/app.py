"""Contacts: list, read, allow, block and remove contacts, and answer contact requests."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts import schemas
from agent_messaging.contacts.book import ContactBook
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.door.api import Api
from agent_messaging.errors import AgentNotFoundError, ContactNotFoundError
from agent_messaging.fields import AgentId
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.storage import connection
from agent_messaging.work_orders.muting import Muting
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
retention = settings.message_retention()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], retention)
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], retention)
muting = Muting(agents, WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"]))
book = ContactBook(
    client, agents, ContactService(client, contacts, messages), muting.mute, muting.unmute
)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route("GET", "/messaging/contacts", "List your contacts and contact requests")
def list_contacts(caller: Caller, query: schemas.ContactsQuery) -> schemas.ContactsPage:
    """Sorted by id. A `held` contact includes the message that waits."""
    return book.list(caller.agent_id, query, clock.now())


@api.route(
    "GET",
    "/messaging/contacts/{contact_id}",
    "Read one contact, with its contact request",
    raises=(ContactNotFoundError,),
)
def read_contact(caller: Caller, contact_id: AgentId) -> schemas.ContactView:
    """A `held` contact includes the message that waits."""
    return book.read(caller.agent_id, contact_id, clock.now())


@api.route(
    "PUT",
    "/messaging/contacts/{contact_id}",
    "Allow or block an agent, and answer its contact request",
    raises=(AgentNotFoundError,),
)
def decide(
    caller: Caller, contact_id: AgentId, body: schemas.ContactRequest
) -> schemas.ContactResponse:
    """`allowed` delivers the held message. `blocked` deletes it. The other agent is not told."""
    return book.decide(caller, contact_id, body, clock.now())


@api.route(
    "DELETE",
    "/messaging/contacts/{contact_id}",
    "Remove a contact",
    raises=(ContactNotFoundError,),
)
def remove_contact(caller: Caller, contact_id: AgentId) -> schemas.RemovedResponse:
    """The agent is a stranger again, so you no longer allow or block it. Its waiting contact
    request is deleted. It may write to you again if your contact policy allows this.
    """
    return book.remove(caller, contact_id, clock.now())
