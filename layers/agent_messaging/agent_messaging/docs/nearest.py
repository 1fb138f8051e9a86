"""Find the route that a caller meant by a path that no route has. Pure, and cheap for any path.

Two paths are compared word by word, without `/api/v1`. Words of equal meaning count most, then
words with the same letters. The values in the caller's path go into the parameters of the route.

    POST /api/v1/messaging/work-orders     POST /api/v1/messaging/work-order
    GET  /messaging/inbox                  GET /api/v1/messaging/inbox
    POST /work-orders/wo_1/accept          POST /api/v1/messaging/work-order/wo_1/respond

The method matters too, so that a caller who wants to change something is not told to read it:

    PUT  /api/v1/agents/me                 PATCH /api/v1/agents/me
    POST /api/v1/messaging/contacts        PUT /api/v1/messaging/contacts/{contact_id}

DELETE is proposed only to a caller who sent DELETE, and only if the words of the path and of the
route are the same. So `DELETE /agents/nova` does not lead to `DELETE /agents/me`.
"""

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from agent_messaging import ids
from agent_messaging.docs.catalog import Known

# The most of a path that is compared. The longest route has six words.
MAX_WORDS, MAX_LETTERS = 10, 64

# What each kind of match is worth: the same word, the same but for its form, another name, a value
# in the place of a parameter.
SAME, SAME_BUT_FORM, OTHER_NAME, VALUE = 1.0, 0.95, 0.9, 0.5
SIMILAR_WORD = 0.7  # the least of two words that share letters
# What the same method is worth. A reader may have meant the very path of another method.
SAME_WRITE, CHANGE, OTHER_WRITE, SAME_READ = 0.35, 0.32, 0.3, 0.22
CHANGES = {"PUT", "PATCH"}
WRITES = {"POST", *CHANGES}
DELETE = "DELETE"
GROUP = "messaging"  # a word that callers often leave out
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
    has_same_words: bool

    def __str__(self) -> str:
        """Return the method and the path."""
        return f"{self.route.method} {self.path}"


class Aligned(NamedTuple):
    """How well two lists of words fit, how many fit, and the caller's value of each parameter."""

    worth: float
    placed: int
    values: tuple[tuple[str, str], ...]


def nearest(method: str, path: str, routes: Iterable[Known]) -> Proposal | None:
    """Return the route that is most like a request, if one is near enough."""
    words = _words(path)
    if not words:
        return None
    proposals = (_proposal(words, route) for route in routes)
    near = [each for each in proposals if each.likeness >= NEAR and _is_fit(method, each)]
    return max(
        near, key=lambda each: each.likeness + _affinity(method, each.route.method), default=None
    )


def _is_fit(method: str, proposal: Proposal) -> bool:
    return proposal.route.method != DELETE or (method == DELETE and proposal.has_same_words)


def _affinity(method: str, other: str) -> float:
    if method == other:
        return SAME_READ if method == "GET" else SAME_WRITE
    if {method, other} == CHANGES:
        return CHANGE
    return OTHER_WRITE if {method, other} <= WRITES else 0


def _proposal(words: tuple[str, ...], route: Known) -> Proposal:
    own = _words(route.path)
    worth, placed, values = _aligned(words, own)
    likeness = 2 * worth / (len(words) + max(len(own), 1))
    path = route.path
    for name, value in values:
        if VALUE_TEXT.fullmatch(value) and not ids.has_key(value):
            path = path.replace(name, value)
    needed = [ours for ours in own if ours != GROUP and not ours.startswith("{")]
    has_same = all(any(_worth(word, ours) for word in words) for ours in needed)
    return Proposal(route, path, likeness, has_same and placed == len(words))


def _words(path: str) -> tuple[str, ...]:
    path = PREFIX.sub("", path[: MAX_WORDS * MAX_LETTERS], count=1)
    return tuple(word[:MAX_LETTERS] for word in path.split("/") if word)[:MAX_WORDS]


def _aligned(words: tuple[str, ...], own: tuple[str, ...]) -> Aligned:
    """Return the best alignment: both lists in their order, and each word used at most once."""
    row = [Aligned(0, 0, ())] * (len(own) + 1)
    for word in words:
        above, row = row, row[:1]
        for place, ours in enumerate(own):
            worth, placed, values = above[place]
            matched = worth + _worth(word, ours)
            if matched > max(above[place + 1].worth, row[place].worth):
                value = ((ours, word),) if ours.startswith("{") else ()
                row.append(Aligned(matched, placed + 1, (*values, *value)))
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
