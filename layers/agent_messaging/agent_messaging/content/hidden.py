"""Tell where invisible characters are ordinary, and where they hide something.

These characters are ordinary in these places:

    VS15, VS16         after a character of emoji-variation-sequences.txt; after a digit, `#` or `*`
                       only before U+20E3 (UTS #51, sections 1.4.3 and 1.4.4)
    U+200D in emoji    between two emoji that emoji-zwj-sequences.txt joins
    tags               in exactly the flags of England, Scotland and Wales
    other selectors    VS1 to VS3 and VS17 to VS48 after a CJK ideograph, at most eight in a text:
                       a name needs one or two (UTS #37), and each could carry five bits
    U+200C, U+200D     in scripts that need them: between Arabic letters, around the virama of Indic
                       scripts, in Mongolian (UAX #31, section 2.3; RFC 5892, appendix A)
    U+200B             between letters of scripts without spaces
    U+180B to U+180F   after Mongolian letters; U+2800 between Braille; U+034F between Hebrew
                       points; joiners of hieroglyphs after a hieroglyph

Bidirectional controls are flagged everywhere, also in Hebrew and Arabic.
"""

import re
from collections.abc import Iterator
from itertools import islice
from operator import ne

from agent_messaging.content import unicode_data
from agent_messaging.content.characters import (
    BIDIRECTIONAL,
    BLANKS,
    FOREIGN,
    INVISIBLE,
    TAGS,
    is_mixed,
)

_ARABIC = r"\u0620-\u065F\u066E-\u06D3\u06D5\u06EE\u06EF\u06FA-\u06FF\u0750-\u077F\u08A0-\u08C7"
# Letters, vowel signs and marks from Devanagari to Sinhala.
_INDIC = r"\u0900-\u0963\u0971-\u0DF3"
_VIRAMAS = r"\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D3B\u0D3C\u0D4D\u0DCA"
_MONGOLIAN = r"\u1820-\u18AA"
# Thai, Lao, Tibetan, Myanmar, Khmer, New Tai Lue, Tai Tham, Balinese, Javanese.
_UNSPACED = (
    r"\u0E01-\u0E4E\u0E81-\u0ECD\u0F40-\u0FBC\u1000-\u109D\u1780-\u17D3\u1980-\u19DF\u1A20-\u1A7C"
    r"\u1B00-\u1B4C\uA980-\uA9C0\uA9E0-\uA9FE\uAA60-\uAA7F"
)
_IDEOGRAPHS = r"\u3400-\u4DBF\u4E00-\u9FFF\U00020000-\U0003347F"
_IDEOGRAPHIC_SELECTORS = r"\uFE00-\uFE02\U000E0100-\U000E011F"
_HIEROGLYPHS = r"\U00013000-\U0001342F\U00013460-\U000143FA"
_HEBREW_POINTS = r"\u0591-\u05C7"

