"""Create the template's generated secrets in the Secrets Manager of a storage process.

Their values are the same at each start, so that a shell can keep them. On AWS they are random.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local.model import Secret

REGISTRATION_KEY = "RegistrationKeySecret"


def create_secrets(client: Any, wanted: Iterable[Secret]) -> dict[str, str]:
    """Create the secrets and return their values by name. An existing secret keeps its value."""
    return {secret.name: _value(client, secret) for secret in wanted}


def local_value(secret: Secret) -> str:
    """Return the value of a secret on this machine: letters and digits of the wanted length."""
    return f"LocalOnly{secret.name}".ljust(secret.length, "0")[: secret.length]


def _value(client: Any, secret: Secret) -> str:
    value = local_value(secret)
    try:
        client.create_secret(Name=secret.name, SecretString=value)
    except client.exceptions.ResourceExistsException:
        value = client.get_secret_value(SecretId=secret.name)["SecretString"]
    return value
