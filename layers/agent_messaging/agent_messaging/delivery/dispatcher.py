"""Deliver a message, hold it, or refuse it.

    deliver   into the recipient's inbox
    hold      with the recipient's contacts, until it answers
    refuse    nothing is written

Who writes to an agent makes it a contact of its own. That a stranger has at most one request
waiting is a condition of the write. The sent log comes first, then what is long of the message, and
its head last: only the head makes it a message. With an `Idempotency-Key` the record of the answer
is written in the head's transaction.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, Verdict
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import parse
from agent_messaging.delivery.context import SendContext
from agent_messaging.delivery.parties import Parties
from agent_messaging.errors import ContactPendingError, ContactRefusedError, ContentionError
from agent_messaging.idempotency import AlreadyAnsweredError, IdempotentRequest
from agent_messaging.limits import WindowLimits
from agent_messaging.messaging.item import long_bytes
from agent_messaging.messaging.model import Message, MessageStatus, party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.transactions import TransactionFailedError

ATTEMPTS = 4

# Nobody knows when a request will be answered; so often it is sensible to ask.
ASK_AGAIN_SECONDS = 3600


@dataclass(frozen=True)
class Dispatcher:
    """The tables that a message touches."""

    parties: Parties
    contacts: ContactService
    messages: MessagesTable
    log: SentLog
    limits: WindowLimits

    def dispatch(
        self,
        caller: Caller,
        send_context: SendContext,
        message: Message,
        now: datetime,
        request: IdempotentRequest,
    ) -> Message:
        """Deliver or hold a message, once; its head as it stands then.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            ContactRefusedError: the recipient's mailbox is closed to the sender.
            ContactPendingError: the sender's request waits for an answer.
            RateLimitedError: the sender has sent enough for this minute, or the recipient holds
                as many new requests as it does in a day.
            ContentionError: the recipient's entry changed each time it was read.
        """
        if send_context.verdict in (Verdict.WAIT, Verdict.REFUSE):
            send_context = self.parties.reload(send_context, now)
        if send_context.verdict is not Verdict.REFUSE:
            # One that has to wait has cost as much to read as another that is delivered.
            size = long_bytes(message.body, message.metadata)
            self.log.record(caller, message.recipient.id, message.message_id, size)
        for _ in range(ATTEMPTS):
            _require_welcome(send_context)
            is_request = send_context.verdict is Verdict.HOLD
            if is_request:
                self.limits.hold(message.recipient.id, now)
            try:
                message = self._prepared(send_context, message, now, request)
                if not is_request:
                    self._deliver(message, request)
                    return message
                standing = self._hold(message, now, request)
            except AlreadyAnsweredError:
                if is_request:
                    self.limits.give_back(message.recipient.id, now)
                raise
            if standing is None:
                return message
            # Only what is held counts: a stranger could use up the recipient's day otherwise.
            self.limits.give_back(message.recipient.id, now)
            send_context = replace(send_context, theirs=standing)
        raise ContentionError("The recipient's contact kept changing.")

    def _prepared(
        self, send_context: SendContext, message: Message, now: datetime, request: IdempotentRequest
    ) -> Message:
        """Write what comes before the head; the head, as it is to be delivered or held.

        Nothing can fail any more once the head is written.
        """
        sender, recipient = send_context.sender, send_context.recipient
        self.contacts.add_contact(sender.agent_id, party(recipient), send_context.own, now, request)
        head = self._put_long(message, request)
        is_held = send_context.verdict is Verdict.HOLD
        status = MessageStatus.HELD if is_held else MessageStatus.PENDING
        return head.model_copy(update={"relationship": send_context.relationship, "status": status})

    def _put_long(self, message: Message, request: IdempotentRequest) -> Message:
        """Write what is long of a message, once; its head, which has nothing long."""
        if long_bytes(message.body, message.metadata):
            request.require_new()
        return self.messages.put_long(message)

    def _deliver(self, message: Message, request: IdempotentRequest) -> None:
        if request.is_keyed:
            request.write([self.messages.transact_put(message)], message)
        else:
            self.messages.put(message)

    def _hold(self, message: Message, now: datetime, request: IdempotentRequest) -> Contact | None:
        """Keep the message with the recipient's contacts; the entry that is there instead.

        A transaction without a key too, for boto3 repeats a put whose answer was lost: it would
        then meet what the recipient has made of this very request.
        """
        try:
            request.write([self.contacts.table.transact_hold(message, now)], message)
        except TransactionFailedError as error:
            if not error.failed[0]:
                raise
            return parse(error.items[0], now)
        return None


def _require_welcome(send_context: SendContext) -> None:
    recipient_id = send_context.recipient.agent_id
    if send_context.verdict is Verdict.REFUSE:
        raise ContactRefusedError(f"`{recipient_id}` takes no messages from you.")
    if send_context.verdict is Verdict.WAIT:
        raise ContactPendingError(
            f"`{recipient_id}` has not answered your contact request yet.",
            policy="contact-request",
            quota=1,
            window=ASK_AGAIN_SECONDS,
            reset=ASK_AGAIN_SECONDS,
        )
