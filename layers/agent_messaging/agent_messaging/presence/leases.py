"""Renew an agent's lease, for a heartbeat or a ping on the WebSocket."""

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent_messaging.agents.model import Agent, ContactPolicy
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.errors import ContentionError
from agent_messaging.presence.model import Presence, heartbeat
from agent_messaging.presence.table import PresenceTable
from agent_messaging.storage.table import FAILURES


@dataclass(frozen=True)
class Leases:
    """The tables that a lease is written to, and how long one lasts."""

    agents: AgentsTable
    presences: PresenceTable
    lease: timedelta

    def renew(self, caller: Caller, agent: Agent, now: datetime) -> Presence:
        """Write a lease of the caller from `now` on, and return it.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        presence = lease_of(agent, now, self.lease)
        # This comes first, because it fails for a key that was revoked in the meantime. If DynamoDB
        # throttles it, as in the first minute of a day, the next heartbeat repeats it. The agent
        # stays online all the same.
        with contextlib.suppress(ContentionError, *FAILURES):
            self.agents.note_seen(caller, agent, now)
        self.presences.put(presence)
        return presence


def lease_of(agent: Agent, now: datetime, lease: timedelta) -> Presence:
    """Return the lease of an agent from `now` on. Lists of online agents omit closed agents."""
    is_hidden = agent.contact_policy is ContactPolicy.CLOSED
    return heartbeat(agent.agent_id, now, lease, is_hidden=is_hidden)
