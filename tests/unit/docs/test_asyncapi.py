"""/asyncapi.json is valid AsyncAPI 3.0, and describes each event and frame with an example.

asyncapi-3.0.0.json.gz is the file schemas/3.0.0-without-$id.json of the npm package @asyncapi/specs
6.8.1, unchanged. Its licence is Apache-2.0, in asyncapi-3.0.0.LICENSE.
"""

import gzip
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, ValidationError

from agent_messaging import __version__
from agent_messaging.docs import pages
from agent_messaging.feed.model import EventType
from local.sockets import frames as local_frames
from local.sockets.connections import Connection
from local.sockets.events import Moment, Place
from tests.asyncapi import checked, name_of
from tools.asyncapi import document as asyncapi
from tools.asyncapi import examples, frames
from tools.asyncapi.event_data import DATA, SUMMARIES
from tools.openapi import render

NOW = datetime(2026, 2, 15, 20, 30, tzinfo=UTC)
HERE = Path(__file__).parent
SCHEMA = gzip.decompress((HERE / "asyncapi-3.0.0.json.gz").read_bytes())
SCHEMA_SHA256 = "c2dbba431be79986d9429561b781b55e7233e46e8953b14a095120d4bbbc7838"
DOCUMENT = json.loads(pages.asyncapi())
MESSAGES: dict[str, Any] = DOCUMENT["components"]["messages"]
EXAMPLES = [
    pytest.param(example["payload"], id=name)
    for name, message in MESSAGES.items()
    for example in message.get("examples", [])
]


def test_the_file_is_what_the_models_make():
    made = asyncapi.text(asyncapi.document(render.TITLE, __version__))
    assert render.ASYNCAPI.read_text("utf-8") == made


def test_it_is_valid():
    assert hashlib.sha256(SCHEMA).hexdigest() == SCHEMA_SHA256
    validator = Draft7Validator(json.loads(SCHEMA))

    validator.validate(DOCUMENT)
    with pytest.raises(ValidationError):
        validator.validate({**DOCUMENT, "channels": {"socket": {"adress": "/live"}}})


def test_every_reference_leads_somewhere():
    def references(node: Any) -> list[str]:
        if isinstance(node, list):
            return [each for part in node for each in references(part)]
        if not isinstance(node, dict):
            return []
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [each for part in node.values() for each in references(part)]

    found = references(DOCUMENT)
    assert len(found) > 50
    for reference in found:
        node = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_each_event_type_has_data_a_summary_and_an_example():
    assert set(EventType) == DATA.keys() == SUMMARIES.keys() == examples.EVENTS.keys()
    for kind in set(EventType) - {EventType.WEBHOOK_TEST}:
        assert len(MESSAGES[f"event.{kind}"]["examples"]) == 1
        assert f"webhook.{kind}" in MESSAGES
    assert len(MESSAGES["webhook.webhook.test"]["examples"]) == 1


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_what_its_schema_says(example):
    assert checked(example) == checked(json.dumps(example)) == example


def test_each_frame_has_an_example():
    named = {frames.name_of(frame) for frame in (*frames.RECEIVED, *frames.SENT)}
    assert named == examples.FRAMES.keys()
    for name, frame in examples.FRAMES.items():
        assert name_of(frame) == name


def test_the_gateways_own_error_is_described_as_make_run_sends_it():
    place = Place("Y7x2bfz3IAMCJRQ=", NOW, "live", "localhost", "127.0.0.1", "")
    sent = local_frames.problem(
        "Forbidden", Connection(place, None, NOW), Moment("Y7x2bh3DIAMEVPw=", NOW)
    )
    assert name_of(checked(sent)) == "gateway"


@pytest.mark.parametrize(
    "wrong",
    [
        {"frame": "pong", "expires_at": "2026-02-15T20:32:30.000Z"},
        {**examples.FRAMES["pong"], "another": 1},
        {"frame": "event", **examples.event(EventType.MESSAGE_RECEIVED), "another": 1},
        {**examples.event(EventType.WEBHOOK_DISABLED), "data": {"webhook_id": "whk_1"}},
        {**examples.event(EventType.WEBHOOK_DISABLED), "type": "webhook.test"},
    ],
)
def test_what_is_sent_has_exactly_the_declared_fields(wrong):
    with pytest.raises(ValidationError):
        checked(wrong)


def test_a_later_server_may_send_more():
    sent = {**examples.FRAMES["pong"], "another": 1}
    components = DOCUMENT["components"]
    Draft7Validator({**components["schemas"]["PongFrame"], "components": components}).validate(sent)