# Characters, and the places where they are ordinary: each has what precedes and what follows.
_ORDINARY = {
    r"\uFE0E\uFE0F": [
        (f"[{unicode_data.SELECTABLE}]", ""),
        ("[0-9#*]", r"(?=\u20E3)"),
    ],
    _IDEOGRAPHIC_SELECTORS: [(f"[{_IDEOGRAPHS}]", "")],
    r"\u200B": [(f"[{_UNSPACED}]", f"(?=[{_UNSPACED}])")],
    r"\u200C": [
        (f"[{_ARABIC}]", f"(?=[{_ARABIC}])"),
        (f"[{_VIRAMAS}]", f"(?![{INVISIBLE}])"),
        (r"[\u1780-\u17D3]", r"(?=[\u17C9\u17CA])"),  # Khmer register shifters keep their form
    ],
    r"\u200D": [
        (f"[{_ARABIC}]", f"(?![{_ARABIC}{INVISIBLE}])"),  # an isolated initial form, as in dates
        (f"[{_VIRAMAS}]", f"(?![{INVISIBLE}])"),
        (f"[{_INDIC}]", f"(?=[{_VIRAMAS}])"),
        (f"[{_MONGOLIAN}]", ""),
    ],
    r"\u180B-\u180D\u180F": [(f"[{_MONGOLIAN}]", "")],
    r"\u180E": [(rf"[{_MONGOLIAN}\u180B-\u180D]", f"(?=[{_MONGOLIAN}])")],
    r"\u2800": [(r"[\u2801-\u28FF]", r"(?=[\u2801-\u28FF])")],
    r"\u034F": [(f"[{_HEBREW_POINTS}]", f"(?=[{_HEBREW_POINTS}])")],
    r"\U00013430-\U00013442": [(f"[{_HIEROGLYPHS}]", "")],
}
_NEVER = f"(?<![{''.join(_ORDINARY)}])"
_STRAY = "|".join(
    f"(?<=[{it}])" + "".join(f"(?<!{behind}[{it}]{before})" for behind, before in places)
    for it, places in _ORDINARY.items()
)
_INVISIBLE = re.compile(f"[{INVISIBLE}](?:{_NEVER}|{_STRAY})")
_BIDIRECTIONAL = re.compile(f"[{BIDIRECTIONAL}]")
_TAGS = re.compile(f"[{TAGS}]")

# --- emoji
_MODIFIERS = "\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_LEFTS, _RIGHTS = ("".join(sides) for sides in zip(*unicode_data.JOINED, strict=True))
_JOINER = re.compile(f"\u200d(?<=[{_LEFTS}{_MODIFIERS}]\u200d)(?=[{_RIGHTS}])")


def _each(characters: str) -> Iterator[str]:
    """Yield the characters of a set."""
    for one in re.finditer("(.)(?:-(.))?", characters):
        yield from map(chr, range(ord(one[1]), ord(one[2] or one[1]) + 1))


_RIGHTS_OF = {
    one: frozenset(_each(right)) for left, right in unicode_data.JOINED for one in _each(left)
}
_BLACK_FLAG = "\U0001f3f4"
_FLAGS = [
    _BLACK_FLAG + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
]

# --- what is ordinary once or twice, but not often
_IDEOGRAPHIC = re.compile(f"[{_IDEOGRAPHIC_SELECTORS}]")
MAX_IDEOGRAPHIC = 8
_JOINERS = "\u200b\u200c\u200d"
MANY_JOINERS, CHARACTERS_PER_JOINER = 16, 4

# --- blanks
# Shorter runs cannot change often enough, except at the end of a line.
_RUN = re.compile(rf"[ \t{BLANKS}]{{7,}}|[ \t{BLANKS}]{{3,}}(?![^\r\n])")
MANY_CHANGES, CHANGES_AT_AN_END = 6, 2
# Up to seven spaces. Padding in tables is longer.
_LINE_END = re.compile(r" (?<!  ) {0,6}\r?\n")
MANY_ENDINGS, ENDING_LENGTHS = 8, 3
_BLANK = re.compile(f"[{BLANKS}]")
# The ideographic space separates Japanese words.
_BETWEEN_WORDS = re.compile(rf"[{BLANKS}](?<!\u3000)(?<=[^\W\d_]{{3}}.)(?=[^\W\d_]{{3}})")
# Thin spaces and no-break spaces are common in print.
_ODD = re.compile(rf"{_BETWEEN_WORDS.pattern}(?<![\u00A0\u2009\u202F])")
MANY_BETWEEN_WORDS, MANY_ODD = 8, 3

# --- words of two scripts
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")
_FOREIGN = re.compile(f"[{FOREIGN}]")
_UNLIKE = re.compile(f"[{FOREIGN}](?<![{unicode_data.LOOKALIKE}])")
# A Latin letter in a Cyrillic or Greek word. An acronym may begin such a word.
_LATIN_ALIKE = "aceiopxyABCEHIKMOPTX"
_STRAY_LATIN = re.compile(
    f"(?<=[{FOREIGN}])[{_LATIN_ALIKE}]+(?![A-Za-z])|(?<![A-Za-z])[{_LATIN_ALIKE}](?=[{FOREIGN}])"
)
WORD_OF_FOREIGN = 3


