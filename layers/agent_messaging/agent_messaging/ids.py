"""Create and read ids: a prefix for the kind, and a lower-case ULID that sorts by creation time.

A ULID is 48 bits of milliseconds and 80 bits of randomness in Crockford's base 32
(https://github.com/ulid/spec). Ids of the same millisecond have a random order. No code relies on
their order.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
ULID_DIGITS = 26
TIME_DIGITS = 10
ULID_PATTERN = f"[0-7][{ALPHABET}]{{25}}"

# 80 bits: finding two pairs with the same digits takes 2^40 tries of two hashes each.
PAIR_DIGITS = 16

# 40 bits: they only choose between two errors, for a bid that was replaced and for one that is not
# there.
BID_DIGITS = 8

# The prefix of every API key that the API creates.
KEY_PREFIX = "am_live_"
# The prefix of the two keys of `make run`, which everybody knows.
LOCAL_KEY_PREFIX = "am_local_"
MAX_SEARCH = 40  # characters of a wrong id that are repeated as search words

# What an id is, by its prefix.
KINDS = {
    "msg": "a message id",
    "wo": "a work order id",
    "thr": "a thread id",
    "key": "a key id",
    "qst": "a question id",
    "whk": "a webhook id",
    "dlv": "a delivery id",
    "evt": "an event id",
    "bid": "a bid id",
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)


def ulid(now: datetime) -> str:
    """Return a new ULID for `now`, 26 characters."""
    # `timestamp()` is a float, which sometimes loses a millisecond from 2038 on.
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    return base32(milliseconds << 80 | int.from_bytes(secrets.token_bytes(10)), ULID_DIGITS)


def new(prefix: str, now: datetime) -> str:
    """Return a new id such as `msg_01h...`. `prefix` is a key of `KINDS`, or agt."""
    return f"{prefix}_{ulid(now)}"


def new_thread(now: datetime, one: str, other: str) -> str:
    """Return the id of a new thread. It ends in a hash of the two agents, in either order."""
    return new("thr", now) + pair_digits(one, other)


def new_opening(now: datetime, one: str, other: str) -> tuple[str, str]:
    """Return the ids of a message and of the thread that it begins. They share one ULID."""
    shared = ulid(now)
    return f"msg_{shared}", f"thr_{shared}{pair_digits(one, other)}"


def new_bid(now: datetime, work_order_id: str, bidder_id: str) -> str:
    """Return the id of a new bid. It ends in a hash of the order and the bidder."""
    return new("bid", now)[:-BID_DIGITS] + pair_digits(work_order_id, bidder_id)[-BID_DIGITS:]


def is_bid_of(bid_id: str, work_order_id: str, bidder_id: str) -> bool:
    """Return whether `bid_id` is of this bidder's bids on the order, the last or an earlier one."""
    return bid_id[-BID_DIGITS:] == pair_digits(work_order_id, bidder_id)[-BID_DIGITS:]


def opening_of(thread_id: str) -> str:
    """Return the id of the message that begins a thread. Needs no read."""
    return f"msg_{ulid_of(thread_id)}"


def ulid_of(name: str) -> str:
    """Return the ULID in an id."""
    start = name.index("_") + 1
    return name[start : start + ULID_DIGITS]


def time_of(name: str) -> datetime:
    """Return the creation time of an id in milliseconds, at most the end of the year 9999."""
    milliseconds = 0
    for digit in ulid_of(name)[:TIME_DIGITS]:
        milliseconds = milliseconds << 5 | ALPHABET.index(digit)
    return _EPOCH + min(timedelta(milliseconds=milliseconds), _LAST - _EPOCH)


def is_thread_of(thread_id: str, one: str, other: str) -> bool:
    """Return whether `thread_id` belongs to this pair of agents. Needs no read."""
    return thread_id[-PAIR_DIGITS:] == pair_digits(one, other)


def pair_digits(one: str, other: str) -> str:
    """Return 80 bits of the SHA-256 of the sorted pair. Agent ids never contain `#`."""
    digest = hashlib.sha256("#".join(sorted((one, other))).encode()).digest()
    return base32(int.from_bytes(digest[:10], "big"), PAIR_DIGITS)


def base32(number: int, length: int) -> str:
    """Return the lowest `length` digits of a number in `ALPHABET`."""
    pairs = [_PAIRS[number >> 5 * place & 1023] for place in range(length - 2, -1, -2)]
    return "".join(pairs) if length % 2 == 0 else "".join(pairs) + ALPHABET[number & 31]


def kind_of(text: str) -> str | None:
    """Return what kind of id a text is, such as `a message id`. None for an agent's id."""
    prefix, _, rest = text.partition("_")
    digits = ULID_DIGITS + PAIR_DIGITS if prefix == "thr" else ULID_DIGITS
    is_id = len(rest) == digits and set(rest) <= set(ALPHABET)
    return KINDS.get(prefix) if is_id else None


def told_kind(text: str) -> str:
    """Return a sentence that says which kind of id a text is. Empty for an agent's id."""
    kind = kind_of(text)
    return f"`{text}` is {kind}. " if kind else ""


def has_key(text: str) -> bool:
    """Return whether a text contains an API key, or the beginning of one, in any letter case."""
    lowered = text.lower()
    return KEY_PREFIX in lowered or LOCAL_KEY_PREFIX in lowered


def without_key(text: str) -> str:
    """Return a text that the caller wrote, or `am_...` in place of one with an API key."""
    return "am_..." if has_key(text) else text


def as_search(value: object) -> str | None:
    """Return a value as `q` of GET /api/v1/agents, if it looks like a name. Never a key."""
    if not isinstance(value, str) or not value.isprintable() or has_key(value):
        return None
    name = value.strip()
    is_name = any(each.isalnum() for each in name) and len(name) <= MAX_SEARCH
    return quote(name, safe="") if is_name and kind_of(name) is None else None
