"""Messaging: ping an agent, leave it a message, read the inbox, mark messages as read."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.delivery import schemas as delivery_schemas
from agent_messaging.delivery.dispatcher import Dispatcher
from agent_messaging.delivery.parties import Parties
from agent_messaging.delivery.service import DeliveryService
from agent_messaging.door.api import Api
from agent_messaging.errors import (
    AgentNotFoundError,
    ContactPendingError,
    ContactRefusedError,
    MessageNotFoundError,
    RateLimitedError,
    ThreadNotFoundError,
)
from agent_messaging.fields import MessageId, ThreadId
from agent_messaging.idempotency import IdempotencyStore, IdempotentRequest
from agent_messaging.limits import WindowLimits
from agent_messaging.messaging import schemas
from agent_messaging.messaging.mailbox import Mailbox
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.presence.table import PresenceTable
from agent_messaging.storage import connection

SEND_ERRORS = (AgentNotFoundError, ContactRefusedError, ContactPendingError, RateLimitedError)

client = connection.connect()
retention = settings.message_retention()
quota = Quota(*settings.message_limits())
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], retention)
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], retention)
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
limits = WindowLimits(client, os.environ["AGENT_METER_TABLE"])
sent_log = SentLog(client, os.environ["AGENT_SENT_TABLE"], quota, retention)
mailbox = Mailbox(client, agents, messages, sent_log)
parties = Parties(client, agents, contacts)
contact_service = ContactService(client, contacts, messages)
dispatcher = Dispatcher(parties, contact_service, messages, sent_log, limits)
delivery = DeliveryService(parties, presences, messages, dispatcher)
idempotency_store = IdempotencyStore(client, os.environ["IDEMPOTENCY_TABLE"])
meter = Meter.connect(client, agents)
api = handler = Api(
    is_registered=agents.is_registered, idempotency_store=idempotency_store, meter=meter
)


@api.route(
    "POST",
    "/messaging/ping",
    "Ping an agent and learn whether it is there",
    identity="from_agent_id",
    raises=SEND_ERRORS,
)
def ping(
    caller: Caller, body: delivery_schemas.PingRequest, request: IdempotentRequest
) -> delivery_schemas.PingResponse:
    """Leaves a `ping` in the target's inbox, and answers at once whether the target is online and
    takes work orders. With status `held` it waits, as a message does.
    """
    return delivery.ping(caller, body, clock.now(), request)


@api.route(
    "POST",
    "/messaging/send",
    "Leave a message for an agent, online or not",
    identity="from_agent_id",
    raises=SEND_ERRORS,
)
def send(
    caller: Caller, body: delivery_schemas.SendRequest, request: IdempotentRequest
) -> delivery_schemas.SendResponse:
    """A `contact_request` unless `type` says otherwise. `reply_to_id` names a message that you
    received from the recipient and continues its thread; `thread_id` continues one of the two of
    you; without either a new thread begins. With status `held` the message waits for the answer
    of a recipient that does not know you. Whom you write to becomes your contact.
    """
    return delivery.send(caller, body, clock.now(), request)


@api.route("GET", "/messaging/inbox", "List the messages to an agent, newest first")
def inbox(caller: Caller, query: schemas.InboxQuery) -> schemas.InboxPage:
    """Without `status` both pending and read. Reading does not mark as read. `total_messages`
    counts up to 100, and `total_is_minimum` says when there may be more.
    """
    return mailbox.inbox(caller.agent_id, query)


@api.route(
    "POST",
    "/messaging/mark-read/{message_id}",
    "Acknowledge a message",
    raises=(MessageNotFoundError,),
)
def mark_read(caller: Caller, message_id: MessageId) -> schemas.MarkReadResponse:
    """Only the recipient can. A second call answers the same."""
    return mailbox.mark_read(caller, message_id, clock.now())


@api.route("POST", "/messaging/mark-read", "Acknowledge up to a hundred messages")
def mark_many_read(
    caller: Caller, body: schemas.MarkManyReadRequest
) -> schemas.MarkManyReadResponse:
    """Ids that name no message of yours come back in `not_found`; the others are acknowledged all
    the same.
    """
    return mailbox.mark_many_read(caller, body.message_ids, clock.now())


@api.route(
    "GET",
    "/messaging/messages/{message_id}",
    "Read a message that you received or sent, with its receipt",
    raises=(MessageNotFoundError,),
)
def read_message(caller: Caller, message_id: MessageId) -> schemas.MessageView:
    """To its sender `status` and `read_at` are the receipt."""
    return mailbox.read(caller.agent_id, message_id)


@api.route("GET", "/messaging/sent", "List the messages that an agent wrote, newest first")
def sent(caller: Caller, query: schemas.ListQuery) -> schemas.SentPage:
    """Each with its receipt: `status` and `read_at`."""
    return mailbox.sent(caller.agent_id, query)


@api.route(
    "GET",
    "/messaging/threads/{thread_id}",
    "List a thread, newest first",
    raises=(ThreadNotFoundError,),
)
def thread(caller: Caller, thread_id: ThreadId, query: schemas.ListQuery) -> schemas.ThreadPage:
    """Both directions."""
    return mailbox.thread(caller.agent_id, thread_id, query)
