"""An id in a path has the form of one, or is refused."""

import pytest

from tests.integration.bad_input.refusals import ULID, refusal
from tests.integration.cloud import Cloud


@pytest.mark.parametrize(
    ("method", "path", "pointer"),
    [
        ("POST", "/messaging/mark-read/{}", "{message_id}"),
        ("GET", "/messaging/messages/{}", "{message_id}"),
        ("GET", "/messaging/threads/{}", "{thread_id}"),
        ("GET", "/messaging/work-order/{}", "{work_order_id}"),
        ("POST", "/messaging/work-order/{}/respond", "{work_order_id}"),
        ("POST", "/messaging/work-order/{}/complete", "{work_order_id}"),
        ("POST", "/messaging/work-order/{}/cancel", "{work_order_id}"),
        ("POST", "/messaging/work-order/{}/fail", "{work_order_id}"),
        ("GET", "/messaging/presence/{}", "{target_agent_id}"),
        ("GET", "/agents/{}", "{target_agent_id}"),
    ],
)
def test_a_part_of_the_path_that_is_no_id_is_422(pair: Cloud, method: str, path: str, pointer: str):
    body = {"action": "accept"} if path.endswith("respond") else None
    parts = ["_x", "ORDER_ID_", f"MSG_{ULID}_", "é", "..%2f", "a b", "-", "%00"]
    if pointer != "{target_agent_id}":
        parts += [f"msg_8{ULID[1:]}", f"msg_{ULID}x", f"wo_8{ULID[1:]}", "wo_", f"thr_{ULID}"]
    for part in parts:
        answer = pair.call(method, path.format(part), {"agent_id": "nova"}, body)
        assert refusal(answer) == (422, "invalid", [pointer])


@pytest.mark.parametrize("first", ["0", "7"])
def test_the_edges_of_an_id_are_well_formed(pair: Cloud, first: str):
    for last in ("0", "z"):
        ulid = first + last * 25
        for path in (f"/messaging/messages/msg_{ulid}", f"/messaging/work-order/wo_{ulid}"):
            assert pair.get(path, {"agent_id": "nova"}).status == 404
        path = f"/messaging/threads/thr_{ulid}{last * 16}"
        assert pair.get(path, {"agent_id": "nova"}).status == 404


def test_a_path_that_no_route_has_is_404(pair: Cloud):
    for key in ("GET /api/v1/messaging/nothing", "POST /api/v1/agents/me", "$default", ""):
        answer = pair.get("/agents/me", {"agent_id": "nova"}, routeKey=key)
        assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "text", ["nova\x0b", "\U0001f600", 'a"b', "a`b", "a#b", "a/b", "a\0", "no va"]
)
@pytest.mark.parametrize("path", ["/agents/{}", "/messaging/presence/{}"])
def test_an_id_of_odd_characters_is_422(pair: Cloud, path: str, text: str):
    sent = path.format("boots")
    answer = pair.get(sent, {"agent_id": "nova"}, pathParameters={"target_agent_id": text})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "{target_agent_id}")
