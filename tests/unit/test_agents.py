import re
from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging.agents import keys
from agent_messaging.agents.model import Agent, Key
from agent_messaging.agents.table import require_active
from agent_messaging.auth import Caller, identify, is_open
from agent_messaging.errors import (
    AgentNotFoundError,
    IdentityMismatchError,
    InvalidError,
    KeyRevokedError,
    UnauthorizedError,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)


# --- keys


def test_a_key_is_a_prefix_40_digits_and_their_checksum():
    api_key, key = keys.issue(NOW, "laptop")
    assert re.fullmatch(r"am_live_[0-9A-Za-z]{46}", api_key)
    assert api_key[-6:] == keys.checksum(api_key[8:48])
    assert key.key_hash == keys.key_hash(api_key)
    assert re.fullmatch(r"[0-9a-f]{64}", key.key_hash)
    assert (key.created_at, key.label, key.expires_at) == (NOW, "laptop", None)
    assert api_key[8:48] not in repr(key)


def test_no_two_keys_are_the_same():
    assert len({keys.issue(NOW)[0] for _ in range(500)}) == 500


def test_the_checksum_and_the_hash_stay_the_same_from_release_to_release():
    # CRC-32 of "123456789" is 0xCBF43926, of which this is base 62.
    assert keys.checksum("123456789") == "3jZRME"
    assert (
        keys.key_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_a_slip_of_one_character_changes_the_checksum():
    secret = "0" * 40
    slips = [secret[:n] + "1" + secret[n + 1 :] for n in range(40)]
    assert keys.checksum(secret) not in {keys.checksum(slip) for slip in slips}
    assert len(keys.checksum("")) == 6


KEY = Key(key_id="key_1", key_hash="x", created_at=NOW)
NOVA = Agent(agent_id="nova", name="Nova", created_at=NOW, keys={"key_1": KEY})


def test_a_key_that_is_replaced_ends_ten_minutes_later_and_never_later_than_it_would():
    ten, soon = NOW + timedelta(minutes=10), NOW + timedelta(minutes=1)
    outgoing = KEY.replaced("key_2", NOW)
    assert (outgoing.is_outgoing, outgoing.expires_at, KEY.is_outgoing) == (True, ten, False)
    again = outgoing.replaced("key_3", soon)
    assert (again.replaced_by, again.expires_at) == ("key_3", ten)
    ending = KEY.model_copy(update={"expires_at": soon})
    assert ending.replaced("key_2", NOW).expires_at == soon


def test_of_a_brought_key_nothing_is_made_but_its_id():
    api_key, key = keys.issue_unless_brought("a" * 64, NOW, "laptop")
    assert (api_key, key.key_hash, key.label) == (None, "a" * 64, "laptop")
    api_key, key = keys.issue_unless_brought(None, NOW)
    assert key.key_hash == keys.key_hash(api_key)


def test_a_key_is_live_while_its_agent_and_its_epoch_say_so():
    assert NOVA.has_live_key("key_1", 1, NOW)
    for key_id, epoch in (("key_2", 1), ("key_1", 2), ("key_1", 0), ("key_1", None), (None, 1)):
        assert not NOVA.has_live_key(key_id, epoch, NOW)


@pytest.mark.parametrize(
    ("expiry", "is_live"), [(MOMENT, True), (0 * MOMENT, False), (-MOMENT, False)]
)
def test_a_key_ends_at_the_moment_it_expires(expiry: timedelta, *, is_live: bool):
    expiring = KEY.model_copy(update={"expires_at": NOW + expiry})
    agent = NOVA.model_copy(update={"keys": {"key_1": expiring}})
    assert agent.has_live_key("key_1", 1, NOW) is is_live


def test_who_has_left_or_whose_key_has_gone_is_not_admitted():
    item = NOVA.model_dump(mode="json", exclude_none=True)
    keyed, stranger = Caller("nova", "key_1", 1), Caller("nova", "key_2", 1)
    assert require_active(keyed, item, NOW) == NOVA
    assert require_active(Caller("nova"), item, NOW) == NOVA
    left = {**item, "deleted_at": "2026-11-22T12:00:00.000Z"}
    for caller, stored in ((stranger, item), (keyed, left), (keyed, None)):
        with pytest.raises(KeyRevokedError):
            require_active(caller, stored, NOW)
    for stored in (left, None):
        with pytest.raises(AgentNotFoundError):
            require_active(Caller("nova"), stored, NOW)


# --- who is calling


def event(vouched: dict | None) -> dict:
    return {"requestContext": {"authorizer": {"lambda": vouched}}}


KEYED = event({"agent_id": "nova", "key_id": "key_1", "epoch": "3"})
OPEN = event({"mode": "open"})


def test_a_key_speaks_for_its_agent():
    assert identify(KEYED, "agent_id", None) == Caller("nova", "key_1", 3)
    assert identify(KEYED, "agent_id", "nova") == Caller("nova", "key_1", 3)
    assert not Caller("nova", "key_1", 3).is_open


def test_a_key_does_not_speak_for_another():
    with pytest.raises(IdentityMismatchError, match="`from_agent_id`"):
        identify(KEYED, "from_agent_id", "boots")


def test_in_open_mode_the_parameter_is_believed():
    assert identify(OPEN, "agent_id", "nova") == Caller("nova")
    assert identify(OPEN, "agent_id", None) is None
    assert Caller("nova").is_open
    assert is_open(OPEN)
    assert not is_open(KEYED)


@pytest.mark.parametrize(
    "stranger",
    [
        {"requestContext": {}},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {"mode": "open"}}},
        {"requestContext": {"authorizer": {"jwt": {}}}},
        event(None),
        event({}),
        event({"mode": "closed"}),
        event({"agent_id": ""}),
    ],
)
def test_without_an_authorizers_word_nobody_calls(stranger: dict):
    for claimed in (None, "nova", "NOT AN ID"):
        with pytest.raises(UnauthorizedError):
            identify(stranger, "agent_id", claimed)


def test_an_id_may_have_capitals_and_blanks_around_it():
    assert identify(OPEN, "agent_id", " Nova\n") == identify(OPEN, "agent_id", "nova")
    assert identify(KEYED, "agent_id", " Nova\n") == identify(KEYED, "agent_id", "")


@pytest.mark.parametrize("claimed", ["", " ", "no va", "nova\0", "x" * 65])
def test_what_is_no_id_names_nobody(claimed: str):
    with pytest.raises(InvalidError) as caught:
        identify(OPEN, "agent_id", claimed)
    assert caught.value.faults[0].pointer == "?agent_id"
    if not claimed.strip():
        return  # beside a key, it is as if it were left out
    # Beside a key it is first of all not the key's agent.
    with pytest.raises(IdentityMismatchError):
        identify(KEYED, "agent_id", claimed)
