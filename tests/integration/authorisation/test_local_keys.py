"""The keys of `make run`, which everybody knows, open nothing on a deployed stack."""

import pytest

from agent_messaging.agents.keys import key_hash
from local.in_process.functions import TEMPLATE, fresh
from local.seed import KEYS, NOVA
from tests.integration.authorisation.gateway import Gateway
from tests.integration.cloud import Cloud

KEY = KEYS[NOVA]


def test_a_local_key_is_refused_although_its_hash_is_stored(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
):
    gateway = Gateway(cloud)
    body = {"agent_id": NOVA, "name": "Nova", "key_hash": key_hash(KEY)}
    assert gateway.call("POST", "/agents/register", body=body).status == 201

    assert gateway.call("GET", "/agents/me", key=KEY).status == 403

    # It is the prefix alone that is refused: `make run` sets the variable, and the key opens.
    monkeypatch.setenv("LOCAL_ONLY", "keys")
    local = Gateway(cloud, {"authorizer": fresh("authorizer")})
    assert local.call("GET", "/agents/me", key=KEY).json["agent_id"] == NOVA


def test_no_function_of_the_template_accepts_local_keys():
    for function in TEMPLATE.functions.values():
        assert "LOCAL_ONLY" not in function.environment
