"""Ways to hide bytes in a text so that a person reads the cover and a model reads the bytes.

Each method takes a cover text and bytes, and gives back the text that holds both. `METHODS` is the
list that the tests go by. What cannot be told from ordinary writing is not in it: the choice of
words, emoji or capitals, one space or two between words, a space at the end of a line or none.
"""

from collections.abc import Callable, Iterator

Method = Callable[[str, bytes], str]
METHODS: dict[str, Method] = {}

LETTERS_ALIKE = dict(zip("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ", strict=True))
KHMER = "សូមជួយពិនិត្យតម្លៃទំនិញ"
PERSIAN = "لطفا قیمت محصولات جدید را برای من بررسی کنید "
RUSSIAN = "пожалуйста проверьте стоимость товаров до завтрашнего вечера "
IDEOGRAPHS = "費用見積製品配送期限確認依頼予算承認契約書類提出完了報告連絡担当者会議日程調整"
EMOJI = "🦅🚀🎉🔥📦😀🤖🐙🌍"


def method(encode: Method) -> Method:
    METHODS[encode.__name__] = encode
    return encode


def bits(data: bytes) -> Iterator[int]:
    for byte in data:
        for place in range(8):
            yield byte >> place & 1


def after_first_word(cover: str, hidden: str) -> str:
    first, _, rest = cover.partition(" ")
    return f"{first}{hidden} {rest}"


