"""Create the template's generated secrets in the Secrets Manager of a storage process."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable
from typing import Any

from local.kept import Kept
from local.model import Secret

REGISTRATION_KEY = "RegistrationKeySecret"
CHARACTERS = string.ascii_letters + string.digits


def create_secrets(
    client: Any, wanted: Iterable[Secret], kept: Kept | None = None
) -> dict[str, str]:
    """Create the secrets and return their values by name.

    An existing secret keeps its value. If there is a place to keep it, it also has it at the next
    start.
    """
    return {secret.name: _value(client, secret, kept) for secret in wanted}


def _value(client: Any, secret: Secret, kept: Kept | None) -> str:
    value = (kept and kept.get(secret.name)) or "".join(
        secrets.choice(CHARACTERS) for _ in range(secret.length)
    )
    if kept:
        kept.put(secret.name, value)
    try:
        client.create_secret(Name=secret.name, SecretString=value)
    except client.exceptions.ResourceExistsException:
        value = client.get_secret_value(SecretId=secret.name)["SecretString"]
    return value