def kinds(text: str) -> Iterator[str]:
    """Yield the names of a text's flags."""
    text = _without_emoji(text)
    if _INVISIBLE.search(text) or _are_too_many(text) or _hide_in_blanks(text):
        yield "invisible_characters"
    if _BIDIRECTIONAL.search(text):
        yield "bidirectional_controls"
    if _TAGS.search(text):
        yield "tag_characters"
    if is_mixed(text) and any(map(_deceives, _WORD.findall(text))):
        yield "lookalike_characters"


def first(text: str) -> str | None:
    """Return the first invisible or reordering character in a place where it is not ordinary."""
    text = _without_emoji(text)
    found = [pattern.search(text) for pattern in (_INVISIBLE, _BIDIRECTIONAL, _TAGS)]
    places = [match.start() for match in found if match]
    return text[min(places)] if places else None


def _without_emoji(text: str) -> str:
    """Return the text without joiners in emoji, and with a black flag for three nations' flags."""
    if _BLACK_FLAG in text:
        for sequence in _FLAGS:
            text = text.replace(sequence, _BLACK_FLAG)
    if "\u200d" in text:
        text = _JOINER.sub(lambda match: "" if _joins(text, match.start()) else "\u200d", text)
    return text


def _joins(text: str, place: int) -> bool:
    """Return whether the joiner at this place joins two emoji into one."""
    left = text[max(place - 2, 0) : place]
    base = left.rstrip(_MODIFIERS)[-1:] if left[-1:] in _MODIFIERS else left[-1:]
    right = text[place + 1 : place + 2]
    return right in _RIGHTS_OF.get(base, ())


def _are_too_many(text: str) -> bool:
    """Return whether characters that are ordinary once or twice occur too often."""
    joiners = sum(map(text.count, _JOINERS))
    if joiners >= MANY_JOINERS and joiners * CHARACTERS_PER_JOINER > len(text):
        return True
    return len(_IDEOGRAPHIC.findall(text)) > MAX_IDEOGRAPHIC


def _hide_in_blanks(text: str) -> bool:
    """Return whether blanks have an order, a length or a width that nobody types."""
    if text.count("\r") != text.count("\r\n"):
        return True
    if " \n" in text or " \r" in text:
        lengths = [len(ending.rstrip("\r\n")) for ending in _LINE_END.findall(text)]
        if len(lengths) >= MANY_ENDINGS and len(set(lengths)) >= ENDING_LENGTHS:
            return True
    if "\t" not in text and not _BLANK.search(text):
        return False
    if any(_is_code(run, text) for run in _RUN.finditer(text)):
        return True
    return _has(_BETWEEN_WORDS, MANY_BETWEEN_WORDS, text) or _has(_ODD, MANY_ODD, text)


def _has(pattern: re.Pattern[str], times: int, text: str) -> bool:
    return next(islice(pattern.finditer(text), times - 1, None), None) is not None


def _is_code(match: re.Match[str], text: str) -> bool:
    """Return whether a run of blanks changes its kind too often.

    Fewer changes are allowed at the end of a line.
    """
    # Web pages alternate spaces and no-break spaces.
    run = match[0].replace("\u00a0 ", " ").replace(" \u00a0", " ")
    changes: int = sum(map(ne, run, run[1:]))
    ends_line = text[match.end() : match.end() + 1] in ("", "\n", "\r")
    needed = CHANGES_AT_AN_END if ends_line else MANY_CHANGES
    return changes >= needed


def _deceives(word: str) -> bool:
    """Return whether a word looks like one script but mixes two."""
    if not (_FOREIGN.search(word) and _LATIN.search(word)):
        return False
    is_long = _has(_FOREIGN, WORD_OF_FOREIGN, word)
    return not _UNLIKE.search(word) or (is_long and _STRAY_LATIN.search(word) is not None)
