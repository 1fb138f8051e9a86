"""`make env`: what it prints is what the server has."""

import pytest

from agent_messaging.agents import keys
from local.demo_api import url_of
from local.env import exports
from local.options import OptionError, parse
from local.seed import AGENTS, KEYS
from local.template import load


def test_a_shell_gets_the_url_and_the_keys():
    lines = exports(parse([], {"PORT": "9000"})).splitlines()

    sockets = ["export AGENT_MESSAGING_SOCKET=ws://127.0.0.1:9000/live"] * bool(load().sockets)
    assert lines == [
        "export AGENT_MESSAGING_URL=http://127.0.0.1:9000",
        f"export NOVA_KEY={KEYS['nova-agent-id']}",
        f"export BOOTS_KEY={KEYS['boots-agent-id']}",
        *sockets,
        "export REGISTRATION_KEY=LocalOnlyRegistrationKeySecret0000000000",
    ]


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ({}, "http://127.0.0.1:9000"),
        ({"PORT": "9001"}, "http://127.0.0.1:9001"),
        ({"PORT": "9001", "API_URL": "https://api"}, "https://api"),
    ],
)
def test_the_demo_follows_the_url_that_a_shell_got_unless_another_is_named(named, url):
    [line] = [x for x in exports(parse([], {"PORT": "9000"})).splitlines() if "_URL=" in x]
    name, value = line.removeprefix("export ").split("=")
    assert url_of({name: value, **named}) == url
    assert url_of({}) == "http://127.0.0.1:8080"


def test_a_free_port_is_not_known():
    with pytest.raises(OptionError, match="Use the port that make run has printed"):
        exports(parse([], {"PORT": "0"}))


def test_each_agent_has_a_key_of_its_own_that_is_well_formed_on_this_machine_alone():
    assert KEYS.keys() == {each["agent_id"] for each in AGENTS}
    assert len(set(KEYS.values())) == len(KEYS)
    for key in KEYS.values():
        assert keys.is_well_formed(key, accepts_local=True)
        assert not keys.is_well_formed(key)
        assert keys.from_header(f"Bearer {key}") is None
