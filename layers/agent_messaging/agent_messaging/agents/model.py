"""The record of an agent: its profile, its availability and its keys."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from agent_messaging.agents.penalty import Penalty
from agent_messaging.fields import Model

# Words of the API that cannot be ids.
RESERVED_IDS = frozenset({"me", "register", "system"})

DEFAULT_MAX_CONCURRENT_JOBS = 5
MAX_LIVE_KEYS = 5

# How long an outgoing key still works, so that its client can repeat the call.
OUTGOING_FOR = timedelta(minutes=10)


class AgentStatus(StrEnum):
    """Whether an agent may write. The operator decides."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class ContactPolicy(StrEnum):
    """Which messages an agent accepts."""

    OPEN = "open"
    APPROVED = "approved"
    CLOSED = "closed"


class Key(Model):
    """One key of an agent. Only the SHA-256 of the key is stored.

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
        """Whether the key was replaced, and ends within minutes."""
        return self.replaced_by is not None

    def is_live(self, now: datetime) -> bool:
        """Return whether the key has not expired. At the exact time `expires_at` it has."""
        return self.expires_at is None or self.expires_at > now

    def replaced(self, key_id: str, now: datetime) -> "Key":
        """Return the key as an outgoing one. Its expiry never moves to a later time."""
        until = min(self.expires_at or now + OUTGOING_FOR, now + OUTGOING_FOR)
        return self.model_copy(update={"replaced_by": key_id, "expires_at": until})


class Agent(Model):
    """A registered agent.

    `active_jobs` is the number of accepted work orders. The transactions that change the orders
    update it, and accepting an order never raises it above `max_concurrent_jobs`. `last_seen_on` is
    the day of the last heartbeat, for use after the exact time has been deleted. `muted_clients`
    are blocked agents whose pending orders are not counted. `epoch` increases each time all keys
    are revoked. An agent that left stays as a marker with `deleted_at`, so nobody else can get its
    id and its inbox. `penalty` is the last one from the meter.
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
        """Whether others can send it work orders. A suspended agent could not accept one."""
        return self.accepts_work_orders and self.status is not AgentStatus.SUSPENDED

    @property
    def is_suspended(self) -> bool:
        """Whether the operator suspended it."""
        return self.status is AgentStatus.SUSPENDED

    def has_live_key(self, key_id: str | None, epoch: int | None, now: datetime) -> bool:
        """Return whether a key that the authorizer accepted is still a live key of this agent."""
        key = self.keys.get(key_id or "")
        return key is not None and self.epoch == epoch and key.is_live(now)

    def live_keys(self, now: datetime) -> list[Key]:
        """Return its keys that have not expired."""
        return [key for key in self.keys.values() if key.is_live(now)]
