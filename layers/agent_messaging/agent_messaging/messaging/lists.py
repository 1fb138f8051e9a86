"""List the inbox. `sent_list` lists the sent messages, and `thread_list` a thread.

Heads hold the size of each message. The long parts of the messages that fit a page are read last,
in one batch. A filtered inbox examines a limited number of messages, so a page may be short
although more messages follow.
"""

from agent_messaging import paging
from agent_messaging.messaging import pages, queries, schemas
from agent_messaging.messaging.item import parse
from agent_messaging.messaging.pages import POSITION, Page, PageRecords
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.paging import COUNT_QUERIES, Listing
from agent_messaging.storage.table import QueryResult

# How many messages a filtered page examines at most. The query that counts its total examines as
# many. DynamoDB ends each query at 1 MB. A filter that matches nothing takes ten requests for 5,000
# messages.
EXAMINED = 500


def inbox(messages: MessagesTable, agent_id: str, query: schemas.InboxQuery) -> Page:
    """Return a page of the messages to the agent, newest first."""
    listing = Listing(agent_id, "inbox", (query.status, query.type), POSITION)
    before, carried = listing.open(query.cursor)
    # The index holds only pending messages. The other filters drop some of the examined messages.
    is_filtered = query.type is not None or query.status == "read"

    def find(before: str | None, limit: int, *, count: bool = False) -> QueryResult:
        return queries.inbox(
            messages.table,
            agent_id,
            before,
            limit,
            status=query.status,
            kind=query.type,
            count=count,
        )

    def count_on(position: str, missing: int) -> tuple[int, str | None]:
        counted = find(position, EXAMINED if is_filtered else missing, count=True)
        return counted.count, pages.position_of(counted)

    found = find(before, EXAMINED if is_filtered else query.limit)
    listed = PageRecords(list(map(pages.record_of, found.items)), pages.position_of(found))
    shown = listed.take_page(query.limit)
    heads = [parse(item) for item in found.items[: len(shown.records)]]
    rounds = 1 if is_filtered else COUNT_QUERIES
    return pages.build(
        listing,
        query.limit,
        messages.whole(heads),
        shown.resume,
        carried=carried,
        count=lambda: paging.count(found.count, listed.resume, count_on, rounds),
    )
