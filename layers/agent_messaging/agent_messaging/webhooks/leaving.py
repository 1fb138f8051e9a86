"""Remove the webhooks of an agent that leaves, with their listeners.

The deletions stand in the transaction in which the agent leaves. Creating a webhook has a condition
on the agent, so none is created afterwards.
"""

from dataclasses import dataclass

from agent_messaging.storage.table import Table, TransactItem
from agent_messaging.webhooks.item import entry_of
from agent_messaging.webhooks.model import SLOTS


@dataclass(frozen=True)
class LeavingWebhooks:
    """The tables of the endpoints and of the feed."""

    endpoints: Table
    feed: Table

    def transact_remove_all(self, agent_id: str) -> list[TransactItem]:
        """Return the deletion of all that an agent may have. An absent item stays absent."""
        return [
            *(self.endpoints.transact_delete({"agent_id": agent_id, "slot": s}) for s in SLOTS),
            *(
                self.feed.transact_delete({"agent_id": agent_id, "entry": entry_of(slot)})
                for slot in SLOTS
            ),
        ]
