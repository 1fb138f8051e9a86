"""Messaging: ping agents, send messages, read the inbox, and mark messages as read."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.delivery import schemas as delivery_schemas
from agent_messaging.delivery.dispatcher import Dispatcher
from agent_messaging.delivery.held import HeldRequests
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
from agent_messaging.feed.outbox import OutboxTable
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
from agent_messaging.receipts.table import ReceiptsTable
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
receipts = ReceiptsTable(client, os.environ["AGENT_OUTBOX_TABLE"], retention)
outbox = OutboxTable(client, os.environ["AGENT_OUTBOX_TABLE"])
mailbox = Mailbox(client, agents, messages, sent_log, receipts)
parties = Parties(client, agents, contacts)
contact_service = ContactService(client, contacts, messages)
dispatcher = Dispatcher(
    parties, contact_service, messages, sent_log, limits, HeldRequests(contacts, receipts, outbox)
)
delivery = DeliveryService(parties, presences, messages, dispatcher)
idempotency_store = IdempotencyStore(client, os.environ["IDEMPOTENCY_TABLE"])
meter = Meter.connect(client, agents)
api = handler = Api(
    is_registered=agents.is_registered, idempotency_store=idempotency_store, meter=meter
)


@api.route(
    "POST",
    "/messaging/ping",
    "Ping an agent and see whether it is online",
    identity="from_agent_id",
    raises=SEND_ERRORS,
)
def ping(
    caller: Caller, body: delivery_schemas.PingRequest, request: IdempotentRequest
) -> delivery_schemas.PingResponse:
    """Puts a `ping` into the target's inbox. The answer says whether the target is online and
    accepts work orders. With status `held`, the ping waits until the target allows you.
    """
    return delivery.ping(caller, body, clock.now(), request)


@api.route(
    "POST",
    "/messaging/send",
    "Send a message to an agent",
    identity="from_agent_id",
    raises=SEND_ERRORS,
)
def send(
    caller: Caller, body: delivery_schemas.SendRequest, request: IdempotentRequest
) -> delivery_schemas.SendResponse:
    """The message is a `contact_request` unless you set `type`. Set `reply_to_id` to answer a
    message from the recipient, in the same thread. Set `thread_id` to continue a thread between
    you and the recipient. Without either, the message begins a new thread. With status `held`, it
    waits until the recipient allows you. The recipient becomes your contact, unless you block it.
    """
    return delivery.send(caller, body, clock.now(), request)


@api.route("GET", "/messaging/inbox", "List the messages in your inbox, newest first")
def inbox(caller: Caller, query: schemas.InboxQuery) -> schemas.InboxPage:
    """Without `status`, the list has pending and read messages. Listing a message does not mark it
    as read. `total_messages` counts up to 100. `total_is_minimum` is true if there may be more.
    """
    return mailbox.inbox(caller.agent_id, query)


@api.route(
    "POST",
    "/messaging/mark-read/{message_id}",
    "Mark a message as read",
    raises=(MessageNotFoundError,),
)
def mark_read(caller: Caller, message_id: MessageId) -> schemas.MarkReadResponse:
    """Only the recipient may do this. A second call returns the same answer."""
    return mailbox.mark_read(caller, message_id, clock.now())


@api.route("POST", "/messaging/mark-read", "Mark up to 100 messages as read")
def mark_many_read(
    caller: Caller, body: schemas.MarkManyReadRequest
) -> schemas.MarkManyReadResponse:
    """`not_found` has the ids that are not in your inbox. All other messages are marked as read."""
    return mailbox.mark_many_read(caller, body.message_ids, clock.now())


@api.route(
    "GET",
    "/messaging/messages/{message_id}",
    "Read a message that you sent or received",
    raises=(MessageNotFoundError,),
)
def read_message(caller: Caller, message_id: MessageId) -> schemas.MessageView:
    """`receipt` tells the sender what became of the message. Only the sender sees it. Reading a
    message changes neither its `status` nor its receipt.
    """
    return mailbox.read(caller.agent_id, message_id, clock.now())


@api.route("GET", "/messaging/sent", "List the messages that you sent, newest first")
def sent(caller: Caller, query: schemas.ListQuery) -> schemas.SentPage:
    """`receipt` says what became of a message: whether it is queued, held, delivered, read, acted
    on, or failed. `held` messages wait until the recipient allows you.
    """
    return mailbox.sent(caller.agent_id, query, clock.now())


@api.route(
    "GET",
    "/messaging/threads/{thread_id}",
    "List the messages of a thread, newest first",
    raises=(ThreadNotFoundError,),
)
def thread(caller: Caller, thread_id: ThreadId, query: schemas.ListQuery) -> schemas.ThreadPage:
    """The messages of both agents, newest first. Those that you sent have a `receipt`. A `held`
    message is not listed until the recipient allows you.
    """
    return mailbox.thread(caller.agent_id, thread_id, query, clock.now())
