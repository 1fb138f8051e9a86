"""Frames that are wrong: each is answered with a problem that says what to send instead."""

import json
from itertools import takewhile

import pytest

from agent_messaging.errors import page_of
from agent_messaging.sockets.frames import ACTIONS, MAX_BYTES
from local.in_process.functions import app
from tests.integration.sockets.gateway import resumed

MEMBERS = [
    "frame",
    "action",
    "status",
    "code",
    "detail",
    "errors",
    "fix",
    "retry_after",
    "request_id",
]
WRONG = {
    "not JSON": ("{'action': 'ping'}", 400, "malformed"),
    "empty": ("", 400, "malformed"),
    "a list": ("[1]", 400, "malformed"),
    "a string": ('"ping"', 400, "malformed"),
    "no action": ("{}", 422, "invalid"),
    "an unknown action": ('{"action":"publish"}', 404, "unknown_action"),
    "an action that is no string": ('{"action":7}', 404, "unknown_action"),
    "an action of the gateway": ('{"action":"$connect"}', 404, "unknown_action"),
    "a field twice": ('{"action":"ping","action":"ack"}', 422, "invalid"),
    "NaN": ('{"action":"ping","a":NaN}', 422, "invalid"),
    "deep": ('{"action":"ping","a":' + "[" * 2000 + "]" * 2000 + "}", 422, "invalid"),
    "half a surrogate": ('{"action":"ack","position":"\\ud800"}', 422, "invalid"),
    "an unknown field": ('{"action":"ping","to":"boots"}', 422, "invalid"),
    "a missing field": ('{"action":"ack"}', 422, "invalid"),
    "a null": ('{"action":"ack","position":null}', 422, "invalid"),
    "a wrong type": ('{"action":"ack","position":7}', 422, "invalid"),
    "a wrong id": ('{"action":"typing","to_agent_id":"a b"}', 422, "invalid"),
    "nobody to type to": ('{"action":"typing"}', 422, "invalid"),
    "two to type to": (
        '{"action":"typing","to_agent_id":"boots","channel_id":"chn_1"}',
        422,
        "invalid",
    ),
    "no channel": ('{"action":"subscribe"}', 422, "invalid"),
    "another agent": ('{"action":"ping","agent_id":"boots"}', 403, "identity_mismatch"),
    "another sender": ('{"action":"ping","from_agent_id":"boots"}', 403, "identity_mismatch"),
    "an identity that is no string": ('{"action":"ping","agent_id":7}', 403, "identity_mismatch"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_frame_is_answered_with_a_problem_and_writes_nothing(sockets, nova, name):
    body, status, code = WRONG[name]
    socket = resumed(sockets, nova)
    before = sockets.cloud.digest()
    (problem,) = socket.send_text(body)
    assert list(problem) == MEMBERS
    assert (problem["frame"], problem["status"], problem["code"]) == ("problem", status, code)
    assert problem["fix"].endswith((".", "`"))
    assert "body" not in problem["detail"] + problem["fix"]
    assert bool(problem["errors"]) <= (status == 422)
    assert page_of(code)
    assert socket.is_open
    assert sockets.cloud.digest() == before


def test_an_unknown_action_names_the_known_ones(sockets, nova):
    for body in ('{"action":"publish"}', "{}"):
        (problem,) = resumed(sockets, nova).send_text(body)
        assert all(f"`{action}`" in problem["fix"] for action in ACTIONS)


def test_a_frame_that_is_too_large_says_how_large_it_may_be(sockets, nova):
    socket = resumed(sockets, nova)
    body = json.dumps({"action": "ping", "a": "x" * MAX_BYTES})
    (problem,) = socket.send_text(body)
    assert (problem["status"], problem["code"]) == (413, "too_large")
    assert str(MAX_BYTES) in problem["fix"]


def test_a_binary_frame_is_refused(sockets, nova):
    socket = resumed(sockets, nova)
    (problem,) = socket.send_text("eyJhY3Rpb24iOiJwaW5nIn0=", isBase64Encoded=True)
    assert (problem["status"], problem["code"]) == (415, "not_json")


def test_a_frame_may_repeat_who_the_client_is(sockets, nova):
    (pong,) = resumed(sockets, nova).send("ping", agent_id=" Nova ")
    assert pong["frame"] == "pong"


def test_the_problem_shows_no_key_and_no_hidden_character(sockets, nova):
    key = "am_live_" + "k" * 46
    (problem,) = resumed(sockets, nova).send_text(json.dumps({"action": f"{key}\u202e"}))
    assert key not in json.dumps(problem)
    assert "\u202e" not in problem["detail"] + problem["action"]


def test_a_bug_is_told_without_its_message(sockets, nova, monkeypatch):
    socket = resumed(sockets, nova)
    sockets.cloud.fail(
        "GetItem", 1, {"Error": {"Code": "ValidationException", "Message": "secret"}}
    )
    (problem,) = socket.send("ping")
    assert (problem["status"], problem["code"], problem["action"]) == (500, "internal", "ping")
    assert "secret" not in json.dumps(problem)
    assert socket.send("ping")[0]["frame"] == "pong"


def test_throttled_tables_are_told_as_contention(sockets, nova):
    socket = resumed(sockets, nova)
    sockets.cloud.fail("GetItem", 9, {"Error": {"Code": "ThrottlingException", "Message": ""}})
    (problem,) = socket.send("ping")
    assert (problem["status"], problem["code"], problem["retry_after"]) == (503, "contention", 1)


def test_an_agent_with_a_penalty_is_told_to_wait_and_its_connection_ends(sockets, nova):
    socket = resumed(sockets, nova)
    item = sockets.cloud.read("AgentsTable", agent_id="nova")
    penalty = {"until": "2099-01-01T00:00:00.000Z", "quota": 1000}
    sockets.cloud.write("AgentsTable", {**item, "penalty": penalty})
    (problem,) = socket.send("ping")
    assert (problem["status"], problem["code"]) == (429, "rate_limited")
    assert problem["retry_after"] > 0
    assert not socket.is_open


def test_an_agent_that_spends_too_much_with_frames_gets_a_penalty(sockets, nova, monkeypatch):
    meter = app("sockets").meter
    monkeypatch.setattr(meter, "quota", 50)
    socket = resumed(sockets, nova)
    frames = list(takewhile(lambda frame: frame["frame"] == "pong", _pongs(socket)))
    meter.forget()
    assert 0 < len(frames) < 50
    (key,) = (item for item in sockets.cloud.items("AgentKeysTable") if item["agent_id"] == "nova")
    assert "refused_until" in key


def _pongs(socket):
    while True:
        yield from socket.send("ping")
