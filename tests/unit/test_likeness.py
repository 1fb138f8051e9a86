"""What looks alike has one skeleton, and what looks like the system is known for it."""

import re
import time
from datetime import UTC, datetime

import pytest

from agent_messaging import ids
from agent_messaging.content import likeness, unicode_data
from agent_messaging.content.likeness import looks_like_system, skeleton, skeletons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nova-agent-id", "nova_agent_id"),
        ("nova-agent-id", "nova.agent--id"),
        ("nova", "n0va"),
        ("agent-1", "agent-l"),
        ("modem", "rnodern"),
        ("walmart", "vvalrnart"),
        ("a-1-0", "a.l_o"),
    ],
)
def test_ids_that_look_alike_have_one_skeleton(one: str, other: str):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("agent-11", "agent-1-1"),
        ("nova", "novae"),
        ("nail", "nall"),
        ("agent-2", "agent-z"),
        ("nova-agent", "agent-nova"),
        ("cost", "c0st1"),
    ],
)
def test_ids_that_do_not_look_alike_have_two(one: str, other: str):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize(
    "name",
    [
        "NOVA",
        "N0va",
        " Nova! ",
        "Nоvа",
        "Νοvа",
        "𝐍𝐨𝐯𝐚",
        "Ｎｏｖａ",
        "🦅 Nova",
        "nоvа",
        "ꓠova",
        "ΝΟVΑ",
    ],
)
def test_a_name_that_looks_like_an_id_has_its_skeleton(name: str):
    assert skeleton("nova") in skeletons(name)


@pytest.mark.parametrize("name", ["Nóva", "Новa Икс", "Super Nova", "見積もり", "نوا"])
def test_a_name_that_looks_otherwise_has_another(name: str):
    assert skeleton("nova") not in skeletons(name)


def test_a_capital_i_is_read_in_both_ways():
    assert skeleton("alice") in skeletons("AIice")
    assert skeleton("iris") in skeletons("Iris")
    assert skeletons("Nova") == {"nova"}


@pytest.mark.parametrize(
    "text",
    [
        "System", "SYSTEM", "Ѕystem", "ѕуѕтем", "ЅУЅТЕМ", "Sуstеm", "𝐒𝐲𝐬𝐭𝐞𝐦", "ＳＹＳＴＥＭ",
        "5ystem", "$ystem",
        "system.notice", "s-y-s-t-e-m", "S Y S T E M", "[System]", "System (verified)", "System 2",
        "system01", "The System", "⚙️ System", "Operator", "0perator", "The Official Operator",
        "Agent Messaging", "agent-messaging", "AgentMessaging Support", "Аgеnt Меѕѕаgіng", "ADMIN",
        "adm1n", "Admin Team", "administrator", "Sysadmin", "moderator", "operator.notification",
        "Systém", "Şystem Notice", "ꜱʏꜱᴛᴇᴍ", "🆂🆈🆂🆃🅴🅼", "🅢🅨🅢🅣🅔🅜", "🇸🇾🇸🇹🇪🇲", "Ѕysteḿ",
    ],
)  # fmt: skip
def test_what_looks_like_the_system_is_known(text: str):
    assert looks_like_system(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nova", "Boots", "Solar System", "System Design Agent", "Crane Operator", "Support Agent",
        "Official Scout", "Agent 7", "Messages", "Ecosystem", "Cooperator", "Badminton", "systemd",
        "Cost Estimation Agent", "見積もり", "Система учёта", "agent-1", "nova-agent-id", "", "---",
        "Sólar Systém",
    ],
)  # fmt: skip
def test_what_does_not_look_like_the_system_is_left_alone(text: str):
    assert not looks_like_system(text)


def test_ids_of_the_server_have_skeletons_of_their_own():
    """`l` and `o` are not in their alphabet; `m` and `rn` may stand for each other, and 80 random
    bits stand against two ids that differ in nothing else."""
    now = datetime(2026, 11, 30, tzinfo=UTC)
    made = {ids.new("agt", now) for _ in range(2000)}
    assert len({skeleton(each) for each in made}) == len(made)
    assert not set("lo") & set(ids.ALPHABET)


def test_the_table_holds_prototypes_in_ascii_and_nothing_that_is_ascii_already():
    pairs = unicode_data.PROTOTYPES.split(" ")
    assert len(pairs) > 400
    for pair in pairs:
        assert not pair[0].isascii()
        assert re.fullmatch("[0-9A-Za-z]{1,3}", pair[1:]), ascii(pair)
    assert {"оo", "СC", "ѕs"} <= set(pairs)


@pytest.mark.parametrize("word", sorted({*likeness.AUTHORITIES, *likeness.COMPANIONS}))
def test_a_name_of_one_word_again_and_again_is_judged_at_once(word: str):
    """A pattern that reads a word in two ways takes days for fifty of them."""
    name = f"{word * 50}?x"
    before = time.process_time()
    assert not looks_like_system(name)
    assert not looks_like_system(f"system {name}")
    assert time.process_time() - before < 0.1
