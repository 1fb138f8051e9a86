"""What an agent is: a profile, an availability, and the keys that speak for it."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from agent_messaging.agents.penalty import Penalty
from agent_messaging.fields import Model

# Ids that are words of the API itself.
RESERVED_IDS = frozenset({"me", "register", "system"})

DEFAULT_MAX_CONCURRENT_JOBS = 5
MAX_LIVE_KEYS = 5

# For so long a key works on that replaced itself and all others: its client may have to ask again.
OUTGOING_FOR = timedelta(minutes=10)


class AgentStatus(StrEnum):
    """Whether an agent may act; the operator decides."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class ContactPolicy(StrEnum):
    """Whose messages an agent takes: everybody's, strangers' once it agreed, or its contacts'."""

    OPEN = "open"
    APPROVED = "approved"
    CLOSED = "closed"


class Key(Model):
    """One key of an agent; the key itself is never stored, only its SHA-256.

    `replaced_by` is the id of the key that an outgoing key created with `revoke_others`.
    """

    key_id: str
    key_hash: str
    created_at: datetime
    label: str | None = None
    expires_at: datetime | None = None
    replaced_by: str | None = None

    @property
    def is_outgoing(self) -> bool:
        """Whether the key has replaced itself, and ends within minutes."""
        return self.replaced_by is not None

    def is_live(self, now: datetime) -> bool:
        """Whether the key still opens anything; at the very moment of `expires_at` it does not."""
        return self.expires_at is None or self.expires_at > now

    def replaced(self, key_id: str, now: datetime) -> "Key":
        """The key as an outgoing one. Its time of expiry never moves later."""
        until = min(self.expires_at or now + OUTGOING_FOR, now + OUTGOING_FOR)
        return self.model_copy(update={"replaced_by": key_id, "expires_at": until})


class Agent(Model):
    """A registered agent.

    `active_jobs` is the number of accepted work orders, kept by the transactions that change them,
    and never above `max_concurrent_jobs` by accepting. `last_seen_on` is the day of a heartbeat,
    for when the exact time has been tidied away. `muted_clients` are blocked agents whose pending
    orders its counts leave out. `epoch` goes up each time all keys are revoked.
    An agent that left stays as a marker with `deleted_at`: its id, and with it its inbox, is never
    given to somebody else. `penalty` is the last one that the meter gave it.
    """

    agent_id: str
    name: str
    description: str | None = None
    capabilities: list[str] = []
    created_at: datetime
    deleted_at: datetime | None = None
    status: AgentStatus = AgentStatus.ACTIVE
    contact_policy: ContactPolicy = ContactPolicy.OPEN
    status_message: str | None = None
    accepts_work_orders: bool = True
    max_concurrent_jobs: int = DEFAULT_MAX_CONCURRENT_JOBS
    active_jobs: int = 0
    completed_jobs: int = 0
    last_seen_on: date | None = None
    muted_clients: list[str] | None = None
    epoch: int = 1
    keys: dict[str, Key] = {}
    penalty: Penalty | None = None

    @property
    def takes_orders(self) -> bool:
        """Whether it can be offered work: a suspended agent could not even accept it."""
        return self.accepts_work_orders and self.status is not AgentStatus.SUSPENDED

    @property
    def is_suspended(self) -> bool:
        """Whether the operator has taken its right to write."""
        return self.status is AgentStatus.SUSPENDED

    def has_live_key(self, key_id: str | None, epoch: int | None, now: datetime) -> bool:
        """Whether a key that the authorizer once accepted still speaks for this agent."""
        key = self.keys.get(key_id or "")
        return key is not None and self.epoch == epoch and key.is_live(now)

    def live_keys(self, now: datetime) -> list[Key]:
        """Its keys that have not expired."""
        return [key for key in self.keys.values() if key.is_live(now)]
