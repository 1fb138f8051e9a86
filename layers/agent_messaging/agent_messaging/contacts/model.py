"""Who may write to whom, as one table: the recipient's policy, and what the sender is to it.

    policy      stranger    held      allowed    blocked
    open        deliver     deliver   deliver    refuse
    approved    hold        wait      deliver    refuse
    closed      refuse      refuse    deliver    refuse

A stranger is an agent that is no contact. `hold` keeps its message as one contact request until the
recipient answers, and meanwhile it has to `wait`. A refusal says nothing of its reason.
"""

from enum import StrEnum

from agent_messaging.agents.model import ContactPolicy
from agent_messaging.fields import Model, Party, Record, StoredTime
from agent_messaging.messaging.model import Message, Relationship


class ContactState(StrEnum):
    """What the owner has decided about a contact, or still has to."""

    HELD = "held"
    ALLOWED = "allowed"
    BLOCKED = "blocked"


class Verdict(StrEnum):
    """What becomes of a message."""

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


class ContactBase(Model):
    """What the record of a contact and its owner's view of it have in common."""

    contact: Party
    state: ContactState
    created_at: StoredTime
    updated_at: StoredTime


class Contact(ContactBase, Record):
    """One agent among the contacts of another; `request` is the message of one that is held.

    What is long of the message stays in the messages' table; see `Message`.
    """

    owner_id: str
    request: Message | None = None

    @property
    def long_bytes(self) -> int:
        """What is long of the message that asks, and was not read yet."""
        return 0 if self.request is None else self.request.long_bytes


def state_of(contact: Contact | None) -> ContactState | None:
    """The state of a contact; None stands for a stranger."""
    return None if contact is None else contact.state


def verdict(policy: ContactPolicy, contact: Contact | None) -> Verdict:
    """What becomes of a message to an agent with this policy, from this contact of its own."""
    return VERDICTS[policy][state_of(contact)]


def relationship(contact: Contact | None) -> Relationship:
    """What the sender is to the recipient whose contact this is."""
    return RELATIONSHIPS[state_of(contact)]
