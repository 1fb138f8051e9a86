"""An endpoint: where an agent gets its events by HTTP. An agent has three at most.

An endpoint is `active`, or `disabled` by the server or by its operator. Its owner makes it active
again. While its deliveries fail, `failing_since` is the time of the first failure. While it refuses
events with statuses such as 404, `refusing_since` is the time of the first refusal. A delivery that
succeeds ends both. While its answers take long, `slow_since` is the time since when they do. The
feed's table has a listener for each active endpoint, so that the relay finds endpoints without a
read of this table.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from agent_messaging.fields import Model, Record, StoredTime

MAX_ENDPOINTS = 3
SLOTS = tuple(f"hook#{number}" for number in range(1, MAX_ENDPOINTS + 1))

ALL_OF = ".*"  # the end of a pattern that stands for all types of a noun


class EndpointStatus(StrEnum):
    """Whether an endpoint gets events."""

    ACTIVE = "active"
    DISABLED = "disabled"


class DisabledReason(StrEnum):
    """Why an endpoint was disabled."""

    GONE = "gone"  # it answered 410
    FAILING = "failing"  # every attempt of five days failed
    RESTORED = "restored"  # it came back from a backup, so its settings and secrets may be old


class Secret(Model):
    """A secret that signs deliveries. `expires_at` is None for the newest one."""

    text: str = Field(repr=False)
    created_at: StoredTime
    expires_at: StoredTime | None = None

    def is_live(self, now: datetime) -> bool:
        """Return whether the secret still signs. At the exact time `expires_at` it does not."""
        return self.expires_at is None or self.expires_at > now


class Endpoint(Record):
    """An endpoint. `event_types` is None for all events. `secrets` begins with the newest one.

    `rotations` counts the secrets that the endpoint ever had.
    """

    agent_id: str
    slot: str
    webhook_id: str
    url: str
    event_types: list[str] | None = None
    description: str | None = None
    status: EndpointStatus = EndpointStatus.ACTIVE
    disabled_reason: DisabledReason | None = None
    created_at: StoredTime
    failing_since: StoredTime | None = None
    refusing_since: StoredTime | None = None
    slow_since: StoredTime | None = None
    secrets: list[Secret] = Field(repr=False)
    rotations: int = 1

    @property
    def unsuccessful_since(self) -> datetime | None:
        """Since when no delivery has succeeded, as far as failures were noted."""
        return min(filter(None, (self.failing_since, self.refusing_since)), default=None)

    @property
    def is_troubled(self) -> bool:
        """Whether its new events wait for the sweep."""
        return self.failing_since is not None or self.slow_since is not None

    @property
    def is_active(self) -> bool:
        """Whether the endpoint gets events."""
        return self.status is EndpointStatus.ACTIVE

    def signing(self, now: datetime) -> list[str]:
        """Return the secrets that sign a delivery at `now`, the newest one first."""
        return [secret.text for secret in self.secrets if secret.is_live(now)]


def is_wanted(event_type: str, event_types: Collection[str] | None) -> bool:
    """Return whether an endpoint with these event types gets events of this type."""
    if event_types is None:
        return True
    noun = event_type.partition(".")[0]
    return event_type in event_types or f"{noun}{ALL_OF}" in event_types
