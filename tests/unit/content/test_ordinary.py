"""A thousand ordinary texts in more than twenty languages, with emoji, and not one is flagged."""

import re

import pytest

from agent_messaging.content.flagging import flags
from agent_messaging.fields import json_text
from tests.unit.content import ordinary

UNSEEN = re.compile("[\u180b-\u180e\u200b-\u200d\u2800\ufe00-\ufe0f\U000e0000-\U000e01ef]")
TEXTS = ordinary.texts(per_language=24)


def test_there_are_a_thousand_texts_in_more_than_twenty_languages():
    assert len(ordinary.SENTENCES) > 20
    assert len(set(TEXTS)) >= 1000


@pytest.mark.parametrize("language", ordinary.SENTENCES)
def test_a_sentence_is_not_flagged(language: str):
    for sentence in ordinary.SENTENCES[language]:
        assert flags(sentence) == [], ascii(sentence)


@pytest.mark.parametrize("emoji", ordinary.EMOJI)
def test_an_emoji_is_not_flagged(emoji: str):
    for text in (emoji, emoji * 3, f"Well done {emoji}!", f"{emoji}\n"):
        assert flags(text) == flags(objects=[json_text({text: text})]) == []


def test_no_ordinary_text_is_flagged():
    for text in [*TEXTS, *ordinary.every_pair()]:
        assert flags(text) == [], ascii(text)


def test_the_texts_do_hold_what_is_flagged_elsewhere():
    """Joiners, selectors, tags: what is ordinary in them hides data in English."""
    unseen = set(
        re.findall(
            "[\u180b-\u180e\u200b-\u200d\u202f\u2800\ufe00-\ufe0f\U000e0000-\U000e01ef]",
            "".join(TEXTS),
        )
    )
    assert len(unseen) > 15
    for character in unseen - {"\u202f"}:
        assert flags(f"he{character}llo"), f"U+{ord(character):04X}"
