"""List, create and revoke the keys of the agent that calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent_messaging import clock
from agent_messaging.agents import key_schemas
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents.access import active_condition
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.keyring import Keyring
from agent_messaging.agents.requester import Requester
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.fields import at


@dataclass(frozen=True)
class KeyService:
    """The tables of the agents and of their keys.

    `close` closes the connections of an agent whose keys have ended. It raises nothing. The package
    of connections is above this one, so the function is an argument.
    """

    agents: AgentsTable
    keys: AgentKeysTable
    keyring: Keyring
    close: Callable[[str, datetime], object]

    def list(self, agent_id: str, now: datetime) -> key_schemas.KeysResponse:
        """Return the agent's keys, oldest first.

        Raises:
            AgentNotFoundError: there is no such agent.
        """
        agent = self.agents.fetch(agent_id, consistent=True)
        return key_schemas.listed(agent, self.keys.last_used(agent.keys.values()), now)

    def create(
        self, caller: Caller, body: key_schemas.CreateKeyRequest, now: datetime
    ) -> key_schemas.CreateKeyResponse:
        """Create a key, in addition to the others or in place of all of them.

        Raises:
            InvalidError: its `expires_at` is not in the future.
            KeyOutgoingError, KeyTakenError, TooManyKeysError: see `Keyring`.
        """
        expires_at = at(body.expires_at, now)
        clock.require_future("#/expires_at", expires_at, now)
        api_key, key = api_keys.issue_unless_brought(body.key_hash, now, body.label, expires_at)
        requester = self._requester(caller, now)
        if body.revoke_others:
            at_once = body.key_hash is not None
            key = self.keyring.revoke_others(requester, key, now, at_once=at_once)
            self.close(caller.agent_id, now)
        else:
            key = self.keyring.add(requester, key, now)
        return key_schemas.created(api_key, key)

    def revoke(self, caller: Caller, key_id: str, now: datetime) -> None:
        """Revoke a key at once, and close its connections.

        Raises:
            KeyNotFoundError, KeyOutgoingError, LastKeyError: see `Keyring.revoke`.
        """
        self.keyring.revoke(self._requester(caller, now), key_id, now)
        self.close(caller.agent_id, now)

    def _requester(self, caller: Caller, now: datetime) -> Requester:
        """Return the caller as an agent that changes its own keys."""
        return Requester(
            lambda: self.agents.read(caller, now), active_condition(caller), caller.key_id
        )
