"""Who may write to whom: one table of the recipient's policy and the sender's state.

    policy      stranger    held      allowed    blocked
    open        deliver     deliver   deliver    refuse
    approved    hold        wait      deliver    refuse
    closed      refuse      refuse    deliver    refuse

A stranger is an agent that is not a contact. `hold` stores its message as a contact request. Until
the recipient answers, further messages have to `wait`. A refusal does not tell its reason.
"""

from enum import StrEnum

from agent_messaging.agents.model import ContactPolicy
from agent_messaging.fields import Model, Party, Record, StoredTime
from agent_messaging.messaging.model import Message, Relationship


class ContactState(StrEnum):
    """What the owner decided about a contact. `held` means that a contact request waits."""

    HELD = "held"
    ALLOWED = "allowed"
    BLOCKED = "blocked"


class Verdict(StrEnum):
    """What happens to a message."""

    DELIVER = "deliver"
    HOLD = "hold"
    WAIT = "wait"
    REFUSE = "refuse"


VERDICTS: dict[ContactPolicy, dict[ContactState | None, Verdict]] = {
    ContactPolicy.OPEN: {
        None: Verdict.DELIVER,
        ContactState.HELD: Verdict.DELIVER,
        ContactState.ALLOWED: Verdict.DELIVER,
        ContactState.BLOCKED: Verdict.REFUSE,
    },
    ContactPolicy.APPROVED: {
        None: Verdict.HOLD,
        ContactState.HELD: Verdict.WAIT,
        ContactState.ALLOWED: Verdict.DELIVER,
        ContactState.BLOCKED: Verdict.REFUSE,
    },
    ContactPolicy.CLOSED: {
        None: Verdict.REFUSE,
        ContactState.HELD: Verdict.REFUSE,
        ContactState.ALLOWED: Verdict.DELIVER,
        ContactState.BLOCKED: Verdict.REFUSE,
    },
}

RELATIONSHIPS: dict[ContactState | None, Relationship] = {
    None: Relationship.STRANGER,
    ContactState.HELD: Relationship.STRANGER,
    ContactState.ALLOWED: Relationship.CONTACT,
    ContactState.BLOCKED: Relationship.BLOCKED,
}


def how_to_be_allowed(agent_id: str) -> str:
    """Return what a stranger can do to become a contact. It is the same for a blocked agent."""
    return (
        f"If GET /api/v1/agents/{agent_id} answers `contact_policy` `approved`, send `{agent_id}` "
        "one message with POST /api/v1/messaging/send, and wait until it allows you. Otherwise do "
        "not retry."
    )


class ContactBase(Model):
    """The fields that the record of a contact and its owner's view have in common."""

    contact: Party
    state: ContactState
    created_at: StoredTime
    updated_at: StoredTime


class Contact(ContactBase, Record):
    """A contact of `owner_id`. `request` is the message that waits while the state is `held`.

    The long part of the message stays in the messages' table; see `Message`.
    """

    owner_id: str
    request: Message | None = None

    @property
    def long_bytes(self) -> int:
        """The size of the request's long part while that is not read, else 0."""
        return 0 if self.request is None else self.request.long_bytes


def state_of(contact: Contact | None) -> ContactState | None:
    """Return the state of a contact, or None for a stranger."""
    return None if contact is None else contact.state


def verdict(policy: ContactPolicy, contact: Contact | None) -> Verdict:
    """Return what happens to a message from this contact to an agent with this policy."""
    return VERDICTS[policy][state_of(contact)]


def relationship(contact: Contact | None) -> Relationship:
    """Return what the sender is to the recipient, from the recipient's contact for it."""
    return RELATIONSHIPS[state_of(contact)]
