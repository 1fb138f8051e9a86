"""Who may register: anybody in mode `open`, in mode `key` whoever has the operator's key.

The key is a secret of the stack. It is read on the first registration, and again a minute later,
so that a new one holds within that minute.
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
    """Says of a request's headers whether it may register an agent.

    Raises ValueError for a mode that is none: a misspelt one must not open anything.
    """

    def __init__(self, mode: str, secret_id: str) -> None:
        if mode not in MODES:
            raise ValueError(f"REGISTRATION_MODE is {mode!r}. Set it to {' or '.join(MODES)}.")
        self._mode = mode
        self._secret_id = secret_id
        self._provider: Any = None

    def __call__(self, headers: Mapping[str, str]) -> None:
        """Let the request pass.

        Raises:
            RegistrationKeyError: it has no registration key, or another.
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
            # Its client costs more than all else that the function imports, and most never need it.
            from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415

            self._provider = SecretsProvider(boto_config=CONFIG)
        secret: str = self._provider.get(self._secret_id, max_age=MAX_AGE_SECONDS)
        return secret


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
