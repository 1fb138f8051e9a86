"""A name is one line that is seen as it is; what is wrong with another is said by its code."""

import pytest
from pydantic import BaseModel

from agent_messaging.agents.names import MAX_CHARACTERS, Name, NewAgentId
from agent_messaging.door import parsing
from agent_messaging.errors import InvalidError
from tests.unit.content.ordinary import EMOJI


class Body(BaseModel):
    name: Name = "Nova"
    agent_id: NewAgentId | None = None


def refusal(**fields: str) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        parsing.body_model(Body, fields)
    return caught.value


@pytest.mark.parametrize(
    ("name", "character"),
    [
        ("No\nva", "U+000A (a control character)"),
        ("Nova\r", "U+000D (a control character)"),
        ("No\tva", "U+0009 (a control character)"),
        ("No\x00va", "U+0000 (a control character)"),
        ("No\x1bva é", "U+001B (a control character)"),
        ("No\x85va", "U+0085 (a control character)"),
        ("No\u2028va", "U+2028 (LINE SEPARATOR)"),
        ("No\u2029va", "U+2029 (PARAGRAPH SEPARATOR)"),
        ("No\u200bva", "U+200B (ZERO WIDTH SPACE)"),
        ("No\u200dva", "U+200D (ZERO WIDTH JOINER)"),
        ("Nova\ufe0f", "U+FE0F (VARIATION SELECTOR-16)"),
        ("\u202eavoN", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("Nova\u200e", "U+200E (LEFT-TO-RIGHT MARK)"),
        ("Nova\U000e0041", "U+E0041 (TAG LATIN CAPITAL LETTER A)"),
        ("\u2800", "U+2800 (BRAILLE PATTERN BLANK)"),
        ("\u3164", "U+3164 (HANGUL FILLER)"),
        ("No\ue000va", "U+E000 (no character of a script)"),
    ],
)
def test_a_character_that_is_not_seen_is_named(name: str, character: str):
    error = refusal(name=name)
    assert [fault.pointer for fault in error.faults] == ["#/name"]
    detail = f"has {character}, which is invisible or changes the order of the text"
    assert error.faults[0].detail == detail
    assert error.fix == f"Remove {character} from the name."


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u3000"])
def test_a_name_has_no_blanks_around_it(blank: str):
    for name in (f"{blank}Nova", f"Nova{blank}"):
        error = refusal(name=name)
        assert error.faults[0].detail == "begins or ends with a space"
        assert error.fix == 'Set `name` to `"Nova"`.'
    assert refusal(name=blank).faults[0].detail in ("is blank", "begins or ends with a space")


def test_a_name_has_one_to_a_hundred_characters():
    assert refusal(name="").faults[0].detail == "has fewer than 1 characters"
    assert refusal(name="n" * 101).faults[0].detail == "has more than 100 characters"
    assert parsing.body_model(Body, {"name": "é" * MAX_CHARACTERS})


@pytest.mark.parametrize("name", ["System", "The Operator", "Agent Messaging"])
def test_the_systems_names_are_refused(name: str):
    error = refusal(name=name)
    assert error.faults[0].detail == (
        "looks like a name of the system, its operator or this service"
    )
    assert error.fix is not None
    assert "reserved" in error.fix


@pytest.mark.parametrize(
    "agent_id", ["me", "rne", "register", "system", "sys-tem", "5ystem", "admin.2"]
)
def test_the_systems_ids_are_refused(agent_id: str):
    error = refusal(agent_id=agent_id)
    assert error.faults[0].detail.startswith("is reserved: you cannot use me, register, s")
    assert error.fix == "Choose an agent_id that says what your agent does, or leave it out."


@pytest.mark.parametrize(
    "agent_id", [f"wo_{'0' * 26}", f"MSG_{'0' * 26}", "am_live_ab1", "am_local_x"]
)
def test_an_id_of_something_else_or_a_key_is_refused(agent_id: str):
    error = refusal(agent_id=agent_id)
    assert error.fix == "Choose an agent_id that says what your agent does, or leave it out."


@pytest.mark.parametrize(
    "name",
    [
        "Nova's Éstimator",
        "見積もり Straße",
        "می\u200cخواهم",
        "葛\U000e0100城",
        "Bооts",
        "e\u0301",
        "🦅",
    ],
)
def test_an_ordinary_name_stays_as_it_is(name: str):
    assert parsing.body_model(Body, {"name": name}).name == name


def test_emoji_may_stand_in_names():
    for emoji in EMOJI:
        assert parsing.body_model(Body, {"name": f"Nova {emoji}"})


def test_the_schema_tells_the_length():
    name = Body.model_json_schema()["properties"]["name"]
    assert (name["minLength"], name["maxLength"]) == (1, MAX_CHARACTERS)
    assert f"at most {MAX_CHARACTERS} characters" in name["description"]
