"""The list of an agent's contacts: a query and a page of it, in the order of the ids.

With a state a bounded number of entries is examined, so a page may be short and still go on.
"""

from datetime import datetime

from agent_messaging import paging
from agent_messaging.contacts import wire
from agent_messaging.contacts.table import ContactsTable, parse
from agent_messaging.paging import Listing

POSITION = r"[a-z0-9._-]{1,64}"

# How many entries a filtered page examines for each that it may show, and at least.
EXAMINED_PER_ENTRY = 4
EXAMINED_AT_LEAST = 100


def page(
    contacts: ContactsTable, owner_id: str, query: wire.ContactsQuery, now: datetime
) -> wire.ContactsPage:
    """The page that the query's cursor leads to."""
    listing = Listing(owner_id, "contacts", (query.state,), POSITION)
    after, _ = listing.open(query.cursor)
    examined = query.limit
    if query.state is not None:
        examined = max(EXAMINED_AT_LEAST, EXAMINED_PER_ENTRY * query.limit)
    found = contacts.query(owner_id, after, examined, query.state)
    views, resume = paging.cut(
        [wire.view(contact) for item in found.items if (contact := parse(item, now))],
        query.limit,
        found.last_key.get("contact_id"),
        position=lambda view: view.contact.id,
        weigh=lambda view: len(view.model_dump_json().encode()),
    )
    cursor = None if resume is None else listing.cursor(resume, None)
    return wire.ContactsPage(agent_id=owner_id, contacts=views, next_cursor=cursor)
