"""Pages: opaque cursors, and totals that cost no more than a bounded count.

A cursor is a position in one list and the total counted for its first page, with a truncated
SHA-256 over both and over the caller, the list and its filter. It carries no partition: the
partition always comes from the caller, so a forged cursor gains nothing and no secret is needed.
A position is the sort key of the last entry; the next page begins strictly behind it, so entries
that arrive meanwhile neither shift a page nor are skipped.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import TypeVar

from agent_messaging.errors import BadCursorError

COUNT_LIMIT = 100
COUNT_QUERIES = 4  # a query examines at most 1 MB, so counting reads at most 4 MB
PAGE_BYTES = 1_000_000
_DIGEST_BYTES = 12

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Total:
    """How many entries match, counted no further than a bound."""

    number: int
    is_minimum: bool = False


@dataclass(frozen=True)
class Listing:
    """One list of one caller: what a cursor is bound to.

    `position` is a regular expression for the sort keys of the list.
    """

    caller: str
    name: str
    filters: tuple[str | None, ...]
    position: str

    def cursor(self, position: str, total: Total | None) -> str:
        """The cursor behind `position`; `total` travels along, for it is counted only once."""
        count = [] if total is None else [total.number, int(total.is_minimum)]
        content = json.dumps([position, *count], separators=(",", ":")).encode()
        return _encoded(self._digest(content) + content)

    def open(self, cursor: str | None) -> tuple[str | None, Total | None]:
        """The position and total of a cursor; neither on the first page.

        Raises:
            BadCursorError: it was not made by this list.
        """
        if cursor is None:
            return None, None
        raw = _decoded(cursor)
        digest, content = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        if digest != self._digest(content):
            raise BadCursorError("The cursor belongs to another list, filter or caller.")
        return self._parse(content)

    def _parse(self, content: bytes) -> tuple[str, Total | None]:
        """Anybody can compute the digest, so what it covers is checked like any input."""
        try:
            position, *count = json.loads(content)
            number, is_minimum = count or (0, 0)
            total = Total(number, bool(is_minimum)) if count else None
            is_sound = bool(re.fullmatch(self.position, position)) and type(number) is int
        except (ValueError, TypeError, RecursionError):
            is_sound = False
        if not is_sound or number < 0:
            raise BadCursorError("The cursor is not one that this API returned.")
        if number > COUNT_LIMIT:  # as before totals stopped there
            total = Total(COUNT_LIMIT, is_minimum=True)
        return position, total

    def _digest(self, content: bytes) -> bytes:
        bound = json.dumps([self.caller, self.name, self.filters]).encode()
        return hashlib.sha256(bound + b"\n" + content).digest()[:_DIGEST_BYTES]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(cursor: str) -> bytes:
    """The inverse of `_encoded`, of its results alone: base64 knows several texts for a value."""
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
    """The total of a list whose first `number` matches are known, and which goes on at `position`.

    Counted up to COUNT_LIMIT entries or so many queries: `query` takes the position to begin behind
    and how many entries are missing to be sure, and gives how many matches it found and the
    position to go on from, None at the end.
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
    """The first entries that fit a page, and the position to go on from; None at the end.

    `resume` is where the query that brought `entries` stopped, None at its partition's end;
    `weigh` gives an entry's bytes in the answer, and `most` at less cost what they are at most. A
    page holds at least one entry.
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
    """The total and the cursor of a page of `length` entries that goes on at `resume`.

    The total is what the cursor carried, the length when the first page is all there is, and only
    otherwise a count.
    """
    total = carried or (Total(length) if resume is None else counting())
    return total, None if resume is None else listing.cursor(resume, total)
