"""The shapes of the requests and answers about contacts."""

from typing import Annotated, Any, Literal

from pydantic import Field

from agent_messaging.contacts.model import Contact, ContactBase, ContactState
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlag, ContentFlags
from agent_messaging.fields import Limit, Model, NextCursor, copied
from agent_messaging.messaging import schemas as messaging_schemas
from agent_messaging.messaging.schemas import MessageView


class ContactsQuery(Model):
    """Which contacts to list; `held` lists the requests that wait for an answer."""

    state: ContactState | None = None
    limit: Limit = 50
    cursor: str | None = None


class ContactView(ContactBase):
    """One agent among the contacts of another."""

    request: Annotated[
        MessageView | None,
        Field(description="The message that waits while the state is `held`; data of a stranger."),
    ]
    content_flags: ContentFlags


class ContactsPage(Model):
    """A page of the caller's contacts, in the order of their ids."""

    agent_id: str
    contacts: list[ContactView]
    next_cursor: NextCursor


class ContactRequest(Model):
    """What the caller decides about an agent."""

    state: Annotated[
        Literal["allowed", "blocked"],
        Field(
            description="`allowed` delivers a request that waits; `blocked` drops it.",
            examples=["allowed"],
        ),
    ]


class ContactResponse(ContactView):
    """The contact as it is now."""

    success: bool = True


class RemovedResponse(Model):
    """The agent is a stranger again; a request of its that waited is dropped."""

    success: bool = True
    contact_id: str


def view(contact: Contact) -> ContactView:
    """A contact as its owner sees it."""
    return ContactView(**_fields(contact))


def decided(contact: Contact) -> ContactResponse:
    """The answer to a decision."""
    return ContactResponse(**_fields(contact))


def _fields(contact: Contact) -> dict[str, Any]:
    waits = contact.request
    request = None if waits is None else messaging_schemas.view(waits, contact.owner_id)
    of_name = flagging.flags(contact.contact.name)
    of_request = [] if request is None else request.content_flags
    return copied(contact, ContactBase) | {
        "request": request,
        "content_flags": [flag for flag in ContentFlag if flag in (*of_name, *of_request)],
    }
