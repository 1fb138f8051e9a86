"""Guessed and mistyped keys: none passes, and none is read unless its checksum is right."""

import random
import string
from collections.abc import Iterator

import pytest

from agent_messaging.agents import keys
from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.integration.authorisation.gateway import Gateway
from tests.integration.cloud import Cloud

GUESSES = 200_000
WELL_FORMED_GUESSES = 200
MUTATIONS_OF_A_KIND = 2_000

BASE62 = string.digits + string.ascii_letters
VISIBLE = BASE62 + string.punctuation
ANYTHING = VISIBLE + " \t\n\0\u00a0\u0663\uff13\u00e9\u0435\u4e00\U0001f511"
PREFIXES = ("am_live_", "am_live_", "am_live_", "", "am_live", "am_test_", "AM_LIVE_", "sk_live_")
LENGTHS = (46, 46, 46, 45, 47, 40, 54, 6, 0)


def guesses(rng: random.Random) -> Iterator[str]:
    """Texts that resemble a key more or less, and often have all of its form."""
    for _ in range(GUESSES):
        alphabet = rng.choice((BASE62, BASE62, VISIBLE, ANYTHING))
        text = "".join(rng.choices(alphabet, k=rng.choice(LENGTHS)))
        yield rng.choice(PREFIXES) + text


def substituted(rng: random.Random, key: str, at: int) -> str:
    return key[:at] + rng.choice(VISIBLE) + key[at + 1 :]


def inserted(rng: random.Random, key: str, at: int) -> str:
    return key[:at] + rng.choice(VISIBLE) + key[at:]


def deleted(_: random.Random, key: str, at: int) -> str:
    return key[:at] + key[at + 1 :]


def in_another_case(_: random.Random, key: str, at: int) -> str:
    return key[:at] + key[at].swapcase() + key[at + 1 :]


def transposed(_: random.Random, key: str, at: int) -> str:
    return key[:at] + key[at : at + 2][::-1] + key[at + 2 :]


KINDS = (substituted, inserted, deleted, in_another_case, transposed)


def mutations(rng: random.Random, key: str) -> Iterator[str]:
    """The key with one slip, which may be the same slip more than once."""
    for kind in KINDS:
        found = 0
        while found < MUTATIONS_OF_A_KIND:
            mutation = kind(rng, key, rng.randrange(len(key)))
            if mutation != key:
                found += 1
                yield mutation


@pytest.fixture
def key(gateway: Gateway) -> str:
    answer = gateway.call("POST", "/agents/register", body={"agent_id": "nova", "name": "Nova"})
    gateway.cloud.cost()
    api_key: str = answer.json["api_key"]
    return api_key


def opened(attempts: Iterator[str]) -> list[str]:
    """Those of the attempts that the authorizer lets pass, with the scheme or without."""
    handler, passed = app("authorizer").handler, []
    for attempt in attempts:
        for header in (attempt, f"Bearer {attempt}"):
            answer = handler({"headers": {"authorization": header}}, Context())
            if answer != {"isAuthorized": False}:
                passed.append(attempt)
    return passed


def test_of_two_hundred_thousand_guesses_none_passes_and_none_is_read(cloud: Cloud, key: str):
    assert opened(guesses(random.Random(1))) == []
    assert cloud.cost() == []


def test_of_ten_thousand_mistyped_keys_none_passes_and_none_is_read(cloud: Cloud, key: str):
    slips = list(mutations(random.Random(2), key))
    assert len(slips) == 10_000
    assert opened(iter(slips)) == []
    assert cloud.cost() == []


def test_a_guess_with_its_checksum_costs_one_read_and_opens_nothing(cloud: Cloud, key: str):
    rng = random.Random(3)
    secrets = ["".join(rng.choices(BASE62, k=40)) for _ in range(WELL_FORMED_GUESSES)]
    assert opened(keys.KEY_PREFIX + secret + keys.checksum(secret) for secret in secrets) == []
    calls = cloud.cost()
    assert [call.operation for call in calls] == ["GetItem"] * WELL_FORMED_GUESSES


def test_the_real_key_is_the_one_that_opens(cloud: Cloud, key: str):
    assert opened(iter([key])) == [key]
    assert [call.operation for call in cloud.cost()] == ["GetItem", "UpdateItem"]
