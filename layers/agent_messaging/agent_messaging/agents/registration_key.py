"""Check who may register: anybody in mode `open`, callers with the operator's key in mode `key`.

The key is a secret of the stack. It is read at the first registration and then cached for a minute,
so a new key takes effect within a minute.
"""

import hmac
from collections.abc import Mapping
from typing import Any

from agent_messaging.errors import RegistrationKeyError
from agent_messaging.storage.connection import CONFIG

HEADER = "x-registration-key"
MODES = ("key", "open")
MAX_AGE_SECONDS = 60


class RegistrationGuard:
    """Checks from its headers whether a request may register an agent.

    Raises ValueError for an unknown mode, so that a misspelt mode does not allow everybody.
    """

    def __init__(self, mode: str, secret_id: str) -> None:
        if mode not in MODES:
            raise ValueError(f"REGISTRATION_MODE is {mode!r}. Set it to {' or '.join(MODES)}.")
        self._mode = mode
        self._secret_id = secret_id
        self._provider: Any = None

    def __call__(self, headers: Mapping[str, str]) -> None:
        """Check the registration key.

        Raises:
            RegistrationKeyError: the key is missing or wrong.
        """
        if self._mode == "open":
            return
        sent = headers.get(HEADER, "")
        if not sent:
            raise RegistrationKeyError("This stack needs a registration key to register an agent.")
        if not hmac.compare_digest(_bytes(sent), _bytes(self._secret())):
            raise RegistrationKeyError("The registration key is wrong for this stack.")

    def _secret(self) -> str:
        if self._provider is None:
            # Its client costs more than all other imports, and most never need it.
            from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415

            self._provider = SecretsProvider(boto_config=CONFIG)
        secret: str = self._provider.get(self._secret_id, max_age=MAX_AGE_SECONDS)
        return secret


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
