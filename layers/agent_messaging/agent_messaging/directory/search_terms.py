"""The words by which an agent is found: those of its id and its name, and those of a query.

A text falls into runs of letters, digits and the marks on them, held together by `.`, `_` and `-`.
A run is a word, and so is each of its parts; a query is taken by its runs alone:

    nova-agent-id, "Nova Eagle"   nova-agent-id, nova, agent, id, eagle
    q=eag nova-a                  eag, nova-a

So `nova-a` finds what begins with exactly that, and `nova a` both words wherever they stand. Texts
that look alike are alike: NFKC and case folding (Unicode, UAX #15 and section 3.13).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

JOINERS = "._-"

# What an agent is found by is bounded, for each word is a key in the directory.
ID_WORDS = 10
NAME_WORDS = 10
WORD_CHARACTERS = 64  # an id is never cut


def of_agent(agent_id: str, name: str) -> tuple[str, ...]:
    """The words of an agent in their order, at most ID_WORDS + NAME_WORDS.

    A word that begins another is left out: whatever finds it finds the other.
    """
    words = {*_words(agent_id, ID_WORDS), *_words(name, NAME_WORDS)}
    in_order = [*sorted(words), ""]
    return tuple(word for word, after in pairwise(in_order) if not after.startswith(word))


def of_query(text: str) -> tuple[str, ...]:
    """The words that are looked for; none if the text has neither letter nor digit."""
    return tuple(dict.fromkeys(run[:WORD_CHARACTERS] for run in _runs(text)))


def match(words: Sequence[str], query: Iterable[str]) -> bool:
    """Whether each word of the query begins some of the `words`."""
    return all(first(words, prefix) is not None for prefix in query)


def first(words: Iterable[str], prefix: str) -> str | None:
    """The first of the `words` that begins with `prefix`."""
    return next((word for word in words if word.startswith(prefix)), None)


def _words(text: str, limit: int) -> list[str]:
    """The first different words of a text, each run before its parts."""
    words: dict[str, None] = {}
    for run in _runs(text):
        parts = filter(None, re.split(f"[{JOINERS}]", run))
        words |= dict.fromkeys(word[:WORD_CHARACTERS] for word in (run, *parts))
    return list(words)[:limit]


def _runs(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = [" "]
    for character in folded:
        kept.append(character if _is_in_word(character, kept[-1]) else " ")
    runs = (run.strip(JOINERS) for run in "".join(kept).split())
    return [run for run in runs if run]


def _is_in_word(character: str, before: str) -> bool:
    """Whether a character belongs to a word; a mark belongs to the letter before it."""
    kind = unicodedata.category(character)[0]
    is_mark = kind == "M" and before not in f" {JOINERS}"
    return kind in "LN" or character in JOINERS or is_mark
