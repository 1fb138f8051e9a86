"""Build pages with opaque cursors, and totals from a bounded count.

A cursor contains a position in one list, the total from its first page, and a truncated SHA-256.
The SHA-256 covers both, the caller, the list and its filter. A cursor contains no partition: the
partition always comes from the caller. So a forged cursor gains nothing, and no secret is needed.
A position is the sort key of the last item on a page. The next page begins strictly after it, so
new items neither shift a page nor are skipped.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from itertools import accumulate, takewhile
from typing import NamedTuple, TypeVar

from agent_messaging.errors import BadCursorError

COUNT_LIMIT = 100
COUNT_QUERIES = 4  # a query examines at most 1 MB, so counting reads at most 4 MB
PAGE_BYTES = 1_000_000
_DIGEST_BYTES = 12

Entry = TypeVar("Entry")


class Total(NamedTuple):
    """How many items match, counted up to a bound."""

    number: int
    is_minimum: bool = False


class Listing(NamedTuple):
    """One list of one caller. A cursor belongs to it.

    `position` is a regular expression for the sort keys of the list.
    """

    caller: str
    name: str
    filters: tuple[str | None, ...]
    position: str

    def cursor(self, position: str, total: Total | None) -> str:
        """Return the cursor after `position`. It carries `total`, which is counted only once."""
        count = [] if total is None else [total.number, int(total.is_minimum)]
        content = json.dumps([position, *count], separators=(",", ":")).encode()
        return _encoded(self._digest(content) + content)

    def open(self, cursor: str | None) -> tuple[str | None, Total | None]:
        """Return the position and total of a cursor. Both are None on the first page.

        Raises:
            BadCursorError: the cursor does not belong to this list.
        """
        if cursor is None:
            return None, None
        raw = _decoded(cursor)
        digest, content = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if digest != self._digest(content):
            raise BadCursorError("The cursor belongs to another list, filter or caller.")
        return self._parse(content)

    def _parse(self, content: bytes) -> tuple[str, Total | None]:
        """Check the content like any input, because anybody can compute the digest."""
        try:
            position, *count = json.loads(content)
            number, is_minimum = count or (0, 0)
            total = Total(number, bool(is_minimum)) if count else None
            is_sound = bool(re.fullmatch(self.position, position)) and type(number) is int
        except (ValueError, TypeError, RecursionError):
            is_sound = False
        if not is_sound or number < 0:
            raise BadCursorError("The cursor is not one that this API returned.")
        if number > COUNT_LIMIT:  # from a time when totals had no bound
            total = Total(COUNT_LIMIT, is_minimum=True)
        return position, total

    def _digest(self, content: bytes) -> bytes:
        bound = json.dumps([self.caller, self.name, self.filters]).encode()
        return hashlib.sha256(bound + b"\n" + content).digest()[:_DIGEST_BYTES]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(cursor: str) -> bytes:
    """Return what `_encoded` encoded. Other base64 texts of the same bytes are refused."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        raw = b""
    if not raw or _encoded(raw) != cursor:
        raise BadCursorError("The cursor is not one that this API returned.")
    return raw


def count(
    number: int,
    position: str | None,
    query: Callable[[str, int], tuple[int, str | None]],
    queries: int = COUNT_QUERIES,
) -> Total:
    """Return the total of a list with `number` known matches, which continues after `position`.

    Counting stops at COUNT_LIMIT items or after this many queries. `query` takes the position to
    begin after, and how many more items are needed to know that the limit is exceeded. It returns
    how many matches it found, and the position to continue from, None at the end.
    """
    for _ in range(queries):
        if position is None or number > COUNT_LIMIT:
            break
        matches, position = query(position, COUNT_LIMIT + 1 - number)
        number += matches
    if number > COUNT_LIMIT:
        return Total(COUNT_LIMIT, is_minimum=True)
    return Total(number, is_minimum=position is not None)


def take_page(
    entries: Sequence[Entry],
    limit: int,
    resume: str | None,
    *,
    position: Callable[[Entry], str],
    weigh: Callable[[Entry], int],
    most: Callable[[Entry], int] | None = None,
) -> tuple[list[Entry], str | None]:
    """Return the items that fit on a page, and the position to continue from, None at the end.

    `resume` is where the query for `entries` stopped, None at the end of its partition. `weigh`
    returns an item's bytes in the answer. `most` returns an upper bound of them, and is faster. A
    page has at least one item.
    """
    kept = list(entries[:limit])
    if most is None or sum(map(most, kept)) > PAGE_BYTES:
        weights = accumulate(map(weigh, kept))
        fitting = sum(1 for _ in takewhile(lambda weight: weight <= PAGE_BYTES, weights))
        kept = kept[: max(1, fitting)]
    return kept, position(kept[-1]) if len(kept) < len(entries) else resume


def build_page(
    listing: Listing,
    resume: str | None,
    length: int,
    carried: Total | None,
    counting: Callable[[], Total],
) -> tuple[Total, str | None]:
    """Return the total and the cursor of a page of `length` items that continues at `resume`.

    The total comes from the cursor. If the first page is the only one, it is the page's length.
    Otherwise it is counted.
    """
    total = carried or (Total(length) if resume is None else counting())
    return total, None if resume is None else listing.cursor(resume, total)
