"""Messaging: ping an agent, leave it a message, read the inbox, acknowledge.

A write is one consistent batch read (the caller, the recipient, what is answered) and one put.
"""

import os
from datetime import timedelta

from agent_messaging import batches, clock, dynamodb
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable, admit, found
from agent_messaging.auth import Caller
from agent_messaging.errors import AgentNotFoundError, MessageNotFoundError, ThreadNotFoundError
from agent_messaging.fields import MessageId, ThreadId
from agent_messaging.http import Api
from agent_messaging.messaging import lists, threads, wire
from agent_messaging.messaging.model import MessageType, compose, party
from agent_messaging.messaging.table import MessagesTable, parse
from agent_messaging.presence.table import PresenceTable
from agent_messaging.presence.table import parse as parse_presence

client = dynamodb.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
messages = MessagesTable(
    client,
    os.environ["AGENT_MESSAGES_TABLE"],
    retention=timedelta(days=int(os.environ["MESSAGE_RETENTION_DAYS"])),
)
api = handler = Api(is_registered=agents.is_registered)


@api.route(
    "POST",
    "/messaging/ping",
    "Ping an agent and learn whether it is there",
    identity="from_agent_id",
    raises=(AgentNotFoundError,),
)
def ping(caller: Caller, body: wire.PingRequest) -> wire.PingResponse:
    now = clock.now()
    keys = [agents.key(caller.agent_id), agents.key(body.to_agent_id)]
    own, other, lease = batches.batch_get(
        client, [*keys, presences.key(body.to_agent_id)], consistent=True
    )
    sender, recipient = admit(caller, own, now), found(body.to_agent_id, other)
    message = compose(MessageType.PING, party(sender), party(recipient), now, body=body.message)
    messages.put(message)
    target = wire.target(recipient, parse_presence(lease), now)
    return wire.PingResponse(message_id=message.message_id, target_agent=target)


@api.route(
    "POST",
    "/messaging/send",
    "Leave a message for an agent, online or not",
    identity="from_agent_id",
    raises=(AgentNotFoundError,),
)
def send(caller: Caller, body: wire.SendRequest) -> wire.SendResponse:
    now = clock.now()
    sender, recipient, thread_id = _address(caller, body)
    message = compose(
        MessageType(body.type),
        party(sender),
        party(recipient),
        now,
        thread_id=thread_id,
        subject=body.subject,
        body=body.body,
        priority=body.priority,
        reply_to_id=body.reply_to_id,
        metadata=body.metadata,
    )
    messages.put(message)
    return wire.SendResponse(
        message_id=message.message_id,
        thread_id=message.thread_id,
        status=message.status,
        created_at=message.created_at,
    )


def _address(caller: Caller, body: wire.SendRequest) -> tuple[Agent, Agent, str | None]:
    """Sender, recipient and thread of a message, from one round trip."""
    keys = [agents.key(caller.agent_id), agents.key(body.to_agent_id)]
    if body.reply_to_id:
        keys.append(messages.key(caller.agent_id, body.reply_to_id))
    own, other, *replied = batches.batch_get(client, keys, consistent=True)
    sender, recipient = admit(caller, own, clock.now()), found(body.to_agent_id, other)
    thread_id = threads.choose(
        sender.agent_id,
        recipient.agent_id,
        thread_id=body.thread_id,
        reply_to_id=body.reply_to_id,
        answered=parse(replied[0]) if replied and replied[0] else None,
    )
    return sender, recipient, thread_id


@api.route("GET", "/messaging/inbox", "List the messages to an agent, newest first")
def inbox(caller: Caller, query: wire.InboxQuery) -> wire.InboxPage:
    page = lists.inbox(messages, caller.agent_id, query)
    return wire.InboxPage(agent_id=caller.agent_id, **page.answer)


@api.route(
    "POST",
    "/messaging/mark-read/{message_id}",
    "Acknowledge a message",
    raises=(MessageNotFoundError,),
)
def mark_read(caller: Caller, message_id: MessageId) -> wire.MarkReadResponse:
    now = clock.now()
    agents.read(caller, now)
    return wire.receipt(messages.mark_read(caller.agent_id, message_id, now))


@api.route("POST", "/messaging/mark-read", "Acknowledge up to a hundred messages")
def mark_many_read(caller: Caller, body: wire.MarkManyReadRequest) -> wire.MarkManyReadResponse:
    now = clock.now()
    agents.read(caller, now)
    receipts, absent = [], []
    for message_id in dict.fromkeys(body.message_ids):
        try:
            receipts.append(wire.receipt(messages.mark_read(caller.agent_id, message_id, now)))
        except MessageNotFoundError:
            absent.append(message_id)
    return wire.MarkManyReadResponse(messages=receipts, not_found=absent)


@api.route(
    "GET",
    "/messaging/messages/{message_id}",
    "Read a message that you received or sent, with its receipt",
    raises=(MessageNotFoundError,),
)
def read_message(caller: Caller, message_id: MessageId) -> wire.MessageView:
    return wire.view(messages.fetch(caller.agent_id, message_id))


@api.route("GET", "/messaging/sent", "List the messages that an agent wrote, newest first")
def sent(caller: Caller, query: wire.ListQuery) -> wire.SentPage:
    page = lists.sent(messages, caller.agent_id, query)
    return wire.SentPage(agent_id=caller.agent_id, **page.answer)


@api.route(
    "GET",
    "/messaging/threads/{thread_id}",
    "List a thread, newest first",
    raises=(ThreadNotFoundError,),
)
def thread(caller: Caller, thread_id: ThreadId, query: wire.ListQuery) -> wire.ThreadPage:
    page = lists.thread(messages, caller.agent_id, thread_id, query)
    return wire.ThreadPage(thread_id=thread_id, agent_id=caller.agent_id, **page.answer)
