"""A client that openapi-python-client makes from /openapi.json, over the functions' own answers.

It must go on when an answer has a value that it does not know, because a later release may add one.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import httpx
import openapi_python_client
import pytest
from openapi_python_client.config import Config, ConfigFile, MetaType

from agent_messaging.door.route import BASE
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append
from tools.openapi import render

NAME = "generated_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package, made without a warning: a part that a generator cannot read would be missing."""
    folder = tmp_path_factory.mktemp("generated")
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        render.FILE,
        "utf-8",
        overwrite=True,
        output_path=folder / NAME,
    )
    assert openapi_python_client.generate(config=config) == []
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))
    for name in [each for each in sys.modules if each.split(".")[0] == NAME]:
        del sys.modules[name]


def module(group: str, operation: str) -> ModuleType:
    return importlib.import_module(f"{NAME}.api.{group}.{operation}")


def called(generated: ModuleType, cloud: Cloud, change: Callable[[str], str]) -> Any:
    """A client over the functions, whose answers `change` turns into those of a later release."""

    def answer(request: httpx.Request) -> httpx.Response:
        query = dict(parse_qsl(request.url.query.decode()))
        found = cloud.call(request.method, request.url.path.removeprefix(BASE), query)
        return httpx.Response(
            found.status, text=change(found.text), headers={"Content-Type": "application/json"}
        )

    transport = httpx.MockTransport(answer)
    return generated.Client(base_url="http://api", httpx_args={"transport": transport})


def test_it_reads_a_page_of_orders_with_a_status_that_it_does_not_know(generated, pair: Cloud):
    order_id = pair.offer("nova", "boots")
    client = called(generated, pair, lambda text: text.replace('"pending"', '"input_required"'))
    orders = module("work_orders", "work_orders_list_orders")
    role = importlib.import_module(f"{NAME}.models").Role.WORKER
    page = orders.sync(client=client, agent_id="boots", role=role)
    (order,) = page.work_orders
    assert (order.work_order_id, order.status, order.is_final) == (
        order_id,
        "input_required",
        False,
    )
    assert order.client.name == "Nova"


def test_it_reads_a_page_of_messages_with_a_flag_that_it_does_not_know(generated, pair: Cloud):
    body = {"to_agent_id": "boots", "body": "a\u200bb"}
    pair.post("/messaging/send", {"from_agent_id": "nova"}, body)
    flagged = '"invisible_characters"'
    client = called(generated, pair, lambda text: text.replace(flagged, '"smells_of_fish"'))
    page = module("messaging", "messaging_inbox").sync(client=client, agent_id="boots")
    (message,) = page.messages
    assert (message.body, message.content_flags) == ("a\u200bb", ["smells_of_fish"])


def test_it_reads_a_feed_with_an_event_that_it_does_not_know(generated, pair: Cloud):
    append(pair, untrusted={"subject": None, "body": "Hello"})
    client = called(generated, pair, lambda text: text.replace("message.received", "moon.rose"))
    page = module("feed", "feed_read_feed").sync(client=client, agent_id="boots")
    (event,) = page.events
    assert (event.type_, event.previous, page.has_more) == ("moon.rose", None, False)
    assert event.data["untrusted"]["body"] == "Hello"
    assert page.next_after == event.position


def test_it_reads_an_error_with_a_code_that_it_does_not_know(generated, pair: Cloud):
    client = called(generated, pair, lambda text: text.replace("agent_not_found", "agent_asleep"))
    problem = module("agents", "agents_read_agent").sync("nobody", client=client, agent_id="nova")
    assert (problem.status, problem.code) == (404, "agent_asleep")


def test_its_names_are_those_of_the_document(generated):
    document = json.loads(render.FILE.read_text("utf-8"))
    for methods in document["paths"].values():
        for described in methods.values():
            operation = module(described["tags"][0], described["operationId"])
            arguments = {*inspect.signature(operation.sync_detailed).parameters}
            names = [each["name"] for each in described.get("parameters", [])]
            wanted = {name.lower().replace("-", "_") for name in names}
            # A generator adds `_` to a word of Python, such as `type`.
            given = {name.rstrip("_") for name in arguments - {"client", "body"}}
            assert given == wanted, described["operationId"]
