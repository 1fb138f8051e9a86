"""List an agent's contacts, sorted by id.

With a filter by state, a limited number of contacts is examined, so a page may be short although
more contacts follow. The long parts of contact requests are read last, for the shown ones only.
"""

from datetime import datetime

from agent_messaging import paging
from agent_messaging.contacts import schemas
from agent_messaging.contacts.service import ContactService
from agent_messaging.contacts.table import parse
from agent_messaging.messaging.item import fitting
from agent_messaging.paging import Listing

POSITION = r"[a-z0-9._-]{1,64}"

# How many contacts a filtered page examines: so many for each that it may show, and at least 100.
EXAMINED_PER_SHOWN = 4
EXAMINED_AT_LEAST = 100


def page(
    service: ContactService, owner_id: str, query: schemas.ContactsQuery, now: datetime
) -> schemas.ContactsPage:
    """Return the page at the query's cursor."""
    listing = Listing(owner_id, "contacts", (query.state,), POSITION)
    after, _ = listing.open(query.cursor)
    examined = query.limit
    if query.state is not None:
        examined = max(EXAMINED_AT_LEAST, EXAMINED_PER_SHOWN * query.limit)
    found = service.table.query(owner_id, after, examined, query.state)
    resume = found.last_key.get("contact_id")
    if len(found.items) > query.limit:
        resume = found.items[query.limit - 1]["contact_id"]
    parsed = (parse(item, now) for item in found.items[: query.limit])
    contacts = [contact for contact in parsed if contact is not None]
    kept = fitting(contacts, [contact.long_bytes for contact in contacts])
    if len(kept) < len(contacts):
        resume = kept[-1].contact.id
    views, resume = paging.take_page(
        list(map(schemas.view, service.whole(kept))),
        query.limit,
        resume,
        position=lambda view: view.contact.id,
        weigh=lambda view: len(view.model_dump_json().encode()),
    )
    cursor = None if resume is None else listing.cursor(resume, None)
    return schemas.ContactsPage(agent_id=owner_id, contacts=views, next_cursor=cursor)
