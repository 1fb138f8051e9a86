"""What an agent is found by, and what finds it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging.directory import search_terms
from agent_messaging.fields import AGENT_ID_PATTERN

names = st.text(min_size=1, max_size=60) | st.text("aAbB1é .-_#", min_size=1, max_size=60)
ids = st.from_regex(AGENT_ID_PATTERN.replace("$", r"\Z"), fullmatch=True)


def finds(query: str, agent_id: str, name: str) -> bool:
    return search_terms.match(search_terms.of_agent(agent_id, name), search_terms.of_query(query))


def test_an_agent_has_the_words_of_its_id_and_its_name():
    assert search_terms.of_agent("nova-agent-id", "Nova Eagle") == (
        "agent",
        "eagle",
        "id",
        "nova-agent-id",  # `nova` too begins it, and is found with it
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("nova", True),
        ("n", True),
        ("NOVA-Agent", True),
        ("nova-agent-id", True),
        ("nova-agent-id-2", False),
        ("agent", True),
        ("id", True),
        ("gent", False),
        ("agent-id", False),
        ("eag", True),
        ("eagle nova", True),
        ("eagle, nova!", True),
        ("eagle boots", False),
        ("-nova-", True),
        ("scout", True),
        ("deep-scout", True),
        ("deep scout", True),
        ("scout-deep", False),
    ],
)
def test_each_word_of_a_query_begins_some_word_of_the_agent(query: str, *, found: bool):
    assert finds(query, "nova-agent-id", "Nova Eagle (Deep-Scout)") is found


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("ＮＯＶＡ", "Nova"),
        ("strasse", "Straße"),
        ("ÉCLAIR", "e\u0301clair"),
        ("ﬁn", "Finder"),
        ("हिन्", "हिन्दी अनुवादक"),
        ("Пе", "переводчик"),
        ("見積", "見積もり係"),
        ("love", "❤️love"),
        ("2", "Agent ②"),
    ],
)
def test_texts_that_look_alike_find_each_other(query: str, name: str):
    assert finds(query, "x", name)


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "...", "-_-", "#!?", "\u0301", "❤️", "\x00"])
def test_without_letter_or_digit_there_is_nothing_to_look_for(blank: str):
    assert search_terms.of_query(blank) == ()


def test_of_a_name_the_first_ten_words_count_and_of_an_id_itself_and_nine_parts():
    agent_id, name = "0a-0b-0c-0d-0e-0f-0g-0h-0i-0j", "1a 1b 1c 1d 1e 1f 1g 1h 1i 1j 1k"
    assert finds("0a 0i 1a 1j", agent_id, name)
    assert finds(agent_id, agent_id, name)
    assert not finds("0j", agent_id, name)
    assert not finds("1k", agent_id, name)


def test_the_same_word_again_is_one():
    assert search_terms.of_agent("x", "b a b A") == ("a", "b", "x")


def test_a_long_word_is_cut_and_found_by_all_of_it():
    known = search_terms.of_agent("x", "a" * 500)
    assert known == ("a" * 64, "x")
    assert finds("A" * 100, "x", "a" * 500)


def test_an_id_is_never_cut():
    longest = "-".join(["abc"] * 16) + "d"
    assert len(longest) == search_terms.WORD_CHARACTERS
    assert longest in search_terms.of_agent(longest, "x")


@given(ids, names)
def test_an_agent_has_few_short_words_in_their_order(agent_id: str, name: str):
    known = search_terms.of_agent(agent_id, name)
    assert 1 <= len(known) <= search_terms.ID_WORDS + search_terms.NAME_WORDS
    assert list(known) == sorted(set(known))
    assert all(1 <= len(word) <= search_terms.WORD_CHARACTERS for word in known)
    assert not any(one != other and one.startswith(other) for one in known for other in known)


@given(ids, names, st.data())
def test_every_beginning_of_a_word_finds_its_agent(agent_id: str, name: str, data: st.DataObject):
    word = data.draw(st.sampled_from(search_terms.of_agent(agent_id, name)))
    beginning = word[: data.draw(st.integers(1, len(word)))]
    assert search_terms.match(search_terms.of_agent(agent_id, name), [beginning])
    assert finds(agent_id, agent_id, name)


@given(names)
def test_a_name_of_few_words_is_found_by_itself(name: str):
    query = search_terms.of_query(name)
    parts = search_terms.of_query(" ".join(re.split("[._-]", " ".join(query))))
    if len(query) + len(parts) <= search_terms.NAME_WORDS:
        assert search_terms.match(search_terms.of_agent("x", name), query)
