"""Find the route that a caller meant by a path that no route has. Pure, and cheap for any path.

Two paths are compared word by word, without `/api/v1`. Words of equal meaning count most, then
words with the same letters. The values in the caller's path go into the parameters of the route.

    POST /api/v1/messaging/work-orders     POST /api/v1/messaging/work-order
    GET  /messaging/inbox                  GET /api/v1/messaging/inbox
    POST /work-orders/wo_1/accept          POST /api/v1/messaging/work-order/wo_1/respond
"""

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from agent_messaging.docs.catalog import Known

# The most of a path that is compared. The longest route has six words.
MAX_WORDS, MAX_LETTERS = 10, 64

# What each kind of match is worth: the same word, the same but for its form, another name, a value
# in the place of a parameter.
SAME, SAME_BUT_FORM, OTHER_NAME, VALUE = 1.0, 0.95, 0.9, 0.5
SIMILAR_WORD = 0.6  # the least of two words that share letters
SAME_METHOD = 0.05
NEAR = 0.5  # the least of a path that is worth a proposal

# Words of other APIs, and the words of this API.
OTHER_NAMES = {
    "accept": "respond",
    "decline": "respond",
    "documentation": "docs",
    "finish": "complete",
    "job": "work-order work-orders",
    "message": "send inbox messages",
    "offline": "presence",
    "online": "presence",
    "order": "work-order work-orders",
    "profile": "me",
    "redoc": "docs",
    "reject": "respond",
    "signup": "register",
    "status": "health",
    "swagger": "docs",
    "task": "work-order work-orders",
    "user": "agents",
}
PREFIX = re.compile(r"/*(?:api(?=/|\Z)/*)?(?:v\d+(?=/|\Z)/*)?", re.IGNORECASE)
VALUE_TEXT = re.compile(r"[\w.~-]{1,128}", re.ASCII)


class Proposal(NamedTuple):
    """A route that is near, with the caller's values in its path."""

    route: Known
    path: str
    likeness: float

    def __str__(self) -> str:
        """Return the method and the path."""
        return f"{self.route.method} {self.path}"

    @property
    def is_same(self) -> bool:
        """Whether the path differs only in form, such as in its letter case or a plural."""
        return self.likeness >= SAME_BUT_FORM


class Aligned(NamedTuple):
    """How well two lists of words fit, and the caller's value of each parameter."""

    worth: float
    values: tuple[tuple[str, str], ...]


def nearest(method: str, path: str, routes: Iterable[Known]) -> Proposal | None:
    """Return the route that is most like a request, if one is near enough."""
    words = _words(path)
    if not words:
        return None
    found = [_proposal(method, words, route) for route in routes]
    best = max(found, key=lambda each: each.likeness, default=None)
    return best if best is not None and best.likeness >= NEAR else None


def _proposal(method: str, words: tuple[str, ...], route: Known) -> Proposal:
    own = _words(route.path)
    worth, values = _aligned(words, own)
    likeness = 2 * worth / (len(words) + max(len(own), 1))
    likeness += SAME_METHOD if route.method == method else 0
    path = route.path
    for name, value in values:
        if VALUE_TEXT.fullmatch(value):
            path = path.replace(name, value)
    return Proposal(route, path, likeness)


def _words(path: str) -> tuple[str, ...]:
    path = PREFIX.sub("", path[: MAX_WORDS * MAX_LETTERS], count=1)
    return tuple(word[:MAX_LETTERS] for word in path.split("/") if word)[:MAX_WORDS]


def _aligned(words: tuple[str, ...], own: tuple[str, ...]) -> Aligned:
    """Return the best alignment: both lists in their order, and each word used at most once."""
    row = [Aligned(0, ())] * (len(own) + 1)
    for word in words:
        above, row = row, row[:1]
        for place, ours in enumerate(own):
            worth, values = above[place]
            matched = worth + _worth(word, ours)
            if matched > max(above[place + 1].worth, row[place].worth):
                value = ((ours, word),) if ours.startswith("{") else ()
                row.append(Aligned(matched, (*values, *value)))
            else:
                row.append(max(above[place + 1], row[place], key=lambda each: each.worth))
    return row[-1]


@functools.lru_cache(maxsize=1024)
def _worth(word: str, ours: str) -> float:
    """Return what it is worth that the caller has `word` where a route has `ours`."""
    if ours.startswith("{"):
        return VALUE
    if word == ours:
        return SAME
    word, form = word.lower(), _form(word)
    if form == _form(ours):
        return SAME_BUT_FORM
    if ours in (OTHER_NAMES.get(word) or OTHER_NAMES.get(form, "")).split():
        return OTHER_NAME
    pairs, our_pairs = _pairs(word), _pairs(ours)
    likeness = 2 * len(pairs & our_pairs) / max(len(pairs) + len(our_pairs), 1)
    return likeness * OTHER_NAME if likeness >= SIMILAR_WORD else 0


def _form(word: str) -> str:
    """Return the word without what only changes its form."""
    return word.lower().replace("-", "").replace("_", "").removesuffix("s")


def _pairs(word: str) -> set[str]:
    return {word[place : place + 2] for place in range(len(word) - 1)}
