"""Two lists of messages: inbox and sent. The third, a thread, is in `conversation`.

    inbox    heads, by a query
    sent     entries of the sent log, then their heads

Both tell how much is long of a message. The long parts of what fits a page come last, in one batch.
A filtered inbox examines a bounded number of messages, so its page may be short and still go on.
"""

from agent_messaging import paging
from agent_messaging.messaging import pages, schemas
from agent_messaging.messaging.item import parse
from agent_messaging.messaging.pages import POSITION, Candidates, Page
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.paging import COUNT_QUERIES, Listing
from agent_messaging.storage.table import QueryResult

# How many messages a filtered page examines, and the query that counts for it; DynamoDB ends each
# at 1 MB. So a filter that matches nothing takes ten requests over 5,000 messages.
EXAMINED = 500


def inbox(messages: MessagesTable, agent_id: str, query: schemas.InboxQuery) -> Page:
    """A page of the messages to the agent."""
    listing = Listing(agent_id, "inbox", (query.status, query.type), POSITION)
    before, carried = listing.open(query.cursor)
    # Being pending is the index itself; the other filters drop what was read.
    is_filtered = query.type is not None or query.status == "read"

    def find(before: str | None, limit: int, *, count: bool = False) -> QueryResult:
        return messages.query_inbox(
            agent_id, before, limit, status=query.status, kind=query.type, count=count
        )

    def count_on(position: str, missing: int) -> tuple[int, str | None]:
        counted = find(position, EXAMINED if is_filtered else missing, count=True)
        return counted.count, pages.position_of(counted)

    found = find(before, EXAMINED if is_filtered else query.limit)
    candidates = Candidates(list(map(pages.entry_of, found.items)), pages.position_of(found))
    shown = candidates.take_page(query.limit)
    heads = [parse(item) for item in found.items[: len(shown.entries)]]
    queries = 1 if is_filtered else COUNT_QUERIES
    return pages.build(
        listing,
        query.limit,
        messages.whole(heads),
        shown.resume,
        carried=carried,
        count=lambda: paging.count(found.count, candidates.resume, count_on, queries),
    )


def sent(messages: MessagesTable, log: SentLog, agent_id: str, query: schemas.ListQuery) -> Page:
    """A page of what the agent wrote.

    Its total counts the log, so beyond the first page it includes what waits as a request, and
    requests that were dropped.
    """
    listing = Listing(agent_id, "sent", (), POSITION)
    before, carried = listing.open(query.cursor)

    def look(before: str | None, wanted: int) -> Candidates:
        found = log.entries(agent_id, before, wanted)
        return Candidates(found.entries, None if found.is_end else found.entries[-1].message_id)

    def count_on(position: str, missing: int) -> tuple[int, str | None]:
        counted = look(position, missing - 1)
        return len(counted.entries), counted.resume

    candidates = look(before, query.limit)
    shown = candidates.take_page(query.limit)
    heads = messages.heads(shown.pairs)
    known = len(candidates.entries) - len(shown.entries) + len(heads)
    return pages.build(
        listing,
        query.limit,
        messages.whole(heads),
        shown.resume,
        carried=carried,
        count=lambda: paging.count(known, candidates.resume, count_on),
    )
