"""A refusal teaches: a program that does what `fix` says succeeds at its second request."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from moto import mock_aws

from local.in_process.requests import BASE, Answer
from tests.integration.authorisation.right_calls import BELOW_BASE
from tests.integration.authorisation.world import World
from tests.integration.mistakes import literal
from tests.integration.mistakes.literal import Literal, Request
from tests.integration.mistakes.mistakes import Mistake, of_operation
from tests.scale import IS_FULL, Figure
from tools.openapi.render import FILE

DOCUMENT = json.loads(FILE.read_text("utf-8"))
LEAST = 0.95
EACH = 1 if IS_FULL else 5  # a part of the mistakes is made with every commit
REJECT = "POST /api/v1/messaging/work-orders/reject"
RESPOND = "POST /api/v1/messaging/work-order/{work_order_id}/respond"
RETRY = "POST /api/v1/messaging/webhooks/{webhook_id}/deliveries/{delivery_id}/retry"
# The mistakes that take more than one correction, and why.
AWARD = "POST /api/v1/messaging/work-order/{work_order_id}/award"
BID = "/api/v1/messaging/work-order/{work_order_id}/bid"
LEFT = {
    **{
        f"{RESPOND}: wrong type {name}": "with the action `accept` it must go, whatever its type"
        for name in ("reason", "rejection_reason")
    },
    "GET /api/v1/messaging/work-orders: wrong type ?client_id": "a client cannot filter by client",
    **{
        f"{method} {BID}: wrong type {{work_order_id}}": "the list also has orders to claim"
        for method in ("POST", "DELETE")
    },
    "POST /api/v1/messaging/work-order: wrong type depends_on": "they need a `parent_id` too",
    "POST /api/v1/messaging/work-order: wrong type to_capability": "it excludes `to_agent_id`",
    f"{REJECT}: wrong type work_order_ids": "they exclude `client_id`, which is there too",
    f"{REJECT}: wrong type work_order_ids/0": "they exclude `client_id`, which is there too",
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with mock_aws():
        yield World()


def right_requests(world: World) -> Iterator[tuple[str, str | None, Request]]:
    """Yield each route with its right request and the agent that makes it."""
    for name, call in BELOW_BASE.items():
        method, path = name.split()
        filled, body = call.filled(world.names)
        query = dict(parse_qsl(call.query))
        yield f"{method} {BASE}{path}", call.caller, Request(method, BASE + filled, query, body)


def send(world: World, caller: str | None, request: Request) -> Answer:
    key = world.rings[caller].live if caller else None
    path = unquote(request.path).removeprefix(BASE)
    return world.gateway.call(request.method, path, request.query, request.body, key=key)


def look(world: World, caller: str | None, path: str) -> object:
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query))
    return send(world, caller or "third", Request("GET", parts.path, query)).json


def second_answer(world: World, caller: str | None, mistake: Mistake, fix: str) -> Answer:
    program = Literal(caller or "", lambda path: look(world, caller, path))
    return send(world, caller, program.corrected(mistake.request, fix))


def test_the_second_request_succeeds(world: World, figure: Figure):
    made, failed = 0, {}
    for route, caller, right in right_requests(world):
        for mistake in list(of_operation(DOCUMENT, route, right))[::EACH]:
            first = send(world, caller, mistake.request)
            if first.status < 400:  # what is meant is clear, so it is no mistake
                world.reset()
                continue
            made += 1
            second = second_answer(world, caller, mistake, first.json["fix"])
            if second.status >= 400:
                failed[str(mistake)] = f"{first.json['fix']} -> {second.text}"
            world.reset()
    figure("mistakes", made)
    figure("put right by the second request", made - len(failed))
    assert made > 40
    assert len(failed) <= (1 - LEAST) * made, failed
    assert failed.keys() <= LEFT.keys(), failed


@pytest.mark.parametrize("path", ["send", "work-order"])
def test_a_name_that_is_sent_as_an_id_leads_to_the_id(world: World, path: str):
    renamed = Request("PATCH", f"{BASE}/agents/me", {}, {"name": "Zelda"})
    assert send(world, "boots", renamed).status == 200
    texts = {"body": "x"} if path == "send" else {"title": "x", "description": "x"}
    wrong = Request("POST", f"{BASE}/messaging/{path}", {}, {"to_agent_id": "Zelda", **texts})
    first = send(world, "nova", wrong)
    assert (first.status, first.json["errors"][0]["pointer"]) == (404, "#/to_agent_id")
    assert first.json["fix"] == (
        "Set `to_agent_id` to the `agent_id` from GET /api/v1/agents?q=zelda."
    )
    right = Literal("nova", lambda path: look(world, "nova", path))
    corrected = right.corrected(wrong, first.json["fix"])
    assert send(world, "nova", corrected).status < 300
    assert corrected.body["to_agent_id"] == "boots"
    world.reset()


@pytest.mark.parametrize("query", [{}, {"from_agent_id": "nova"}, {"agent_id": "Nova!"}])
def test_in_open_mode_a_fix_leads_to_the_callers_own_id(world: World, query: dict[str, str]):
    def send_openly(request: Request) -> Answer:
        return world.cloud.call("GET", request.path.removeprefix(BASE), request.query)

    def look_openly(path: str) -> object:
        parts = urlsplit(path)
        return send_openly(Request("GET", parts.path, dict(parse_qsl(parts.query)))).json

    wrong = Request("GET", f"{BASE}/messaging/inbox", query)
    refusal = send_openly(wrong)
    right = Literal("nova", look_openly).corrected(wrong, refusal.json["fix"])
    assert (refusal.status, send_openly(right).status) == (422, 200)
    assert right.query == {"agent_id": "nova"}


ULID = "01m830ztk8hqmnnzmzdykrdxts"
IN_OPEN_MODE = [
    ("POST", "/messaging/send", {"to_agent_id": "Boots!", "body": "Hello"}),
    ("POST", "/messaging/send", {"to_agent_id": "boots.", "body": "Hello"}),
    ("POST", "/messaging/send", {"to_agent_id": "stranger", "body": "Hello"}),
    ("POST", "/messaging/send", {"to_agent_id": "boots", "body": "x", "reply_to_id": "x"}),
    ("POST", "/messaging/send", {"to_agent_id": "boots", "body": "x", "thread_id": "x"}),
    ("POST", "/messaging/work-order", {"to_agent_id": "a.b", "title": "x", "description": "x"}),
    ("POST", f"/messaging/mark-read/msg_{ULID}", None),
    ("POST", "/messaging/mark-read", {"message_ids": ["x"]}),
    ("GET", "/messaging/work-order/boots", None),
    ("GET", f"/messaging/work-order/wo_{ULID}", None),
    ("POST", "/messaging/work-order/boots/complete", {}),
    ("GET", "/messaging/contacts/stranger", None),
    ("GET", "/messaging/presence/Boots!", None),
    ("DELETE", f"/agents/me/keys/key_{ULID}", None),
    ("GET", "/agents/stranger", None),
]


@pytest.mark.parametrize(("method", "path", "body"), IN_OPEN_MODE)
def test_in_open_mode_each_list_that_a_fix_names_can_be_read(
    world: World, method: str, path: str, body: object
):
    parameter = "from_agent_id" if path.endswith(("/send", "/work-order")) else "agent_id"
    refusal = world.cloud.call(method, path, {parameter: "Nova"}, body)
    assert refusal.status in (404, 422)
    fixes = [refusal.json["fix"], *(each["fix"] for each in refusal.json["errors"])]
    named = [re.findall(r"GET (/api/v1/\S+?)[.,]?(?=\s|$)", fix) for fix in fixes]
    assert all(named), fixes
    for each in {each for several in named for each in several}:
        parts = urlsplit(each)
        query = dict(parse_qsl(parts.query))
        assert query["agent_id"] == "nova", each
        answer = world.cloud.call("GET", parts.path.removeprefix(BASE), query)
        assert answer.status == 200, (each, answer.text)


def test_with_a_key_a_fix_names_no_caller(world: World):
    refusal = look(world, "nova", f"/api/v1/messaging/work-order/wo_{ULID}")
    assert "GET /api/v1/messaging/work-orders?role=worker" in refusal["fix"]
    assert "agent_id=" not in refusal["fix"]


def test_in_open_mode_an_unknown_caller_learns_where_its_own_id_is(world: World):
    refusal = world.cloud.get("/messaging/inbox", {"agent_id": "stranger"})
    assert refusal.status == 404
    assert refusal.json["fix"] == (
        "Set `?agent_id` to the `agent_id` from the answer of your registration, or register the "
        "agent with POST /api/v1/agents/register."
    )


def test_the_program_knows_nothing_of_the_schema():
    nodes = ast.walk(ast.parse(Path(literal.__file__).read_text("utf-8")))
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    nodes = ast.walk(ast.parse(Path(literal.__file__).read_text("utf-8")))
    imported |= {each.name for node in nodes if isinstance(node, ast.Import) for each in node.names}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
