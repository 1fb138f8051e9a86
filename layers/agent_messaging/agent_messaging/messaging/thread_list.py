"""List a thread for one of its two agents.

The index leaves out the message that begins a thread. That message shares the thread's ULID, so the
last page reads it by its key. The key also holds the recipient, which is one of the two agents. The
other messages of the thread tell the two agents, or else the reader's own sent log does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from agent_messaging import ids, paging
from agent_messaging.errors import ThreadNotFoundError
from agent_messaging.messaging import pages, queries, receipts, schemas
from agent_messaging.messaging.model import Message
from agent_messaging.messaging.pages import POSITION, Page, PageRecords
from agent_messaging.messaging.sent_chunks import SentRecord
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.paging import Listing, Total
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.storage.table import QueryResult


class _PageRead(NamedTuple):
    """What was read for a page: index entries, the heads that fit, and where to go on."""

    found: QueryResult
    heads: Sequence[Message]
    resume: str | None


@dataclass(frozen=True)
class ThreadList:
    """The list of one thread, for one of its agents."""

    messages: MessagesTable
    log: SentLog
    receipts: ReceiptsTable
    agent_id: str
    thread_id: str

    def page(self, query: schemas.ListQuery, now: datetime) -> Page:
        """Return a page of the thread, newest first, with the receipts of the agent's messages.

        Raises:
            ThreadNotFoundError: there is no such thread, or the agent is no party to it.
        """
        listing = Listing(self.agent_id, "thread", (self.thread_id,), POSITION)
        before, carried = listing.open(query.cursor)
        read = self._read(before, query.limit)
        # A forged cursor can point to a place where the thread has no messages.
        shown = read if read.heads or before is None else self._read(None, 1)
        if not shown.heads or not all(each.has_party(self.agent_id) for each in shown.heads):
            raise self._not_found()
        own = receipts.own_ids(read.heads, self.agent_id)
        facts = self.receipts.fetch_many(self.agent_id, own)
        return pages.build(
            listing,
            query.limit,
            self.messages.whole(read.heads),
            read.resume,
            carried=carried,
            count=lambda: self._count(read),
            receipts=receipts.receipts_of(read.heads, self.agent_id, facts, now),
        )

    def _read(self, before: str | None, limit: int) -> _PageRead:
        found = queries.thread(self.messages.table, self.thread_id, before, limit)
        records = list(map(pages.record_of, found.items))
        self._require_party(records)
        shown = PageRecords(records, pages.position_of(found)).take_page(limit)
        heads = self.messages.heads(shown.pairs)
        opening_id = ids.opening_of(self.thread_id)
        # A slow clock gives a reply an id that sorts before the message that it answers.
        is_here = shown.resume is None or opening_id > shown.resume
        if is_here and (before is None or opening_id < before):
            opening = self._opening(heads)
            if opening is not None:
                record = SentRecord(opening_id, opening.recipient.id, opening.long_bytes)
                newest = sorted([*records, record], key=_id_of, reverse=True)
                shown = PageRecords(newest, pages.position_of(found)).take_page(limit)
                kept = {record.message_id for record in shown.records}
                heads = [each for each in [*heads, opening] if each.message_id in kept]
                heads.sort(key=_id_of, reverse=True)
        return _PageRead(found, heads, shown.resume)

    def _require_party(self, records: Iterable[SentRecord]) -> None:
        """Raise if the recipients and the hash in the thread's id exclude the agent."""
        for recipient_id in {record.recipient_id for record in records} - {self.agent_id}:
            if not ids.is_thread_of(self.thread_id, self.agent_id, recipient_id):
                raise self._not_found()

    def _opening(self, heads: Sequence[Message]) -> Message | None:
        """Return the message that begins the thread. `heads` are other messages of the thread."""
        opening_id = ids.opening_of(self.thread_id)
        parties = {party.id for each in heads for party in (each.sender, each.recipient)}
        others = parties - {self.agent_id}
        if not others and (sent_to := self.log.recipient_of(self.agent_id, opening_id)):
            others = {sent_to}
        found = self.messages.search({self.agent_id, *others}, opening_id)
        # A forged id can name a message of another thread.
        return next((each for each in found if each.thread_id == self.thread_id), None)

    def _count(self, read: _PageRead) -> Total:
        def count_on(position: str, missing: int) -> tuple[int, str | None]:
            counted = queries.thread(
                self.messages.table, self.thread_id, position, missing, count=True
            )
            return counted.count, pages.position_of(counted)

        opening = 0 if self._opening(read.heads) is None else 1
        return paging.count(read.found.count + opening, pages.position_of(read.found), count_on)

    def _not_found(self) -> ThreadNotFoundError:
        return ThreadNotFoundError(f"You have no thread `{self.thread_id}`.")


def _id_of(message: SentRecord | Message) -> str:
    return message.message_id
