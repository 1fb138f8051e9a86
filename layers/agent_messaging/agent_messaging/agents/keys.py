"""Create and check API keys: `am_live_`, 40 characters of base 62 (238 bits), and 6 of CRC-32.

A mistyped key fails the checksum and is refused without a read. The checksum is not a secret. Only
the SHA-256 of a key is stored. With 238 random bits it needs neither salt nor stretching. A client
may create its key itself and send only the hash. Then a lost answer does not lose the key.

The two keys of `make run` are the same at each start, so everybody knows them. They begin with
`am_local_`. Only a server with the variable LOCAL_ONLY accepts this prefix, and the template
does not set it.
"""

import hashlib
import re
import secrets
import string
import zlib
from datetime import datetime

from agent_messaging import ids
from agent_messaging.agents.model import Key
from agent_messaging.ids import KEY_PREFIX, LOCAL_KEY_PREFIX

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
SECRET_DIGITS = 40
CHECKSUM_DIGITS = 6

_KEY = re.compile(
    rf"({KEY_PREFIX}|{LOCAL_KEY_PREFIX})"
    rf"([0-9A-Za-z]{{{SECRET_DIGITS}}})([0-9A-Za-z]{{{CHECKSUM_DIGITS}}})",
    re.ASCII,
)
# RFC 6750, section 2.1. The case of the scheme does not matter (RFC 9110).
_BEARER = re.compile(r"bearer +(\S+)", re.ASCII | re.IGNORECASE)


def issue(
    now: datetime, label: str | None = None, expires_at: datetime | None = None
) -> tuple[str, Key]:
    """Return a new key, which is shown once and never stored, and its record."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_DIGITS))
    api_key = f"{KEY_PREFIX}{secret}{checksum(secret)}"
    return api_key, brought(key_hash(api_key), now, label, expires_at)


def brought(
    hashed: str, now: datetime, label: str | None = None, expires_at: datetime | None = None
) -> Key:
    """Return the record of a key that the client created, from its hash."""
    return Key(
        key_id=ids.new("key", now),
        key_hash=hashed,
        created_at=now,
        label=label,
        expires_at=expires_at,
    )


def issue_unless_brought(
    hashed: str | None,
    now: datetime,
    label: str | None = None,
    expires_at: datetime | None = None,
) -> tuple[str | None, Key]:
    """Return a new key and its record, or None and the record of the client's own key."""
    if hashed is not None:
        return None, brought(hashed, now, label, expires_at)
    return issue(now, label, expires_at)


def from_header(authorization: str, *, accepts_local: bool = False) -> str | None:
    """Return the key in an `Authorization` header, None if it is not a well-formed bearer key."""
    bearer = _BEARER.fullmatch(authorization.strip(" "))
    if bearer is None or not is_well_formed(bearer[1], accepts_local=accepts_local):
        return None
    return bearer[1]


def is_well_formed(api_key: str, *, accepts_local: bool = False) -> bool:
    """Return whether the text has the form and the checksum of a key.

    Only with `accepts_local` may it be a key of `make run`.
    """
    parts = _KEY.fullmatch(api_key)
    if parts is None or (parts[1] == LOCAL_KEY_PREFIX and not accepts_local):
        return False
    return checksum(parts[2]) == parts[3]


def key_hash(api_key: str) -> str:
    """Return the SHA-256 in hexadecimal, by which the authorizer finds the agent."""
    return hashlib.sha256(api_key.encode()).hexdigest()


def checksum(secret: str) -> str:
    """Return the CRC-32 of the secret part as 6 digits of base 62."""
    number = zlib.crc32(secret.encode())
    digits = []
    for _ in range(CHECKSUM_DIGITS):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
