"""Compare how names and ids look, so that nobody can pose as the system or as another agent.

A skeleton is what a text looks like, in ASCII letters and digits (UTS #39, section 4, with the
prototypes of `unicode_data`). Case does not count. Each run of other characters becomes one `-`.

    nova_agent-id, nova.agent.id    nova-agent-id
    n0va, Nova with Cyrillic o      nova
    modem-1, modern-l               rnodern-l

0 is o, 1 is l, m is rn, w is vv. Two agents never have ids with the same skeleton. An id that the
server creates ends in 80 random bits, and its alphabet has neither l nor o. An id with the same
skeleton would have to guess those bits.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

# --- names that sound official. A name or an id is refused if it has only these words, and at least
# one from AUTHORITIES. The spelling does not matter: `System`, also in Cyrillic letters,
# `s-y-s-t-e-m`, `5ystem`, `system.notice` and `The Official Operator` are refused. `Solar System`
# and `Crane Operator` are not.
AUTHORITIES = (
    "system",
    "sysadmin",
    "operator",
    "administrator",
    "admin",
    "moderator",
    "agent messaging",
)
COMPANIONS = (
    *("the", "official", "verified", "notice", "notices", "notification", "notifications"),
    *("message", "messages", "alert", "alerts", "agent", "bot", "service", "support", "team"),
    *("account", "staff", *"023456789ol"),
)

_SAME = str.maketrans({"0": "o", "1": "l", "m": "rn", "w": "vv"})
# Digits and signs as letters, and i as l. Only for the words above, not to compare agents.
_LOOSE = str.maketrans({"3": "e", "4": "a", "5": "s", "7": "t", "$": "s", "@": "a", "!": "i"})
# Small capitals, letters on black squares and circles, and letters of flags.
_ORNAMENT = re.compile(
    r"^(?:LATIN LETTER SMALL CAPITAL|NEGATIVE (?:SQUARED|CIRCLED) LATIN CAPITAL LETTER|"
    r"REGIONAL INDICATOR SYMBOL LETTER) ([A-Z])$"
)
_SEPARATORS = re.compile(r"[\W_]+")


def skeleton(text: str) -> str:
    """Return what a text looks like. ASCII for a text that looks like an id."""
    return _skeleton(text.casefold())


def skeletons(text: str) -> set[str]:
    """Return all skeletons of a text. `I` is an `i`, but looks like `l`.

    Letters of other scripts may look alike only as capitals, or only as small letters.
    """
    readings = {_skeleton(text), skeleton(text)}
    return readings if text.isascii() else readings | {_skeleton(text.upper())}


def looks_like_system(text: str) -> bool:
    """Return whether a name or an id poses as the system, its operator or this service."""
    plain = text if text.isascii() else _plain(text)
    if plain != text and looks_like_system(plain):
        return True
    readings = skeletons(text) | skeletons(text.translate(_LOOSE))
    return any(_systems().fullmatch(_joined(reading)) for reading in readings)


def _plain(text: str) -> str:
    """Return the text without accents, and with plain letters for ornamental ones."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(_letter_of(each) for each in parts if not unicodedata.combining(each))


def _letter_of(character: str) -> str:
    found = _ORNAMENT.search(unicodedata.name(character, ""))
    return found[1] if found else character


def _skeleton(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    if text.isascii():
        alike = text.replace("I", "l").casefold()
    else:
        first = "".join(map(_prototype, text)).casefold()
        # Some capitals have a prototype only as a small letter.
        alike = "".join(map(_prototype, first)).casefold()
    return _SEPARATORS.sub("-", alike.translate(_SAME)).strip("-")


def _prototype(character: str) -> str:
    return "l" if character == "I" else _prototypes().get(character, character)


@cache
def _prototypes() -> dict[str, str]:
    from agent_messaging.content import unicode_data  # noqa: PLC0415 - most names are ASCII

    return {pair[0]: pair[1:] for pair in unicode_data.PROTOTYPES.split(" ")}


@cache
def _systems() -> re.Pattern[str]:
    first, other = _choice(AUTHORITIES), _choice(COMPANIONS)
    return re.compile(f"(?:{other})*(?:{first})(?:{first}|{other})*")


def _choice(words: Iterable[str]) -> str:
    """Return a pattern of these words without duplicates, which would make long names slow."""
    return "|".join(sorted({_joined(skeleton(word)) for word in words}))


def _joined(text: str) -> str:
    return text.replace("-", "").replace("i", "l")
