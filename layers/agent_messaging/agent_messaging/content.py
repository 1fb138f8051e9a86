"""What cannot be seen in the texts that an agent wrote, told to whoever is about to act on them.

A language model reads characters that a person does not see, or sees in another order. Nothing is
taken away or changed: the text stays as it was sent, and flags beside it say what is in it.

    invisible_characters    nothing is drawn for them: zero-width characters, fillers, variation
                            selectors, controls. Data can be hidden in any of them, a byte in each
                            variation selector (https://paulbutler.org/2025/smuggling-arbitrary-data-through-an-emoji/)
    bidirectional_controls  they change the order in which text is shown, so that it reads otherwise
                            than it is: UTR #36, section 2.5 (https://www.unicode.org/reports/tr36/);
                            "Trojan Source" (https://trojansource.codes/)
    tag_characters          an invisible copy of ASCII in which whole instructions can be hidden
                            (https://embracethered.com/blog/posts/2024/hiding-and-finding-text-with-unicode-tags/)

A flag is a reason to look, not a verdict: Persian needs the zero-width non-joiner, Japanese names
variation selectors, and the flag of Scotland is written in tag characters. Nor is a text without
flags harmless: look-alike letters, for one, are not looked for.
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


ContentFlags = Annotated[
    list[ContentFlag],
    Field(
        description="What a reader would not see in the texts that an agent wrote here; they stand "
        "here as they were sent. `invisible_characters`: zero-width and other characters for which "
        "nothing is drawn; `bidirectional_controls`: characters that change the order in which "
        "text is shown; `tag_characters`: an invisible copy of ASCII, used to hide instructions."
    ),
]

# --- sets of characters, as they stand between the brackets of a regular expression

# C0 and C1 without tab, line feed and carriage return; DEL, which lies between the two.
_ASCII_CONTROLS = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F"
_CONTROLS = _ASCII_CONTROLS + r"\x80-\x9F"

# Bidi_Control, the explicit and implicit directional formatting characters: UAX #9, section 2
# (https://www.unicode.org/reports/tr9/).
_BIDIRECTIONAL = r"\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069"

# The block Tags: https://www.unicode.org/charts/PDF/UE0000.pdf.
_TAGS = r"\U000E0000-\U000E007F"

# VS15 and VS16, which choose between text and emoji: UTS #51 (https://www.unicode.org/reports/tr51/).
_PRESENTATION = r"\uFE0E\uFE0F"

# Default_Ignorable_Code_Point of Unicode 17, without the three sets above
# (https://www.unicode.org/Public/17.0.0/ucd/DerivedCoreProperties.txt). It holds all other
# variation selectors: U+180B-180D, U+180F, U+FE00-FE0D and U+E0100-E01EF.
_IGNORABLE = (
    r"\u00AD\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200D\u2060-\u2065\u206A-\u206F"
    r"\u3164\uFE00-\uFE0D\uFEFF\uFFA0\uFFF0-\uFFF8"
    r"\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0080-\U000E0FFF"
)

# What frames annotations between the lines, and is not drawn: The Unicode Standard, section 23.8.
_ANNOTATION = r"\uFFF9-\uFFFB"

_UNSEEN = _CONTROLS + _IGNORABLE + _ANNOTATION

# --- what is searched for

# A presentation selector is ordinary behind a character that is seen. It is not at the beginning
# of a text, behind a space, or behind something unseen: behind another selector, above all.
_SEEN = rf"[^\s{_UNSEEN}{_BIDIRECTIONAL}{_TAGS}{_PRESENTATION}]"
_STRAY_SELECTOR = rf"[{_PRESENTATION}](?<!{_SEEN}[{_PRESENTATION}])"

_PATTERNS = {
    ContentFlag.INVISIBLE_CHARACTERS: (
        re.compile(f"[{_UNSEEN}]"),
        re.compile(_STRAY_SELECTOR),
    ),
    ContentFlag.BIDIRECTIONAL_CONTROLS: (re.compile(f"[{_BIDIRECTIONAL}]"),),
    ContentFlag.TAG_CHARACTERS: (re.compile(f"[{_TAGS}]"),),
}

# One search tells that there is nothing: a class of ASCII alone is several times as fast.
_SUSPECT = re.compile(f"[{_UNSEEN}{_BIDIRECTIONAL}{_TAGS}{_PRESENTATION}]")
_ASCII_SUSPECT = re.compile(f"[{_ASCII_CONTROLS}]")

# How JSON writes control characters, but for tab, line feed and carriage return. The same
# characters stand for themselves behind an escaped backslash: parsing the object tells.
_JSON_ESCAPE = re.compile(r"\\[bfu]")


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
    return [
        flag
        for flag, patterns in _PATTERNS.items()
        if any(pattern.search(text) for text in suspects for pattern in patterns)
    ]


def _is_suspect(text: str) -> bool:
    pattern = _ASCII_SUSPECT if text.isascii() else _SUSPECT
    return pattern.search(text) is not None


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
