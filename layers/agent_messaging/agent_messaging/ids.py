"""Ids: a prefix that says what it names, and a lower-case ULID that sorts by time of creation.

A ULID is 48 bits of milliseconds and 80 bits of randomness in Crockford's base 32
(https://github.com/ulid/spec). Two ids of one millisecond sort at random; nothing relies on it.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
ULID_DIGITS = 26
TIME_DIGITS = 10
ULID_PATTERN = f"[0-7][{ALPHABET}]{{25}}"

# 80 bits: to find a second pair with the same digits takes 2^40 tries, each two hashes.
PAIR_DIGITS = 16

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)


def ulid(now: datetime) -> str:
    """A new ULID of `now`, 26 characters."""
    # Not by way of `timestamp()`: as a float it loses a millisecond now and then, from 2038.
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    return base32(milliseconds << 80 | int.from_bytes(secrets.token_bytes(10)), ULID_DIGITS)


def new(prefix: str, now: datetime) -> str:
    """A new id such as `msg_01h...`; `prefix` is one of agt, msg, wo, thr, key."""
    return f"{prefix}_{ulid(now)}"


def new_thread(now: datetime, one: str, other: str) -> str:
    """A new thread of two agents: the id ends in a hash of the pair, whichever of them writes."""
    return new("thr", now) + pair_digits(one, other)


def new_opening(now: datetime, one: str, other: str) -> tuple[str, str]:
    """The ids of a message and of the thread that it begins: they share their ULID."""
    shared = ulid(now)
    return f"msg_{shared}", f"thr_{shared}{pair_digits(one, other)}"


def opening_of(thread_id: str) -> str:
    """The id of the message that begins a thread; needs no read."""
    return f"msg_{ulid_of(thread_id)}"


def ulid_of(name: str) -> str:
    """The ULID in an id."""
    start = name.index("_") + 1
    return name[start : start + ULID_DIGITS]


def time_of(name: str) -> datetime:
    """When an id was made, to the millisecond; of one that was made up, the year 9999 at most."""
    milliseconds = 0
    for digit in ulid_of(name)[:TIME_DIGITS]:
        milliseconds = milliseconds << 5 | ALPHABET.index(digit)
    return _EPOCH + min(timedelta(milliseconds=milliseconds), _LAST - _EPOCH)


def is_thread_of(thread_id: str, one: str, other: str) -> bool:
    """Whether `thread_id` was made for this pair of agents; needs no read."""
    return thread_id[-PAIR_DIGITS:] == pair_digits(one, other)


def pair_digits(one: str, other: str) -> str:
    """80 bits of SHA-256 over the sorted pair; `#` cannot occur in an agent's id."""
    digest = hashlib.sha256("#".join(sorted((one, other))).encode()).digest()
    return base32(int.from_bytes(digest[:10], "big"), PAIR_DIGITS)


def base32(number: int, length: int) -> str:
    """The lowest `length` digits of a number in `ALPHABET`."""
    pairs = [_PAIRS[number >> 5 * place & 1023] for place in range(length - 2, -1, -2)]
    return "".join(pairs) if length % 2 == 0 else "".join(pairs) + ALPHABET[number & 31]
