"""What cannot be seen in the texts that an agent wrote, told to whoever is about to act on them.

A language model reads characters that a person does not see, or sees in another order. Nothing is
taken away or changed: the text stays as it was sent, and flags beside it say what is in it.

    invisible_characters    nothing is drawn for them, or nothing that is agreed upon: zero-width
                            characters, fillers, controls, stray variation selectors, private use,
                            blanks that carry data. A byte fits each variation selector
                            (https://paulbutler.org/2025/smuggling-arbitrary-data-through-an-emoji/)
    bidirectional_controls  they change the order in which text is shown, so that it reads otherwise
                            than it is: UTR #36, section 2.5 (https://www.unicode.org/reports/tr36/);
                            "Trojan Source" (https://trojansource.codes/)
    tag_characters          an invisible copy of ASCII in which whole instructions can be hidden
                            (https://embracethered.com/blog/posts/2024/hiding-and-finding-text-with-unicode-tags/)
    lookalike_characters    a word mixes letters of two scripts, and those of one look like letters
                            of the other: UTS #39 (https://www.unicode.org/reports/tr39/)

`unseen` knows where such a character is ordinary: in an emoji, between Persian letters. It is
imported for the first text that holds one. A flag is a reason to look, not a verdict. Nor is a text
without flags harmless: data also fits in the choice of words, of emoji, of one or two spaces.
"""

import json
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field


class ContentFlag(StrEnum):
    """One kind of what a person who reads the text does not see."""

    INVISIBLE_CHARACTERS = "invisible_characters"
    BIDIRECTIONAL_CONTROLS = "bidirectional_controls"
    TAG_CHARACTERS = "tag_characters"
    LOOKALIKE_CHARACTERS = "lookalike_characters"


ContentFlags = Annotated[
    list[ContentFlag],
    Field(
        description="What a reader would not see in the texts that agents wrote here. The texts "
        "are shown as they were sent. `invisible_characters`: characters that are not drawn, or "
        "blanks that carry data. `bidirectional_controls`: characters that change the order in "
        "which text is shown. `tag_characters`: an invisible copy of ASCII that can hide "
        "instructions. `lookalike_characters`: a word that mixes letters of two scripts that look "
        "alike. Ordinary emoji are not flagged, nor joiners in scripts that need them. More kinds "
        "may come."
    ),
]

# --- sets of characters, as they stand between the brackets of a regular expression

# C0 and C1 without tab, line feed and carriage return; DEL, which lies between the two.
_ASCII_CONTROLS = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F"

# Bidi_Control, the explicit and implicit directional formatting characters: UAX #9, section 2
# (https://www.unicode.org/reports/tr9/).
BIDIRECTIONAL = r"\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069"

# The block Tags: https://www.unicode.org/charts/PDF/UE0000.pdf.
TAGS = r"\U000E0000-\U000E007F"

# All variation selectors but those of Mongolian. VS15 and VS16 choose between text and emoji.
SELECTORS = r"\uFE00-\uFE0F\U000E0100-\U000E01EF"

# Default_Ignorable_Code_Point of Unicode 17, without the three sets above
# (https://www.unicode.org/Public/17.0.0/ucd/DerivedCoreProperties.txt).
_IGNORABLE = (
    r"\u00AD\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200D\u2060-\u2065\u206A-\u206F"
    r"\u3164\uFEFF\uFFA0\uFFF0-\uFFF8"
    r"\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A"
)

# Drawn as nothing although they are not ignorable: line and paragraph separator, blank Braille, the
# filler of Khitan, joiners and blanks of hieroglyphs, a note without a head, and what frames
# annotations or stands for an object that is not there.
_BLANK = r"\u2028\u2029\u2800\uFFF9-\uFFFC\U00013430-\U00013442\U00016FE4\U0001D159"

# Private use, noncharacters, and the planes 4 to 16, in which nothing but tags and selectors is
# assigned. What is not assigned below them may be a letter tomorrow.
_UNAGREED = (
    r"\uE000-\uF8FF\uFDD0-\uFDEF\uFFFE\uFFFF\U0001FFFE\U0001FFFF\U0002FFFE\U0002FFFF"
    r"\U0003FFFE-\U000DFFFF\U000E0080-\U000E00FF\U000E01F0-\U0010FFFF"
)

INVISIBLE = _ASCII_CONTROLS + r"\x80-\x9F" + _IGNORABLE + _BLANK + _UNAGREED + SELECTORS

# Blanks besides space and tab. Ogham draws its own; the ideographic one is as wide as a character.
BLANKS = r"\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000"

# Greek, Cyrillic, Armenian, Cherokee, Coptic, Lisu, Deseret, Osage: scripts with look-alikes of
# ASCII letters.
FOREIGN = (
    r"\u0370-\u058F\u13A0-\u13FD\u1F00-\u1FFF\u2C80-\u2CFF\uA4D0-\uA4FD\uAB70-\uABBF"
    r"\U00010400-\U0001044F\U000104B0-\U000104FB"
)

# --- what tells that a text needs a closer look; a class of ASCII alone is several times as fast

_ASCII_SUSPECT = re.compile(f"[{_ASCII_CONTROLS}]")
_SUSPECT = re.compile(f"[{INVISIBLE}{BIDIRECTIONAL}{TAGS}{BLANKS}]")
_LATIN_LETTER = re.compile("[A-Za-z]")
_FOREIGN_LETTER = re.compile(f"[{FOREIGN}]")
_MIXED = re.compile(f"[A-Za-z][{FOREIGN}]|[{FOREIGN}][A-Za-z]")

# How JSON writes control characters, tabs among them, and a blank before the end of a line. The
# same characters stand for themselves behind an escaped backslash: parsing the object tells.
_JSON_ESCAPE = re.compile(r"\\[bfrtu]| \\n")


def flags(*texts: str | None, objects: Iterable[str | None] = ()) -> list[ContentFlag]:
    """What occurs in any of the texts, in the order of `ContentFlag`; nothing in most.

    `objects` are JSON texts, as `fields.ObjectText` holds them: their strings are looked at, and
    the names in them too.
    """
    suspects = [text for text in texts if text and _is_suspect(text)]
    for json_text in objects:
        if json_text and (_is_suspect(json_text) or _JSON_ESCAPE.search(json_text)):
            suspects += _strings(json.loads(json_text))
    if not suspects:
        return []
    from agent_messaging.content import hidden  # noqa: PLC0415 - compiled when it is first needed

    found = {ContentFlag(name) for text in suspects for name in hidden.kinds(text)}
    return [flag for flag in ContentFlag if flag in found]


def _is_suspect(text: str) -> bool:
    if "\t" in text or "\r" in text or ("\n" in text and " \n" in text):
        return True
    if text.isascii():
        return _ASCII_SUSPECT.search(text) is not None
    return _SUSPECT.search(text) is not None or is_mixed(text)


def is_mixed(text: str) -> bool:
    """Whether a Latin letter stands beside one of a script that has look-alikes of it."""
    # Most texts fail the first or the second search, which are several times as fast as the third.
    return bool(_LATIN_LETTER.search(text) and _FOREIGN_LETTER.search(text) and _MIXED.search(text))


def _strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value, and every name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from _strings(part)