def one_each(cover: str, marks: list[str]) -> str:
    """The cover with one mark behind each of its characters, as often as it takes."""
    whole = cover * (len(marks) // len(cover) + 1)
    return "".join(map("".join, zip(whole, marks, strict=False)))


def alphabet(name: str, signs: str) -> None:
    """A method that writes the bytes in digits of an alphabet, behind the first word."""

    def encode(cover: str, data: bytes) -> str:
        number, digits = int.from_bytes(b"\x01" + data), ""
        while number:
            number, digit = divmod(number, len(signs))
            digits += signs[digit]
        return after_first_word(cover, digits)

    METHODS[name] = encode


def span(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


for name, signs in {
    "zero-width space and non-joiner": "\u200b\u200c",
    "zero-width joiner and non-joiner": "\u200c\u200d",
    "zero-width characters of four kinds": "\u200b\u200c\u200d\u2060",
    "no-break space without width": "\u2060\ufeff",
    "invisible operators of mathematics": span(0x2061, 0x2064),
    "soft hyphens": "\u00ad\u034f",
    "grapheme joiners": "\u034f\u200c",
    "deprecated format characters": span(0x206A, 0x206F),
    "variation selectors 1 to 16": span(0xFE00, 0xFE0F),
    "variation selectors 17 to 256": span(0xE0100, 0xE01EF),
    "Mongolian variation selectors": "\u180b\u180c\u180d\u180f",
    "Mongolian vowel separators": "\u180e\u180b",
    "fillers of Hangul": "\u115f\u1160\u3164\uffa0",
    "inherent vowels of Khmer": "\u17b4\u17b5",
    "blank Braille": "\u2800\u200b",
    "musical format characters": span(0x1D173, 0x1D17A),
    "notes without a head": "\U0001d159\U0001d173",
    "shorthand format characters": span(0x1BCA0, 0x1BCA3),
    "joiners of hieroglyphs": span(0x13430, 0x13442),
    "fillers of Khitan": "\U00016fe4\u2060",
    "interlinear annotation": "\ufff9\ufffa\ufffb",
    "replaced objects": "\ufffc\ufff9",
    "line and paragraph separators": "\u2028\u2029",
    "controls": span(0x00, 0x08) + span(0x0E, 0x1F) + "\x7f",
    "controls of the second kind": span(0x80, 0x9F),
    "private use": span(0xE000, 0xE0FF),
    "private use of plane 15": span(0xF0000, 0xF00FF),
    "private use of plane 16": span(0x100000, 0x1000FF),
    "noncharacters": span(0xFDD0, 0xFDEF) + "\ufffe\uffff\U0001ffff",
    "planes without characters": span(0x50000, 0x500FF),
    "reserved and ignorable": span(0xE0080, 0xE00FF) + span(0xE0200, 0xE02FF),
    "tag characters": span(0xE0020, 0xE007E),
    "marks of direction": "\u200e\u200f\u061c",
    "embeddings of direction": span(0x202A, 0x202E),
    "isolates of direction": span(0x2066, 0x2069),
}.items():
    alphabet(name, signs)


@method
def instructions_as_tags(cover: str, data: bytes) -> str:
    return after_first_word(cover, "".join(chr(0xE0000 + ord(digit)) for digit in data.hex()))


@method
def the_flag_of_a_region_that_has_none(cover: str, data: bytes) -> str:
    region = "".join(chr(0xE0000 + ord(digit)) for digit in data.hex())
    return after_first_word(cover, f" 🏴{region}\U000e007f")


@method
def a_byte_in_each_selector_behind_an_emoji(cover: str, data: bytes) -> str:
    signs = span(0xFE00, 0xFE0F) + span(0xE0100, 0xE01EF)
    return f"{cover} 😀{''.join(signs[byte] for byte in data)}"


@method
def a_selector_or_none_behind_each_letter(cover: str, data: bytes) -> str:
    return one_each(cover, ["\ufe0f" * bit for bit in bits(data)])


@method
def two_selectors_behind_letters(cover: str, data: bytes) -> str:
    return one_each(cover, ["\ufe0e\ufe0f"[bit] for bit in bits(data)])


@method
def a_selector_behind_digits(cover: str, data: bytes) -> str:
    return cover + one_each("4711", ["\ufe0f" * bit for bit in bits(data)])


@method
def a_selector_behind_emoji_that_have_none(cover: str, data: bytes) -> str:
    return cover + one_each(EMOJI, ["\ufe0f" * bit for bit in bits(data)])


@method
def a_joiner_between_emoji_that_do_not_join(cover: str, data: bytes) -> str:
    return cover + one_each(EMOJI, ["\u200d" * bit for bit in bits(data)]) + "😀"


@method
def selectors_behind_ideographs(cover: str, data: bytes) -> str:
    return cover + one_each(IDEOGRAPHS, [chr(0xE0100 + byte % 32) for byte in data])


@method
def spaces_and_tabs_at_the_ends_of_lines(cover: str, data: bytes) -> str:
    """As the program SNOW does it."""
    ends = ["".join(" \t"[bit] for bit in bits(bytes([byte]))) for byte in data]
    return "\n".join(f"{cover}{end}" for end in ends if len(set(end)) > 1)


@method
def spaces_and_tabs_within_a_line(cover: str, data: bytes) -> str:
    return after_first_word(cover, "".join(" \t"[bit] for bit in bits(data)))


@method
def the_number_of_spaces_at_the_ends_of_lines(cover: str, data: bytes) -> str:
    lengths = [length for byte in data for length in (byte & 7, byte >> 3 & 7)]
    return "\n".join(cover + " " * length for length in lengths) + "\n"


@method
def spaces_of_different_widths(cover: str, data: bytes) -> str:
    words = iter(["please", "estimate", "costs", "before", "Friday"] * len(data))
    return cover + "".join(f" {next(words)}{chr(0x2000 + byte % 11)}often" for byte in data)


@method
def a_space_that_does_not_break_or_one_that_does(cover: str, data: bytes) -> str:
    blanks = [" \u00a0"[bit] for bit in bits(data)]
    return cover + "".join(f"about{blank}costs." for blank in blanks)


@method
def line_breaks_that_return_the_carriage_alone(cover: str, data: bytes) -> str:
    return "".join(cover + "\n\r"[bit] for bit in bits(data))


@method
def look_alikes_of_latin_letters(cover: str, data: bytes) -> str:
    codes = bits(data)
    carriers = ("please check approximate package expenses " * len(data))[: 40 * len(data)]
    return "".join(
        LETTERS_ALIKE[letter] if letter in LETTERS_ALIKE and next(codes, 0) else letter
        for letter in carriers
    )


@method
def look_alikes_of_cyrillic_letters(cover: str, data: bytes) -> str:
    codes, latin = bits(data), {alike: letter for letter, alike in LETTERS_ALIKE.items()}
    return "".join(
        latin[letter] if letter in latin and next(codes, 0) else letter
        for letter in RUSSIAN * len(data)
    )


@method
def joiners_of_persian_behind_every_other_letter(cover: str, data: bytes) -> str:
    return one_each(PERSIAN.replace(" ", ""), ["\u200c" * bit for bit in bits(data)])


@method
def joiners_of_persian_in_a_text_of_khmer(cover: str, data: bytes) -> str:
    return one_each(KHMER, ["\u200b\u200c"[bit] for bit in bits(data)])
