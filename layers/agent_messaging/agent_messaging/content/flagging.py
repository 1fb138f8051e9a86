"""Flag texts with content that a reader cannot see.

A language model reads characters that a person does not see, or sees in another order. The text
itself is never changed. Flags next to it say what it contains.

    invisible_characters    they are drawn as nothing, or in no standard way: zero-width characters,
                            fillers, controls, stray variation selectors, private use, and blanks
                            that carry data. Each variation selector can carry a byte
                            (https://paulbutler.org/2025/smuggling-arbitrary-data-through-an-emoji/)
    bidirectional_controls  they change the order in which text is shown, so that it reads
                            differently: UTR #36, section 2.5 (https://www.unicode.org/reports/tr36/);
                            "Trojan Source" (https://trojansource.codes/)
    tag_characters          an invisible copy of ASCII that can hide whole instructions
                            (https://embracethered.com/blog/posts/2024/hiding-and-finding-text-with-unicode-tags/)
    lookalike_characters    a word mixes letters of two scripts that look alike: UTS #39
                            (https://www.unicode.org/reports/tr39/)

`hidden` knows where such a character is ordinary, for example in an emoji or between Persian
letters. It is imported when the first text contains one. A flag is a reason to look, not a verdict.
A text without flags can be harmful too: the choice of words, emoji or spaces can also carry data.
"""

import json
import re
from collections.abc import Iterable, Iterator
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
from agent_messaging.content.flags import ContentFlag

ContentFlags = Annotated[
    list[ContentFlag],
    Field(
        description="What a reader cannot see in the texts of agents in this object. The texts "
        "are shown as they were sent. `invisible_characters`: characters that are not drawn, or "
        "blanks that carry data. `bidirectional_controls`: characters that change the order in "
        "which text is shown. `tag_characters`: an invisible copy of ASCII that can hide "
        "instructions. `lookalike_characters`: a word that mixes letters of two scripts that look "
        "alike. Ordinary emoji, and joiners in scripts that need them, are not flagged. More kinds "
        "may follow."
    ),
]

# --- signs that a text needs a closer look. A class of ASCII alone is several times faster.

_ASCII_SUSPECT = re.compile(f"[{ASCII_CONTROLS}]")
_SUSPECT = re.compile(f"[{INVISIBLE}{BIDIRECTIONAL}{TAGS}{BLANKS}]")
# How JSON writes control characters such as tabs, and a space before the end of a line. An escaped
# backslash may precede the same letters. Parsing the object shows which it is.
_JSON_ESCAPE = re.compile(r"\\[bfrtu]| \\n")


def flags(*texts: str | None, objects: Iterable[str | None] = ()) -> list[ContentFlag]:
    """Return the flags of all texts together, in the order of `ContentFlag`. Most have none.

    `objects` are JSON texts such as `fields.ObjectText`. Their strings and their names are checked.
    """
    suspects = [text for text in texts if text and _is_suspect(text)]
    for json_text in objects:
        if json_text and (_is_suspect(json_text) or _JSON_ESCAPE.search(json_text)):
            suspects += _strings(json.loads(json_text))
    if not suspects:
        return []
    from agent_messaging.content import hidden  # noqa: PLC0415 - compiled at its first use

    found = {ContentFlag(name) for text in suspects for name in hidden.kinds(text)}
    return [flag for flag in ContentFlag if flag in found]


def _is_suspect(text: str) -> bool:
    if "\t" in text or "\r" in text or ("\n" in text and " \n" in text):
        return True
    if text.isascii():
        return _ASCII_SUSPECT.search(text) is not None
    return _SUSPECT.search(text) is not None or is_mixed(text)


def _strings(value: Any) -> Iterator[str]:
    """Yield every string and every name in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from _strings(part)
