"""What hypothesis is told of UTF-8 is so."""

import sys

from tests.characters import ENCODABLE, UTF_8, known_at_once


def is_encodable(code: int) -> bool:
    try:
        return chr(code).encode(UTF_8).decode(UTF_8) == chr(code)
    except UnicodeEncodeError:
        return False


def test_all_characters_but_surrogates_are_encoded_and_decoded_again():
    (first, before), (after, last) = ENCODABLE
    assert (first, last) == (0, sys.maxunicode)
    assert [*map(is_encodable, (first, before, after, last))] == [True] * 4
    assert not any(map(is_encodable, range(before + 1, after)))


def test_another_codec_is_looked_up():
    look_up = known_at_once(lambda codec: (codec, ()), tuple)
    assert look_up("ascii") == ("ascii", ())
    assert look_up(UTF_8) == (ENCODABLE, ())
