"""Create the template's generated secrets in the Secrets Manager of a storage process."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable
from typing import Any

from local.model import Secret

REGISTRATION_KEY = "RegistrationKeySecret"
CHARACTERS = string.ascii_letters + string.digits


def create_secrets(client: Any, wanted: Iterable[Secret]) -> dict[str, str]:
    """Create the secrets and return their values by name. An existing secret keeps its value."""
    return {secret.name: _value(client, secret) for secret in wanted}


def _value(client: Any, secret: Secret) -> str:
    value = "".join(secrets.choice(CHARACTERS) for _ in range(secret.length))
    try:
        client.create_secret(Name=secret.name, SecretString=value)
    except client.exceptions.ResourceExistsException:
        value = client.get_secret_value(SecretId=secret.name)["SecretString"]
    return value
