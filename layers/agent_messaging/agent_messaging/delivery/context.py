"""The facts that decide about a send: its two agents, and the contact of each with the other."""

from dataclasses import dataclass
from functools import cached_property

from agent_messaging.agents.model import Agent
from agent_messaging.contacts.model import Contact, Verdict, relationship, verdict
from agent_messaging.messaging.model import Relationship


@dataclass(frozen=True)
class SendContext:
    """A sender and a recipient, and the contact that each has for the other, if any.

    `theirs` is the recipient's contact for the sender, and `own` is the sender's.
    """

    sender: Agent
    recipient: Agent
    theirs: Contact | None
    own: Contact | None

    @property
    def is_with_itself(self) -> bool:
        """Whether an agent writes to itself."""
        return self.sender.agent_id == self.recipient.agent_id

    @cached_property
    def verdict(self) -> Verdict:
        """What happens to a message from the sender: see `Verdict`."""
        if self.is_with_itself:
            return Verdict.DELIVER
        return verdict(self.recipient.contact_policy, self.theirs)

    @property
    def relationship(self) -> Relationship:
        """What the sender is to the recipient."""
        return Relationship.CONTACT if self.is_with_itself else relationship(self.theirs)

    @property
    def may_give_orders(self) -> bool:
        """Whether the sender may offer the recipient a work order. Orders are never held."""
        return self.verdict is Verdict.DELIVER
