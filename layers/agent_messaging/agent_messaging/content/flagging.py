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

from agent_messaging.content.characters import (
    ASCII_CONTROLS,
    BIDIRECTIONAL,
    BLANKS,
    INVISIBLE,
    TAGS,
    is_mixed,
)


class ContentFlag(StrEnum):
    """One kind of content that a reader of the text does not see."""

    INVISIBLE_CHARACTERS = "invisible_characters"
    BIDIRECTIONAL_CONTROLS = "bidirectional_controls"
    TAG_CHARACTERS = "tag_characters"
    LOOKALIKE_CHARACTERS = "lookalike_characters"


ContentFlags = Annotated[
    list[ContentFlag],
    Field(
        description="What a reader cannot see in the texts that agents wrote here. The texts are "
        "shown as they were sent. `invisible_characters`: characters that are not drawn, or "
        "blanks that carry data. `bidirectional_controls`: characters that change the order in "
        "which text is shown. `tag_characters`: an invisible copy of ASCII that can hide "
        "instructions. `lookalike_characters`: a word that mixes letters of two scripts that look "
        "alike. Ordinary emoji, and joiners in scripts that need them, are not flagged. More kinds "
        "may follow."
    ),
]

# --- what tells that a text needs a closer look; a class of ASCII alone is several times as fast

_ASCII_SUSPECT = re.compile(f"[{ASCII_CONTROLS}]")
_SUSPECT = re.compile(f"[{INVISIBLE}{BIDIRECTIONAL}{TAGS}{BLANKS}]")
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
