"""The keys of an agent, and the ranges and positions in which they are read."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging.agents.model import Agent
from agent_messaging.directory import table
from agent_messaging.fields import AGENT_ID_PATTERN

NOW = datetime(2026, 11, 23, tzinfo=UTC)

names = st.text(min_size=1, max_size=60) | st.text("aAbB1é .-_#", min_size=1, max_size=60)
ids = st.from_regex(AGENT_ID_PATTERN.replace("$", r"\Z"), fullmatch=True)


def agent(agent_id: str = "nova", name: str = "Nova", *capabilities: str) -> Agent:
    return Agent(agent_id=agent_id, name=name, capabilities=list(capabilities), created_at=NOW)


def test_an_agent_has_a_key_of_its_own_and_one_for_each_capability_and_word():
    assert table.keys_of(agent("nova-1", "Éagle", "research", "cost", "research")) == {
        ("all", "nova-1"),
        ("cap#cost", "nova-1"),
        ("cap#research", "nova-1"),
        ("word#1", "1#nova-1"),
        ("word#n", "nova-1#nova-1"),
        ("word#é", "éagle#nova-1"),
    }


@given(ids, names, st.data())
def test_a_key_lies_in_the_range_of_every_beginning_of_its_word(
    agent_id: str, name: str, data: st.DataObject
):
    for facet, place in table.keys_of(agent(agent_id, name)):
        assert table.agent_of(place) == agent_id
        if not facet.startswith("word#"):
            continue
        word = place.removesuffix(f"#{agent_id}")
        prefix = word[: data.draw(st.integers(1, len(word)))]
        within = table.with_word(prefix)
        assert within.facet == facet
        assert re.fullmatch(within.position, place)
        first, last = within.prefix + table.BEFORE, within.prefix + table.LAST
        assert first.encode() < place.encode() < (place + table.BEFORE).encode() < last.encode()


@pytest.mark.parametrize(
    "position",
    [
        "",
        "n",
        "nova",
        "nova#",
        "boots#x",
        "nova#x#y",
        "nova\ud800#x",
        "nova\U0010ffff#x",
        "nova\U0010fffd#x",
        "nova\n#x",
        "nova#X",
        "nova#x\n",
        "n" * 999 + "#x",
    ],
)
def test_what_is_no_place_of_a_range_is_no_position_in_it(position: str):
    within = table.with_word("nov")
    assert re.fullmatch(within.position, "nova#x")
    assert not re.fullmatch(within.position, position)
