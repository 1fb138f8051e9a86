"""Sign a webhook as Standard Webhooks describes, with every secret that is still valid. Pure.

    webhook-id           the event_id, the same at each attempt
    webhook-timestamp    when this attempt was made, in epoch seconds
    webhook-signature    one `v1,<base64>` for each secret, separated by spaces

The signature is the HMAC-SHA256 of `<id>.<timestamp>.<body>`. While a secret is being rotated, a
receiver accepts the signature of either secret:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from agent_messaging import clock

PREFIX = "whsec_"


def headers(event_id: str, at: datetime, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """Return the header fields of an attempt. A secret is `whsec_` and base64."""
    timestamp = str(clock.to_epoch(at))
    signed = b".".join([event_id.encode(), timestamp.encode(), body])
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(signed, secret) for secret in secrets),
    }


def _signature(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
