"""Sets of characters, in the syntax of regular expressions between `[` and `]`."""

import re

# C0 without tab, line feed and carriage return, and DEL.
ASCII_CONTROLS = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F"

# Bidi_Control, the explicit and implicit directional formatting characters: UAX #9, section 2
# (https://www.unicode.org/reports/tr9/).
BIDIRECTIONAL = r"\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069"

# The block Tags: https://www.unicode.org/charts/PDF/UE0000.pdf.
TAGS = r"\U000E0000-\U000E007F"

# All variation selectors except the Mongolian ones. VS15 and VS16 choose between text and emoji.
SELECTORS = r"\uFE00-\uFE0F\U000E0100-\U000E01EF"

# Default_Ignorable_Code_Point of Unicode 17, without the three sets above
# (https://www.unicode.org/Public/17.0.0/ucd/DerivedCoreProperties.txt).
_IGNORABLE = (
    r"\u00AD\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200D\u2060-\u2065\u206A-\u206F"
    r"\u3164\uFEFF\uFFA0\uFFF0-\uFFF8"
    r"\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A"
)

# Characters that are not ignorable but are drawn as nothing: line and paragraph separator, blank
# Braille, the filler of Khitan, joiners and blanks of hieroglyphs, a note without a head,
# annotation marks, and the placeholder of an object.
_BLANK = r"\u2028\u2029\u2800\uFFF9-\uFFFC\U00013430-\U00013442\U00016FE4\U0001D159"

# Private use, noncharacters, and the planes 4 to 16, where only tags and selectors are assigned.
# Unassigned characters in lower planes may become letters, so they are not in this set.
_UNAGREED = (
    r"\uE000-\uF8FF\uFDD0-\uFDEF\uFFFE\uFFFF\U0001FFFE\U0001FFFF\U0002FFFE\U0002FFFF"
    r"\U0003FFFE-\U000DFFFF\U000E0080-\U000E00FF\U000E01F0-\U0010FFFF"
)

INVISIBLE = ASCII_CONTROLS + r"\x80-\x9F" + _IGNORABLE + _BLANK + _UNAGREED + SELECTORS

# Blanks other than space and tab. Ogham's is drawn, and the ideographic one is a character wide.
BLANKS = r"\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000"

# Scripts with look-alikes of ASCII letters: Greek, Cyrillic, Armenian, Cherokee, Coptic, Lisu,
# Deseret, Osage.
FOREIGN = (
    r"\u0370-\u058F\u13A0-\u13FD\u1F00-\u1FFF\u2C80-\u2CFF\uA4D0-\uA4FD\uAB70-\uABBF"
    r"\U00010400-\U0001044F\U000104B0-\U000104FB"
)

_LATIN_LETTER = re.compile("[A-Za-z]")
_FOREIGN_LETTER = re.compile(f"[{FOREIGN}]")
_MIXED = re.compile(f"[A-Za-z][{FOREIGN}]|[{FOREIGN}][A-Za-z]")


def is_mixed(text: str) -> bool:
    """Return whether a Latin letter is next to one of a script with look-alikes."""
    # Most texts fail the first or second search, which are several times faster than the third.
    return bool(_LATIN_LETTER.search(text) and _FOREIGN_LETTER.search(text) and _MIXED.search(text))
