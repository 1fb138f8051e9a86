"""A refused write writes nothing at all."""

import pytest

from tests.integration.bad_input.refusals import ORDER, SEND, ULID
from tests.integration.cloud import Cloud

ABSENT_ORDER = f"/messaging/work-order/wo_{ULID}"
REFUSED = [
    ("POST", "/agents/register", "", {"agent_id": "nova", "name": "x"}, 409),
    ("POST", "/agents/register", "x=1", {"name": "x"}, 422),
    ("PATCH", "/agents/me", "agent_id=ghost", {"name": "x"}, 404),
    ("DELETE", "/agents/me", "agent_id=ghost", None, 404),
    ("DELETE", "/agents/me", "agent_id=nova&x=1", None, 422),
    ("POST", "/messaging/ping", "from_agent_id=nova", {"to_agent_id": "ghost"}, 404),
    ("POST", "/messaging/ping", "from_agent_id=ghost", {"to_agent_id": "nova"}, 404),
    ("POST", "/messaging/ping", "agent_id=nova", {"to_agent_id": "boots"}, 422),
    ("POST", "/messaging/send", "from_agent_id=nova", {"to_agent_id": "ghost", "body": "x"}, 404),
    ("POST", "/messaging/send", "from_agent_id=nova&x=1", SEND, 422),
    ("POST", f"/messaging/mark-read/msg_{ULID}", "agent_id=nova", None, 404),
    ("POST", "/messaging/mark-read", "agent_id=nova", {"message_ids": "x"}, 422),
    ("POST", "/messaging/mark-read", "agent_id=nova", {"message_ids": ["x"]}, 422),
    ("POST", "/messaging/heartbeat", "agent_id=ghost", None, 404),
    ("POST", "/messaging/heartbeat", "from_agent_id=nova", None, 422),
    ("PUT", "/messaging/presence", "agent_id=ghost", {}, 404),
    ("PUT", "/messaging/presence", "agent_id=nova", {"status": "x"}, 422),
    ("DELETE", "/messaging/presence", "agent_id=ghost", None, 404),
    ("POST", "/messaging/work-order", "from_agent_id=nova", {**ORDER, "to_agent_id": "nova"}, 422),
    ("POST", "/messaging/work-order", "from_agent_id=nova", {**ORDER, "to_agent_id": "ghost"}, 404),
    ("POST", f"{ABSENT_ORDER}/respond", "agent_id=nova", {"action": "accept"}, 404),
    ("POST", f"{ABSENT_ORDER}/complete", "agent_id=nova", {}, 404),
    ("POST", f"{ABSENT_ORDER}/cancel", "agent_id=nova", {}, 404),
    ("POST", f"{ABSENT_ORDER}/fail", "agent_id=nova", {}, 404),
]


@pytest.mark.parametrize("refused", REFUSED, ids=lambda each: f"{each[0]} {each[1]} {each[4]}")
def test_a_refused_write_writes_nothing(pair: Cloud, refused: tuple):
    method, path, query, body, status = refused
    pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    pair.offer("nova", "boots")
    before = pair.digest()
    assert pair.call(method, path, query, body).status == status
    assert pair.digest() == before


def test_the_hash_over_what_is_stored_tells_any_change(pair: Cloud):
    """The tests of this folder stand on it."""
    seen = {pair.digest()}
    message_id = pair.send("nova", "boots")["message_id"]
    seen.add(pair.digest())
    pair.post(f"/messaging/mark-read/{message_id}", {"agent_id": "boots"})
    seen.add(pair.digest())
    pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    seen.add(pair.digest())
    pair.offer("nova", "boots")
    seen.add(pair.digest())
    assert len(seen) == 5
