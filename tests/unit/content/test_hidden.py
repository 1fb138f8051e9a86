"""A thousand payloads, hidden by each method of the list, and flagged one and all."""

import random

import pytest

from agent_messaging.content.flagging import flags
from agent_messaging.content.flags import ContentFlag
from agent_messaging.fields import json_text
from tests.unit.content.hidden import METHODS

PAYLOADS = 20  # of each method
COVER = "Please send me the landed cost of fifty products by Friday."


def payloads(name: str) -> list[bytes]:
    """Random bytes, the same in every run: 16 to 32, as much as a key or a short order."""
    chance = random.Random(name)
    return [chance.randbytes(chance.randrange(16, 33)) for _ in range(PAYLOADS)]


def test_there_are_fifty_methods_and_a_thousand_payloads():
    assert len(METHODS) * PAYLOADS >= 1000


@pytest.mark.parametrize("name", METHODS)
def test_what_a_method_hides_is_flagged_wherever_it_is_hidden(name: str):
    for data in payloads(name):
        text = METHODS[name](COVER, data)
        found = flags(text)
        assert found, ascii(text)
        assert flags(COVER, text) == found
        assert flags(objects=[json_text({"deep": [{"note": text}]})]) == found
        assert flags(objects=[json_text({text: None})]) == found


def test_the_cover_alone_is_not_flagged():
    assert flags(COVER, objects=[json_text({COVER: COVER})]) == []


@pytest.mark.parametrize("pair", ["👩🔥", "🐕💻", "🐦🚀", "👨💨"])
def test_a_joiner_between_emoji_that_make_no_other_is_flagged(pair: str):
    """Each of the two joins others: 👩 with 💻, and ❤ with 🔥."""
    left, right = pair
    assert flags(f"Lunch? {left}\u200d{right}") == [ContentFlag.INVISIBLE_CHARACTERS]
