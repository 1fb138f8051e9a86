"""Deliver a message, hold it as a contact request, or refuse it.

    deliver   store it in the recipient's inbox
    hold      store it with the recipient's contacts until the recipient answers it (`held`)
    refuse    store nothing

Writing to an agent makes it the sender's contact. A condition of the write ensures that a stranger
has at most one request waiting. A message takes three writes in this order: the record in the sent
log, the long part, the head. The message exists once its head is written. With an `Idempotency-Key`
one transaction writes the head and the record of the answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from agent_messaging.auth import Caller
from agent_messaging.contacts.model import Contact, Verdict
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import parse
from agent_messaging.delivery.context import SendContext
from agent_messaging.delivery.held import HeldRequests, most_long_bytes
from agent_messaging.delivery.parties import Parties
from agent_messaging.errors import ContactPendingError, ContactRefusedError, ContentionError
from agent_messaging.idempotency import AlreadyAnsweredError, IdempotentRequest
from agent_messaging.limits import WindowLimits
from agent_messaging.messaging.item import LONG_BYTES, long_bytes
from agent_messaging.messaging.model import Message, MessageStatus, party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.transactions import TransactionFailedError

# How often the recipient's contact may change before the sender is asked to try again.
ATTEMPTS = 4

# Nobody knows when a request will be answered, so a sender may ask once an hour.
ASK_AGAIN_SECONDS = 3600


@dataclass(frozen=True)
class Dispatcher:
    """The tables and services that a message passes."""

    parties: Parties
    contacts: ContactService
    messages: MessagesTable
    sent_log: SentLog
    limits: WindowLimits
    held: HeldRequests

    def dispatch(
        self,
        caller: Caller,
        send_context: SendContext,
        message: Message,
        now: datetime,
        request: IdempotentRequest,
    ) -> Message:
        """Deliver or hold a message, once, and return its head.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            ContactRefusedError: the recipient does not accept messages from the sender.
            ContactPendingError: the sender's contact request still waits for an answer.
            RateLimitedError: the sender has used up its messages of this minute, or the recipient
                its new contact requests of this day.
            ContentionError: the recipient's contact changed each time it was read.
        """
        if send_context.verdict in (Verdict.WAIT, Verdict.REFUSE):
            send_context = self.parties.reload(send_context, now)
        if send_context.verdict is not Verdict.REFUSE:
            self._record(caller, message)
        for _ in range(ATTEMPTS):
            _require_allowed(send_context)
            if send_context.verdict is not Verdict.HOLD:
                return self._deliver(send_context, message, now, request)
            message, current = self._hold(send_context, message, now, request)
            if current is None:
                return message
            send_context = replace(send_context, theirs=current)
        recipient_id = send_context.recipient.agent_id
        raise ContentionError(f"The contact between you and `{recipient_id}` kept changing.")

    def _record(self, caller: Caller, message: Message) -> None:
        """Count the message in the sender's log. A message that is held costs the same."""
        size = long_bytes(message.body, message.metadata)
        self.sent_log.record(caller, message.recipient.id, message.message_id, size)

    def _deliver(
        self, send_context: SendContext, message: Message, now: datetime, request: IdempotentRequest
    ) -> Message:
        """Store the message in the recipient's inbox, and return its head."""
        head = self._prepare(send_context, message, MessageStatus.PENDING, now, request)
        if request.is_keyed:
            request.write([self.messages.transact_put(head)], head)
        else:
            self.messages.put(head)
        return head

    def _hold(
        self, send_context: SendContext, message: Message, now: datetime, request: IdempotentRequest
    ) -> tuple[Message, Contact | None]:
        """Store the message as a contact request.

        Return its head, and None if the request is stored, or else the contact that exists instead.
        Only stored requests count against the recipient's daily limit. Otherwise one stranger could
        use it up.
        """
        recipient_id = message.recipient.id
        self.limits.hold(recipient_id, now)
        try:
            head = self._prepare(send_context, message, MessageStatus.HELD, now, request)
            current = self._put_request(head, now, request)
        except AlreadyAnsweredError:
            self.limits.give_back(recipient_id, now)
            raise
        if current is not None:
            self.limits.give_back(recipient_id, now)
        return head, current

    def _prepare(
        self,
        send_context: SendContext,
        message: Message,
        status: MessageStatus,
        now: datetime,
        request: IdempotentRequest,
    ) -> Message:
        """Write everything that comes before the head, and return the head.

        The head is written last, so nothing can fail after it.
        """
        sender_id, recipient = send_context.sender.agent_id, party(send_context.recipient)
        self.contacts.add_contact(sender_id, recipient, send_context.own, now, request)
        most = most_long_bytes(message) if status is MessageStatus.HELD else LONG_BYTES
        if long_bytes(message.body, message.metadata, most):
            request.require_new()
        head = self.messages.put_long(message, most)
        return head.model_copy(update={"relationship": send_context.relationship, "status": status})

    def _put_request(
        self, head: Message, now: datetime, request: IdempotentRequest
    ) -> Contact | None:
        """Store the head as a contact request, or return the contact that exists instead.

        This is a transaction even without an `Idempotency-Key`. boto3 repeats a put whose answer
        was lost, and would then find this same request, perhaps already answered.
        """
        try:
            request.write(self.held.transact_hold(head, now), head)
        except TransactionFailedError as error:
            if not error.failed[0]:
                raise
            return parse(error.items[0], now)
        return None


def _require_allowed(send_context: SendContext) -> None:
    recipient_id = send_context.recipient.agent_id
    if send_context.verdict is Verdict.REFUSE:
        raise ContactRefusedError(f"`{recipient_id}` does not accept messages from you.")
    if send_context.verdict is Verdict.WAIT:
        raise ContactPendingError(
            f"`{recipient_id}` has not answered your contact request yet.",
            policy="contact-request",
            quota=1,
            window=ASK_AGAIN_SECONDS,
            reset=ASK_AGAIN_SECONDS,
        )
