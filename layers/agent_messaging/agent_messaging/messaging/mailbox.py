"""Read the messages of an agent, and mark them as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.access import require_active
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.messaging import lists, receipts, schemas
from agent_messaging.messaging.item import parse
from agent_messaging.messaging.model import Message
from agent_messaging.messaging.sent_list import SentList
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable, not_found, not_received
from agent_messaging.messaging.thread_list import ThreadList
from agent_messaging.receipts.model import Facts
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.receipts.table import parse as parse_facts
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Mailbox:
    """The tables of messages, of what was sent, of receipts, and of agents."""

    client: "DynamoDBClient"
    agents: AgentsTable
    messages: MessagesTable
    sent_log: SentLog
    receipts: ReceiptsTable

    def inbox(self, agent_id: str, query: schemas.InboxQuery) -> schemas.InboxPage:
        """Return a page of the messages to the agent, newest first."""
        page = lists.inbox(self.messages, agent_id, query)
        return schemas.InboxPage(agent_id=agent_id, **page.answer)

    def sent(self, agent_id: str, query: schemas.ListQuery, now: datetime) -> schemas.SentPage:
        """Return a page of the messages that the agent sent, newest first, with their receipts."""
        tables = (self.messages, self.sent_log, self.receipts)
        page = SentList(*tables, agent_id).page(query, now)
        return schemas.SentPage(agent_id=agent_id, **page.answer)

    def thread(
        self, agent_id: str, thread_id: str, query: schemas.ListQuery, now: datetime
    ) -> schemas.ThreadPage:
        """Return a page of a thread, newest first.

        Raises:
            ThreadNotFoundError: there is no such thread, or the agent is not in it.
        """
        tables = (self.messages, self.sent_log, self.receipts)
        page = ThreadList(*tables, agent_id, thread_id).page(query, now)
        return schemas.ThreadPage(thread_id=thread_id, agent_id=agent_id, **page.answer)

    def read(self, agent_id: str, message_id: str, now: datetime) -> schemas.MessageView:
        """Return a message that the agent received or sent, with the receipt for its sender.

        Raises:
            MessageNotFoundError: the agent neither received nor sent such a message.
        """
        message, facts = self.messages.fetch(agent_id, message_id), None
        if message is None:
            message, facts = self._sent(agent_id, message_id)
        elif receipts.has_receipt(message, agent_id):  # an agent that wrote to itself
            found = self.receipts.fetch_many(agent_id, [message_id], consistent=True)
            facts = found.get(message_id)
        whole = [] if message is None else self.messages.whole([message])
        if not whole:
            raise not_found(message_id)
        shown = whole[0]
        is_own = receipts.has_receipt(shown, agent_id)
        receipt = receipts.receipt_of(shown, facts, now) if is_own else None
        return schemas.view(shown, agent_id, receipt)

    def _sent(self, sender_id: str, message_id: str) -> tuple[Message | None, Facts | None]:
        """Return the head of a message that the agent sent, held or not, and the facts about it."""
        recipient_id = self.sent_log.recipient_of(sender_id, message_id)
        if recipient_id is None:
            return None, None
        keys = [
            self.messages.key(recipient_id, message_id),
            self.receipts.key(sender_id, message_id),
        ]
        head, item = batch_get(self.client, keys, consistent=True)
        facts = None if item is None else parse_facts(item)
        if head is not None:
            return parse(head), facts
        # The recipient may have released and acknowledged the message between the two reads.
        held = receipts.held_message(facts)
        if held is None and facts is not None:
            held = self.messages.fetch(recipient_id, message_id)
        return held, facts

    def mark_read(self, caller: Caller, message_id: str, now: datetime) -> schemas.MarkReadResponse:
        """Mark one message as read. A repeated call returns the same answer.

        Raises:
            MessageNotFoundError: the caller received no such message.
        """
        read, _ = self._mark_read(caller, [message_id], now)
        if not read:
            raise not_received(message_id)
        return read[0]

    def mark_many_read(
        self, caller: Caller, message_ids: Sequence[str], now: datetime
    ) -> schemas.MarkManyReadResponse:
        """Mark messages as read, and return them and the ids that the caller did not receive."""
        read, absent = self._mark_read(caller, message_ids, now)
        return schemas.MarkManyReadResponse(messages=read, not_found=absent)

    def _mark_read(
        self, caller: Caller, message_ids: Sequence[str], now: datetime
    ) -> tuple[list[schemas.MarkReadResponse], list[str]]:
        """Mark messages as read. Return an answer for each, and the ids of those not received.

        The heads are read first, so that a repeated call writes nothing.
        """
        wanted = list(dict.fromkeys(message_ids))
        keys = [self.messages.key(caller.agent_id, message_id) for message_id in wanted]
        own, *items = batch_get(
            self.client, [self.agents.key(caller.agent_id), *keys], consistent=True
        )
        require_active(caller, own, now)
        heads = [self.messages.mark_read(parse(item), now) for item in items if item is not None]
        read = [schemas.marked(message) for message in heads if message is not None]
        known = {each.message_id for each in read}
        return read, [message_id for message_id in wanted if message_id not in known]
