"""Messaging: ping an agent, leave it a message, read the inbox, acknowledge.

A write is one batch read (the caller, the recipient, what they are to each other, what is
answered), one update of the caller's sent log, and one put.
"""

import functools
import os
from collections.abc import Sequence
from datetime import timedelta

from agent_messaging import clock
from agent_messaging.agents.access import require_active
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import ContactsTable
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
from agent_messaging.messaging import lists, schemas, threads
from agent_messaging.messaging.item import parse
from agent_messaging.messaging.model import MessageType, compose, party
from agent_messaging.messaging.sent_log import Quota, SentLog
from agent_messaging.messaging.table import MessagesTable, not_found
from agent_messaging.messaging.thread_list import ThreadList
from agent_messaging.meter.limiter import Meter
from agent_messaging.observability import metrics
from agent_messaging.presence.table import PresenceTable
from agent_messaging.presence.table import parse as parse_presence
from agent_messaging.storage import connection, transactions

WRITE_ERRORS = (AgentNotFoundError, ContactRefusedError, ContactPendingError, RateLimitedError)

client = connection.connect()
retention = timedelta(days=int(os.environ["MESSAGE_RETENTION_DAYS"]))
quota = Quota(int(os.environ["MESSAGES_PER_SENDER"]), int(os.environ["MESSAGES_PER_PAIR"]))
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], retention)
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], retention)
sent_log = SentLog(client, os.environ["AGENT_SENT_TABLE"], quota, retention)
idempotency_store = IdempotencyStore(client, os.environ["IDEMPOTENCY_TABLE"])
contact_service = ContactService(client, agents, contacts, messages)
counters = WindowLimits(client, os.environ["AGENT_METER_TABLE"])
service = DeliveryService(contact_service, messages, sent_log, counters)
meter = Meter.connect(client, agents)
api = handler = Api(
    is_registered=agents.is_registered, idempotency_store=idempotency_store, meter=meter
)


@api.route(
    "POST",
    "/messaging/ping",
    "Ping an agent and learn whether it is there",
    identity="from_agent_id",
    raises=WRITE_ERRORS,
)
def ping(
    caller: Caller, body: schemas.PingRequest, request: IdempotentRequest
) -> schemas.PingResponse:
    now = clock.now()
    lease_key = presences.key(body.to_agent_id)
    send_context, (lease,) = contact_service.load_parties(
        caller, body.to_agent_id, now, [lease_key], lagging=[lease_key[0]]
    )
    message = compose(
        MessageType.PING,
        party(send_context.sender),
        party(send_context.recipient),
        now,
        is_verified=not caller.is_open,
        body=body.message,
    )
    target = schemas.target(send_context.recipient, parse_presence(lease), now)
    answer = functools.partial(schemas.pinged, target_agent=target)
    sent_message = service.send(caller, send_context, message, now, request.answering(answer))
    metrics.count("MessagesSent")
    return answer(sent_message)


@api.route(
    "POST",
    "/messaging/send",
    "Leave a message for an agent, online or not",
    identity="from_agent_id",
    raises=WRITE_ERRORS,
)
def send(
    caller: Caller, body: schemas.SendRequest, request: IdempotentRequest
) -> schemas.SendResponse:
    now = clock.now()
    more = [messages.key(caller.agent_id, body.reply_to_id)] if body.reply_to_id else []
    send_context, replied = contact_service.load_parties(caller, body.to_agent_id, now, more)
    thread_id = threads.choose(
        send_context.sender.agent_id,
        send_context.recipient.agent_id,
        thread_id=body.thread_id,
        reply_to_id=body.reply_to_id,
        answered=parse(replied[0]) if replied and replied[0] else None,
    )
    message = compose(
        MessageType(body.type),
        party(send_context.sender),
        party(send_context.recipient),
        now,
        is_verified=not caller.is_open,
        thread_id=thread_id,
        subject=body.subject,
        body=body.body,
        priority=body.priority,
        reply_to_id=body.reply_to_id,
        metadata=body.metadata,
    )
    sent_message = service.send(caller, send_context, message, now, request.answering(schemas.sent))
    metrics.count("MessagesSent")
    return schemas.sent(sent_message)


@api.route("GET", "/messaging/inbox", "List the messages to an agent, newest first")
def inbox(caller: Caller, query: schemas.InboxQuery) -> schemas.InboxPage:
    page = lists.inbox(messages, caller.agent_id, query)
    return schemas.InboxPage(agent_id=caller.agent_id, **page.answer)


@api.route(
    "POST",
    "/messaging/mark-read/{message_id}",
    "Acknowledge a message",
    raises=(MessageNotFoundError,),
)
def mark_read(caller: Caller, message_id: MessageId) -> schemas.MarkReadResponse:
    receipts, _ = _acknowledged(caller, [message_id])
    if not receipts:
        raise not_found(message_id)
    return receipts[0]


@api.route("POST", "/messaging/mark-read", "Acknowledge up to a hundred messages")
def mark_many_read(
    caller: Caller, body: schemas.MarkManyReadRequest
) -> schemas.MarkManyReadResponse:
    receipts, absent = _acknowledged(caller, body.message_ids)
    return schemas.MarkManyReadResponse(messages=receipts, not_found=absent)


def _acknowledged(
    caller: Caller, message_ids: Sequence[str]
) -> tuple[list[schemas.MarkReadResponse], list[str]]:
    """The receipts of the caller's messages among these, and the ids that name none.

    The heads are read first, so that a repeated call writes nothing.
    """
    now = clock.now()
    wanted = list(dict.fromkeys(message_ids))
    keys = [messages.key(caller.agent_id, message_id) for message_id in wanted]
    own, *items = transactions.batch_get(
        client, [agents.key(caller.agent_id), *keys], consistent=True
    )
    require_active(caller, own, now)
    heads = [messages.mark_read(parse(item), now) for item in items if item is not None]
    receipts = [schemas.receipt(message) for message in heads if message is not None]
    known = {receipt.message_id for receipt in receipts}
    return receipts, [message_id for message_id in wanted if message_id not in known]


@api.route(
    "GET",
    "/messaging/messages/{message_id}",
    "Read a message that you received or sent, with its receipt",
    raises=(MessageNotFoundError,),
)
def read_message(caller: Caller, message_id: MessageId) -> schemas.MessageView:
    return schemas.view(service.read(caller.agent_id, message_id), caller.agent_id)


@api.route("GET", "/messaging/sent", "List the messages that an agent wrote, newest first")
def sent(caller: Caller, query: schemas.ListQuery) -> schemas.SentPage:
    page = lists.sent(messages, sent_log, caller.agent_id, query)
    return schemas.SentPage(agent_id=caller.agent_id, **page.answer)


@api.route(
    "GET",
    "/messaging/threads/{thread_id}",
    "List a thread, newest first",
    raises=(ThreadNotFoundError,),
)
def thread(caller: Caller, thread_id: ThreadId, query: schemas.ListQuery) -> schemas.ThreadPage:
    page = ThreadList(messages, sent_log, caller.agent_id, thread_id).page(query)
    return schemas.ThreadPage(thread_id=thread_id, agent_id=caller.agent_id, **page.answer)
