"""Ping an agent, or send it a message.

A send takes one batch read (the caller, the recipient, their contacts, the message that it
replies to), one update of the caller's sent log, and one put.
"""

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent_messaging.auth import Caller
from agent_messaging.delivery import schemas
from agent_messaging.delivery.context import SendContext
from agent_messaging.delivery.dispatcher import Dispatcher
from agent_messaging.delivery.parties import Parties
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging import threads
from agent_messaging.messaging.item import parse
from agent_messaging.messaging.model import Message, MessageType, compose, party
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.observability import metrics
from agent_messaging.presence.table import PresenceTable
from agent_messaging.presence.table import parse as parse_presence

# The fields of a request that are not copied into the message.
ADDRESS = {"to_agent_id", "type", "thread_id"}


@dataclass(frozen=True)
class DeliveryService:
    """The tables that pings and messages need, and the dispatcher that delivers them."""

    parties: Parties
    presences: PresenceTable
    messages: MessagesTable
    dispatcher: Dispatcher

    def ping(
        self,
        caller: Caller,
        ping: schemas.PingRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> schemas.PingResponse:
        """Send a ping, and return whether the recipient is online.

        Raises:
            AgentNotFoundError: the recipient is not registered.
            AgentMessagingError: see `Dispatcher.dispatch`.
        """
        lease_key = self.presences.key(ping.to_agent_id)
        send_context, (lease,) = self.parties.load(
            caller, ping.to_agent_id, now, [lease_key], lagging=[lease_key[0]]
        )
        fields = {"body": ping.message, "wants_receipts": ping.wants_receipts}
        message = _compose(caller, send_context, MessageType.PING, now, **fields)
        target = schemas.target(send_context.recipient, parse_presence(lease), now)
        answer = functools.partial(schemas.pinged, target_agent=target)
        return answer(self._dispatch(caller, send_context, message, now, request.answering(answer)))

    def send(
        self,
        caller: Caller,
        body: schemas.SendRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> schemas.SendResponse:
        """Send a message.

        Raises:
            AgentNotFoundError: the recipient is not registered.
            InvalidError: `thread_id` or `reply_to_id` does not fit; see `threads.choose`.
            AgentMessagingError: see `Dispatcher.dispatch`.
        """
        reply_to = body.reply_to_id
        more = [self.messages.key(caller.agent_id, reply_to)] if reply_to else []
        send_context, answered = self.parties.load(caller, body.to_agent_id, now, more)
        thread_id = threads.choose(
            caller.agent_id,
            body.to_agent_id,
            thread_id=body.thread_id,
            reply_to_id=reply_to,
            answered=parse(answered[0]) if answered and answered[0] else None,
        )
        kind = MessageType(body.type)
        fields = body.model_dump(exclude=ADDRESS)
        message = _compose(caller, send_context, kind, now, thread_id=thread_id, **fields)
        answering = request.answering(schemas.sent)
        return schemas.sent(self._dispatch(caller, send_context, message, now, answering))

    def _dispatch(
        self,
        caller: Caller,
        send_context: SendContext,
        message: Message,
        now: datetime,
        request: IdempotentRequest,
    ) -> Message:
        """Deliver or hold the message, count it, and return its head."""
        dispatched = self.dispatcher.dispatch(caller, send_context, message, now, request)
        metrics.count("MessagesSent")
        return dispatched


def _compose(
    caller: Caller, send_context: SendContext, kind: MessageType, now: datetime, **fields: Any
) -> Message:
    """Return the message that the caller sends, with the current names of both agents."""
    sender, recipient = party(send_context.sender), party(send_context.recipient)
    return compose(kind, sender, recipient, now, is_verified=not caller.is_open, **fields)
