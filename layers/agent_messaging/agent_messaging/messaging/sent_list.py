"""List the messages that an agent sent, newest first, with their receipts.

Query the records of the sent log, then the receipts, then read the heads, and last the long parts
of the messages that fit a page. A held message has no head yet, so its receipt holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent_messaging import paging
from agent_messaging.messaging import pages, receipts, schemas
from agent_messaging.messaging.model import Message
from agent_messaging.messaging.pages import POSITION, Page, PageRecords
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.paging import Listing
from agent_messaging.receipts.model import Facts
from agent_messaging.receipts.table import ReceiptsTable


@dataclass(frozen=True)
class SentList:
    """The list of what one agent sent, and the tables that it reads."""

    messages: MessagesTable
    log: SentLog
    receipts: ReceiptsTable
    agent_id: str

    def page(self, query: schemas.ListQuery, now: datetime) -> Page:
        """Return a page of the list.

        The total counts records of the log. So beyond the first page it includes messages that were
        never written, and records that are no messages (`sent_log`).
        """
        listing = Listing(self.agent_id, "sent", (), POSITION)
        before, carried = listing.open(query.cursor)
        listed = self._find(before, query.limit)
        shown = listed.take_page(query.limit)
        heads, facts = self._read(shown)
        known = len(listed.records) - len(shown.records) + len(heads)
        return pages.build(
            listing,
            query.limit,
            self.messages.whole(heads),
            shown.resume,
            carried=carried,
            count=lambda: paging.count(known, listed.resume, self._count_on),
            receipts=receipts.receipts_of(heads, self.agent_id, facts, now),
        )

    def _find(self, before: str | None, wanted: int) -> PageRecords:
        found = self.log.query(self.agent_id, before, wanted)
        return PageRecords(found.records, None if found.is_end else found.records[-1].message_id)

    def _count_on(self, position: str, missing: int) -> tuple[int, str | None]:
        counted = self._find(position, missing - 1)
        return len(counted.records), counted.resume

    def _read(self, shown: PageRecords) -> tuple[Sequence[Message], dict[str, Facts]]:
        """Return the heads of these records, also of held messages, and the facts about them.

        The receipts are read first, because a receipt may lose its held message once the head
        exists.
        """
        wanted = [record.message_id for record in shown.records]
        facts = self.receipts.query(self.agent_id, wanted[-1], wanted[0]) if wanted else {}
        found = self.messages.heads(shown.pairs)
        heads = {head.message_id: head for head in found if head.is_sent}
        absent = [each for each in wanted if each not in heads]
        # A replica may lack the receipt of a message that was held a moment ago.
        late = [each for each in absent if each not in facts]
        facts |= self.receipts.fetch_many(self.agent_id, late, consistent=True)
        for each in absent:
            held = receipts.held_message(facts.get(each))
            if held is not None:
                heads[each] = held
        return [heads[each] for each in wanted if each in heads], facts
