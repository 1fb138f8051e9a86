"""Create and rotate the secrets that sign deliveries: `whsec_` and 32 random bytes in base64.

Standard Webhooks requires 24 to 64 bytes. A signature needs the secret itself, so the table stores
it, and a secret is in no log, no error and only one answer. After a rotation the previous secrets
sign for one more day, so that a receiver can change to the new one in this time.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from agent_messaging.webhooks.model import Secret

PREFIX = "whsec_"
SECRET_BYTES = 32
MAX_LIVE = 3
PREVIOUS_FOR = timedelta(hours=24)


def new(now: datetime) -> Secret:
    """Return a new random secret."""
    encoded = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return Secret(text=f"{PREFIX}{encoded}", created_at=now)


def live(found: Sequence[Secret], now: datetime) -> list[Secret]:
    """Return the secrets that still sign."""
    return [secret for secret in found if secret.is_live(now)]


def rotated(found: Sequence[Secret], now: datetime) -> list[Secret]:
    """Return the secrets after a rotation: a new one, and the live ones, which now expire."""
    expires_at = now + PREVIOUS_FOR
    return [
        new(now),
        *(
            secret.model_copy(update={"expires_at": secret.expires_at or expires_at})
            for secret in live(found, now)
        ),
    ]
