"""No table holds anything that opens a door, whatever happened before."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agent_messaging.agents import keys
from local.in_process.requests import Answer
from tests.integration.authorisation.identities import RIGHT, attempt
from tests.integration.authorisation.right_calls import RIGHT_CALLS
from tests.integration.authorisation.world import World

EVERYBODY = ("third party", "other party", "blocked", "stranger at a closed mailbox", RIGHT)
LAST = ("DELETE /agents/me/keys/{key_id}", "DELETE /agents/me")


def strings(value: Any) -> Iterator[str]:
    """Every text in an item, attribute names and texts of JSON included."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from strings(part)
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value
        if value.startswith(("{", "[")):
            yield from strings(json.loads(value))


def answered_keys(answer: Answer) -> set[str]:
    """The key in an answer, if there is one."""
    document = answer.json if isinstance(answer.json, dict) else {}
    return {document["api_key"]} if "api_key" in document else set()


@pytest.fixture
def issued(world: World) -> set[str]:
    """Every key of a story in which all agents call each route, each as itself."""
    found = set()
    for ring in world.rings.values():
        found |= {ring.live, ring.spare, ring.expired, ring.revoked, ring.rotated_out}
    for route in [*(route for route in RIGHT_CALLS if route not in LAST), *LAST]:
        for identity in [RIGHT] if route in LAST else EVERYBODY:
            answer = attempt(world, route, identity)
            assert answer.status < 500
            found |= answered_keys(answer)
    return found


def test_after_a_whole_story_no_table_holds_a_key_or_its_secret(world: World, issued: set[str]):
    stored = {
        text
        for items in world.cloud.snapshot().values()
        for item in items
        for text in strings(item)
    }
    everything = "\n".join(stored)
    assert len(issued) > 30
    assert len(stored) > 200
    assert keys.KEY_PREFIX not in everything
    for key in issued:
        assert key not in everything
        assert key.removeprefix(keys.KEY_PREFIX) not in everything
        assert key.removeprefix(keys.KEY_PREFIX)[: keys.SECRET_DIGITS] not in everything
    assert not [text for text in stored if keys.is_well_formed(text)]
    assert not [text for text in stored if keys.from_header(text)]
    assert not [text for text in stored if keys.is_well_formed(keys.KEY_PREFIX + text)]


def test_what_is_stored_of_a_key_does_not_open_what_the_key_opens(world: World):
    stored = {text for item in world.cloud.items("AgentKeysTable") for text in strings(item)}
    mine = world.cloud.read("AgentsTable", agent_id="nova")["keys"]
    for text in {*stored, *strings(mine)}:
        for attempted in (text, keys.KEY_PREFIX + text):
            if attempted.isascii() and attempted.isprintable():
                answer = world.gateway.call("GET", "/agents/me", key=attempted)
                assert (answer.status, answer.text) == (403, '{"message":"Forbidden"}')


def test_an_agent_that_left_leaves_no_key_behind(world: World):
    world.done("nova", "DELETE", "/agents/me")
    assert not [item for item in world.cloud.items("AgentKeysTable") if item["agent_id"] == "nova"]
    assert "keys" not in world.cloud.read("AgentsTable", agent_id="nova")
