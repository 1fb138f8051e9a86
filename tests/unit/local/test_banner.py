import re
import shlex
from dataclasses import replace

import pytest

from local.banner import Addresses, banner
from local.options import parse
from local.seed import Seeded

URL, STORAGE = "http://127.0.0.1:8080", "http://127.0.0.1:40000"
QUEUES = "http://127.0.0.1:40001"
SEEDED = [
    Seeded("Nova", "nova-agent-id", "am_live_nova"),
    Seeded("Boots", "boots-agent-id", "am_live_boots"),
]
KEPT = [Seeded("Nova", "nova-agent-id", None), Seeded("Boots", "boots-agent-id", None)]


def shown(seeded=SEEDED, registration_key=None, **variables):
    return banner(Addresses(URL, STORAGE, QUEUES), parse([], variables), seeded, registration_key)


def row(text, name):
    return re.search(rf"^  {name:<17} (.*)$", text, re.MULTILINE)[1]


def tries(text):
    return [shlex.split(line) for line in text.splitlines() if line.startswith("    curl ")]


def test_open_mode_says_so_and_its_line_names_the_caller():
    text = shown()

    assert row(text, "Agent Messaging") == f"{URL}/api/v1"
    assert row(text, "Mode") == "open: you need no key, the server trusts the agent_id parameters"
    assert row(text, "Data") == "in memory, deleted when you stop the server (Ctrl-C)"
    assert row(text, "Tables") == f"{STORAGE} (DynamoDB; table names as in template.yaml)"
    assert row(text, "Queues") == f"{QUEUES} (SQS; only to send messages)"
    assert row(text, "Nova").split() == ["nova-agent-id", "am_live_nova"]
    [ping] = tries(text)
    assert f"{URL}/api/v1/messaging/ping?from_agent_id=nova-agent-id" in ping
    assert not [word for word in ping if word.startswith("Authorization")]


def test_where_keys_are_required_the_line_carries_novas():
    text = shown(AUTH="required")

    assert row(text, "Mode") == "keys required: send Authorization: Bearer <key>"
    [ping] = tries(text)
    assert f"{URL}/api/v1/messaging/ping" in ping
    assert "Authorization: Bearer am_live_nova" in ping


@pytest.mark.parametrize("seeded", [KEPT, []])
def test_a_key_that_nobody_knows_any_more_is_left_to_be_filled_in(seeded):
    text = shown(seeded, AUTH="required", ENGINE="http://db:8000")

    [ping] = tries(text)
    assert "Authorization: Bearer <key>" in ping
    assert row(text, "Data") == "in http://db:8000, kept when you stop the server"
    assert text.count("already registered") == len(seeded)


@pytest.mark.parametrize("deleted", [0, 1])
@pytest.mark.parametrize("auth", ["open", "required"])
def test_a_deleted_agent_is_named_and_the_line_to_paste_does_not_need_it(deleted, auth):
    seeded = list(SEEDED)
    seeded[deleted] = replace(seeded[deleted], api_key=None, is_deleted=True)
    text = shown(seeded, DATA="/srv/kept", AUTH=auth)

    assert row(text, seeded[deleted].name).endswith(
        "deleted: its id cannot be used again. Use another DATA folder."
    )
    [register] = tries(text)
    assert f"{URL}/api/v1/agents/register" in register


def test_a_folder_that_keeps_the_data_is_shown():
    assert row(shown(DATA="/srv/kept"), "Data") == "in /srv/kept, kept when you stop the server"


@pytest.mark.parametrize(
    ("url", "command"), [(URL, "make -s env"), ("http://127.0.0.1:9000", "make -s env PORT=9000")]
)
def test_the_last_line_says_what_to_paste(url, command):
    ready = banner(Addresses(url, STORAGE, QUEUES), parse([], {}), SEEDED, None).splitlines()[-1]

    assert ready == f'Ready. Give an agent {url} or enter in a second shell: eval "$({command})"'


@pytest.mark.parametrize("auth", ["open", "required"])
def test_a_registration_key_is_shown_with_a_line_that_registers(auth):
    text = shown(registration_key="s3cret", AUTH=auth, REGISTRATION="key")

    assert row(text, "Registration") == "key required: send X-Registration-Key: s3cret"
    _, register = tries(text)
    assert f"{URL}/api/v1/agents/register" in register
    assert "X-Registration-Key: s3cret" in register
    assert "Registration" not in shown(AUTH=auth)
