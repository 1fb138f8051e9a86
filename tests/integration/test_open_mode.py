"""Who is calling: believed in the local runner's open mode, vouched for everywhere else."""

import pytest

from agent_messaging.door.api import Api
from local.in_process.functions import TEMPLATE, app
from local.in_process.requests import BASE
from tests.integration.cloud import Cloud

GROUPS = ("agents", "contacts", "messaging", "presence", "stats", "work_orders")
ULID = "01m830ztk8hqmnnzmzdykrdxts"
CLOSED = sorted(
    (route.method, route.path.removeprefix(BASE))
    for route in TEMPLATE.routes
    if TEMPLATE.functions[route.function].code.name in GROUPS
    and route.path != f"{BASE}/agents/register"
)
FROM = ("/messaging/ping", "/messaging/send", "/messaging/work-order")


def filled(path: str) -> str:
    for name, value in {
        "{contact_id}": "boots",
        "{target_agent_id}": "boots",
        "{key_id}": f"key_{ULID}",
        "{message_id}": f"msg_{ULID}",
        "{thread_id}": f"thr_{ULID}{'0' * 16}",
        "{work_order_id}": f"wo_{ULID}",
    }.items():
        path = path.replace(name, value)
    return path


def parameter(path: str) -> str:
    return "from_agent_id" if path in FROM else "agent_id"


def test_the_template_routes_to_what_the_functions_declare():
    declared = {(route.method, route.path) for group in GROUPS for route in app(group).api.routes}
    assert declared == {
        (route.method, route.path)
        for route in TEMPLATE.routes
        if TEMPLATE.functions[route.function].code.name in GROUPS
    }
    assert all(isinstance(app(group).handler.__wrapped__, Api) for group in GROUPS)


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_an_authorizer_every_route_is_closed(pair: Cloud, method: str, path: str):
    before = pair.digest()
    for context in (None, {}, {"mode": "key"}, {"agent_id": ""}):
        for query in ("", f"{parameter(path)}=nova", f"{parameter(path)}=NOT AN ID"):
            answer = pair.call(method, filled(path), query, raw="{not json", caller=context)
            assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    assert pair.digest() == before


def test_an_authorizer_without_context_is_nobody(pair: Cloud):
    event_context = {"requestId": "r", "stage": "$default", "http": {"method": "GET", "path": "/"}}
    for authorizer in ({"lambda": None}, {}, None, {"jwt": {"claims": {"agent_id": "nova"}}}):
        context = {**event_context, "authorizer": authorizer}
        context["http"] = {"method": "GET", "path": f"{BASE}/agents/me"}
        answer = pair.get("/agents/me", requestContext=context)
        assert answer.status == 401


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_a_key_speaks_for_its_own_agent_alone(cloud: Cloud, method: str, path: str):
    nova = cloud.register("nova")
    cloud.register("boots")
    before = cloud.digest()
    answer = cloud.call(
        method, filled(path), {parameter(path): "boots"}, raw="{not json", caller=nova.keyed
    )
    assert (answer.status, answer.json["code"]) == (403, "identity_mismatch")
    assert cloud.digest() == before


def test_a_key_needs_no_identity_parameter_and_may_repeat_it(cloud: Cloud):
    nova = cloud.register("nova")
    for query in ("", "agent_id=nova"):
        assert cloud.get("/agents/me", query, caller=nova.keyed).json["agent_id"] == "nova"
    assert cloud.get("/agents/me", "agent_id=nova&agent_id=nova", caller=nova.keyed).status == 422


def test_the_authorizers_numbers_may_be_texts(cloud: Cloud):
    nova = cloud.register("nova")
    caller = {**nova.keyed, "epoch": "1"}
    assert cloud.post("/messaging/heartbeat", caller=caller).status == 200


# The user's document has no parameter there.
ASKING = [
    (method, path) for method, path in CLOSED if path != "/messaging/presence/{target_agent_id}"
]


@pytest.mark.parametrize(("method", "path"), ASKING)
def test_in_open_mode_every_route_asks_who_calls(pair: Cloud, method: str, path: str):
    answer = pair.call(method, filled(path), raw="{not json")
    assert answer.status == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [f"?{parameter(path)}"]
    assert answer.json["fix"] == f"Add `{parameter(path)}=<your agent id>` to the query."


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_in_open_mode_a_misspelt_caller_is_404_before_anything_else(pair: Cloud, method, path):
    answer = pair.call(method, filled(path), {parameter(path): "ghost"}, raw="{not json")
    assert (answer.status, answer.json["code"]) == (404, "agent_not_found")


def test_the_identity_is_checked_before_query_path_and_body(pair: Cloud):
    nova = {"agent_id": "nova", "key_id": "key_x", "epoch": 1}
    path = "/messaging/mark-read/NO-ID"
    assert pair.post(path, "agent_id=boots&x=1", raw="{", caller=nova).status == 403
    assert pair.post(path, "agent_id=nova&x=1", raw="{", caller=nova).status == 422
