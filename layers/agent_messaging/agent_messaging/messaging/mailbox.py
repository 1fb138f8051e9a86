"""Read the messages of an agent, and mark them as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.access import require_active
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.messaging import lists, schemas
from agent_messaging.messaging.item import parse
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable, not_found, not_received
from agent_messaging.messaging.thread_list import ThreadList
from agent_messaging.storage.transactions import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Mailbox:
    """The tables of messages, of what was sent, and of agents."""

    client: "DynamoDBClient"
    agents: AgentsTable
    messages: MessagesTable
    sent_log: SentLog

    def inbox(self, agent_id: str, query: schemas.InboxQuery) -> schemas.InboxPage:
        """Return a page of the messages to the agent, newest first."""
        page = lists.inbox(self.messages, agent_id, query)
        return schemas.InboxPage(agent_id=agent_id, **page.answer)

    def sent(self, agent_id: str, query: schemas.ListQuery) -> schemas.SentPage:
        """Return a page of the messages that the agent sent, newest first."""
        page = lists.sent(self.messages, self.sent_log, agent_id, query)
        return schemas.SentPage(agent_id=agent_id, **page.answer)

    def thread(self, agent_id: str, thread_id: str, query: schemas.ListQuery) -> schemas.ThreadPage:
        """Return a page of a thread, newest first.

        Raises:
            ThreadNotFoundError: there is no such thread, or the agent is not in it.
        """
        page = ThreadList(self.messages, self.sent_log, agent_id, thread_id).page(query)
        return schemas.ThreadPage(thread_id=thread_id, agent_id=agent_id, **page.answer)

    def read(self, agent_id: str, message_id: str) -> schemas.MessageView:
        """Return a message that the agent received or sent.

        Raises:
            MessageNotFoundError: the agent neither received nor sent such a message.
        """
        message = self.messages.fetch(agent_id, message_id)
        if message is None:
            recipient_id = self.sent_log.recipient_of(agent_id, message_id)
            if recipient_id is not None:
                message = self.messages.fetch(recipient_id, message_id)
        whole = [] if message is None else self.messages.whole([message])
        if not whole:
            raise not_found(message_id)
        return schemas.view(whole[0], agent_id)

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
        read = [schemas.receipt(message) for message in heads if message is not None]
        known = {each.message_id for each in read}
        return read, [message_id for message_id in wanted if message_id not in known]
