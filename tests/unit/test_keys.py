"""What an `Authorization` header may hold: one bearer key with its checksum, and nothing else."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging.agents import keys
from agent_messaging.agents.key_table import Grant

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
KEY = keys.issue(NOON)[0]
OTHER = keys.issue(NOON)[0]
SECRET = KEY[len(keys.KEY_PREFIX) :][:40]


def numbers() -> Iterator[str]:
    """Names for tests about a key that is another in each process."""
    return (f"header {number}" for number in itertools.count(1))


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer {KEY}",
        f"bearer {KEY}",
        f"BEARER {KEY}",
        f"bEaReR {KEY}",
        f"Bearer      {KEY}",
        f"  Bearer {KEY}  ",
    ],
    ids=numbers(),
)
def test_the_scheme_is_read_in_any_case_and_spaces_do_not_matter(header: str):
    assert keys.from_header(header) == KEY


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        KEY,
        f"Bearer{KEY}",
        f"Basic {KEY}",
        f"Token {KEY}",
        f"Bearer: {KEY}",
        f"Bearer\t{KEY}",
        f"Bearer\u00a0{KEY}",
        f"Bearer Bearer {KEY}",
        f'Bearer "{KEY}"',
        f"Bearer {KEY} {KEY}",
        f"Bearer {KEY} {OTHER}",
        f"Bearer {KEY},{OTHER}",
        f"Bearer {KEY},Bearer {OTHER}",
        f"Bearer {KEY}, Bearer {KEY}",
        f"Bearer {OTHER},Bearer {KEY}",
        f"Bearer {KEY}\n",
        f"Bearer {KEY}\r\n",
        f"Bearer {KEY}\nX-Agent: nova",
        f"\nBearer {KEY}",
        f"Bearer {KEY}\t",
        f"Bearer {KEY}\0",
        f"Bearer {KEY}=",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY}0",
        f"Bearer {KEY.upper()}",
        f"Bearer {KEY.replace('am_live_', 'am_test_')}",
        f"Bearer {KEY.replace('am_live_', 'AM_LIVE_')}",
        f"Bearer {KEY.removeprefix('am_live_')}",
        f"Bearer {keys.key_hash(KEY)}",
        f"B\u0435arer {KEY}",  # a Cyrillic letter
    ],
    ids=numbers(),
)
def test_anything_else_is_no_key(header: str):
    assert keys.from_header(header) is None


@pytest.mark.parametrize(
    "digit",
    ["\u0663", "\u09e9", "\uff13", "\u00b3", "\U0001d7d1"],
    ids=["Arabic", "Bengali", "full width", "superscript", "mathematical"],
)
def test_a_digit_of_another_script_is_no_digit_whatever_its_checksum_says(digit: str):
    for secret in (digit + SECRET[1:], SECRET[:-1] + digit, digit * 40):
        forged = f"{keys.KEY_PREFIX}{secret}{keys.checksum(secret)}"
        assert not keys.is_well_formed(forged)
        assert keys.from_header(f"Bearer {forged}") is None


def test_a_key_is_well_formed_with_its_own_checksum_alone():
    assert keys.is_well_formed(KEY)
    assert not keys.is_well_formed(KEY + "\n")
    assert not keys.is_well_formed(KEY[:-6] + keys.checksum(SECRET[::-1]))
    assert not keys.is_well_formed(f"{keys.KEY_PREFIX}{SECRET[:-1]}{keys.checksum(SECRET[:-1])}")
    assert not keys.is_well_formed(f"{keys.KEY_PREFIX}{SECRET}0{keys.checksum(SECRET + '0')}")


def test_a_grant_ends_at_the_very_moment_it_expires():
    grant = Grant(key_hash="hash", agent_id="nova", key_id="key_1", epoch=1, expires_at=NOON)
    assert grant.is_live(NOON - timedelta(milliseconds=1))
    assert not grant.is_live(NOON)
    assert not grant.is_live(NOON + timedelta(days=1))
