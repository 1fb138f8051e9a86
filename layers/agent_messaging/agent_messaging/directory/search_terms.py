"""Split ids, names and queries into the words of the search.

A text is split into runs of letters, digits and their marks, joined by `.`, `_` and `-`. In a name
or an id, a run and each of its parts are words. In a query, only the runs are words:

    nova-agent-id, "Nova Eagle"   nova-agent-id, nova, agent, id, eagle
    q=eag nova-a                  eag, nova-a

So `nova-a` finds words that begin with exactly that. `nova a` finds agents with both words in any
place. Texts are compared after NFKC and case folding (Unicode, UAX #15 and section 3.13).
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

JOINERS = "._-"

# The number of words is limited, because each word is a key in the directory.
ID_WORDS = 10
NAME_WORDS = 10
WORD_CHARACTERS = 64  # an id always fits


def of_agent(agent_id: str, name: str) -> tuple[str, ...]:
    """Return the sorted words of an agent, at most ID_WORDS + NAME_WORDS.

    A word that is the beginning of another word is left out. A search that finds it also finds the
    other one.
    """
    words = {*_words(agent_id, ID_WORDS), *_words(name, NAME_WORDS)}
    in_order = [*sorted(words), ""]
    return tuple(word for word, after in pairwise(in_order) if not after.startswith(word))


def of_query(text: str) -> tuple[str, ...]:
    """Return the words of a query. There are none without a letter or a digit."""
    return tuple(dict.fromkeys(run[:WORD_CHARACTERS] for run in _runs(text)))


def match(words: Sequence[str], query: Iterable[str]) -> bool:
    """Return whether each word of the query is the beginning of one of the `words`."""
    return all(first(words, prefix) is not None for prefix in query)


def first(words: Iterable[str], prefix: str) -> str | None:
    """Return the first of the `words` that begins with `prefix`."""
    return next((word for word in words if word.startswith(prefix)), None)


def _words(text: str, limit: int) -> list[str]:
    """Return the first `limit` different words of a text. Each run precedes its parts."""
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
    """Return whether a character is part of a word. A mark belongs to the preceding letter."""
    kind = unicodedata.category(character)[0]
    is_mark = kind == "M" and before not in f" {JOINERS}"
    return kind in "LN" or character in JOINERS or is_mark
