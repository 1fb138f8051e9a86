"""API keys: `am_live_`, 40 characters of base 62 (238 bits), and 6 of CRC-32.

The checksum lets a mistyped key be refused without a read; it is no secret. Only the SHA-256 of a
key is stored, which for 238 random bits needs neither salt nor stretching. So a client may make its
key itself, and bring its hash: then no answer that is lost takes the key with it.
"""

import hashlib
import re
import secrets
import string
import zlib
from datetime import datetime

from agent_messaging import ids
from agent_messaging.agents.model import Key
from agent_messaging.auth import KEY_PREFIX

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
SECRET_DIGITS = 40
CHECKSUM_DIGITS = 6

_KEY = re.compile(
    rf"{KEY_PREFIX}([0-9A-Za-z]{{{SECRET_DIGITS}}})([0-9A-Za-z]{{{CHECKSUM_DIGITS}}})", re.ASCII
)
# RFC 6750, section 2.1; the scheme in any case, as RFC 9110 has it.
_BEARER = re.compile(r"bearer +(\S+)", re.ASCII | re.IGNORECASE)


def issue(
    now: datetime, label: str | None = None, expires_at: datetime | None = None
) -> tuple[str, Key]:
    """A new key and what is stored of it; the first is shown once and kept nowhere."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_DIGITS))
    api_key = f"{KEY_PREFIX}{secret}{checksum(secret)}"
    return api_key, brought(key_hash(api_key), now, label, expires_at)


def brought(
    hashed: str, now: datetime, label: str | None = None, expires_at: datetime | None = None
) -> Key:
    """What is stored of a key of which nothing is known but its hash."""
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
    """A new key, or None and what is stored of the key that the client made itself."""
    if hashed is not None:
        return None, brought(hashed, now, label, expires_at)
    return issue(now, label, expires_at)


def from_header(authorization: str) -> str | None:
    """The key in an `Authorization` header; None unless it is one bearer key with its checksum."""
    bearer = _BEARER.fullmatch(authorization.strip(" "))
    return bearer[1] if bearer and is_well_formed(bearer[1]) else None


def is_well_formed(api_key: str) -> bool:
    """Whether the text is a key that may have been issued: its form, and its checksum."""
    parts = _KEY.fullmatch(api_key)
    return parts is not None and checksum(parts[1]) == parts[2]


def key_hash(api_key: str) -> str:
    """SHA-256 in hexadecimal: the key under which an authorizer finds the agent."""
    return hashlib.sha256(api_key.encode()).hexdigest()


def checksum(secret: str) -> str:
    """CRC-32 of the secret part, 6 digits of base 62."""
    number = zlib.crc32(secret.encode())
    digits = []
    for _ in range(CHECKSUM_DIGITS):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
