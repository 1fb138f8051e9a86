"""A field that the server knows, but that does not apply to the request, is never dropped."""

import pytest

from tests.integration.bad_input.refusals import refusal
from tests.integration.cloud import Cloud

FUTURE = "2099-01-01T00:00:00Z"


def respond(cloud: Cloud, order_id: str, body: dict):
    return cloud.post(f"/messaging/work-order/{order_id}/respond", {"agent_id": "boots"}, body)


@pytest.mark.parametrize(
    ("action", "name", "value"),
    [
        ("accept", "rejection_reason", "No."),
        ("accept", "reason", "No."),
        ("reject", "estimated_completion", FUTURE),
        ("Reject", "estimated_completion", "PT1H"),
    ],
)
def test_a_field_of_the_other_answer_is_refused(pair: Cloud, action: str, name: str, value: str):
    order_id = pair.offer("nova", "boots")
    answer = respond(pair, order_id, {"action": action, name: value})
    assert refusal(answer) == (422, "invalid", [f"#/{name}"])
    assert f"Leave out `{name}`" in answer.json["fix"]
    assert pair.order("nova", order_id)["status"] == "pending"


@pytest.mark.parametrize("name", ["reason", "rejection_reason"])
@pytest.mark.parametrize("action", ["reject", "cancel", "fail", "reject many"])
def test_a_reason_has_two_names(pair: Cloud, action: str, name: str):
    order_id = pair.offer("nova", "boots")
    if action == "fail":
        pair.move("boots", order_id, "accept")
    if action == "reject many":
        body = {"work_order_ids": [order_id.upper()], name: "No."}
        assert pair.post("/messaging/work-orders/reject", {"agent_id": "boots"}, body).status == 200
    else:
        agent_id = "nova" if action == "cancel" else "boots"
        assert pair.move(agent_id, order_id, action, **{name: "No."}).status == 200
    assert pair.order("nova", order_id)["reason"] == "No."


@pytest.mark.parametrize("action", ["reject", "cancel"])
def test_two_reasons_have_to_agree(pair: Cloud, action: str):
    order_id = pair.offer("nova", "boots")
    agent_id = "nova" if action == "cancel" else "boots"
    both = {"reason": "No.", "rejection_reason": "Never."}
    answer = pair.move(agent_id, order_id, action, **both)
    assert refusal(answer) == (422, "invalid", ["#/rejection_reason"])
    assert pair.move(agent_id, order_id, action, reason="No.", rejection_reason="No.").status == 200


def test_a_filter_of_the_other_role_is_refused(pair: Cloud):
    for query, name in (
        ({"worker_id": "boots"}, "worker_id"),
        ({"role": "worker", "worker_id": "boots"}, "worker_id"),
        ({"role": "client", "client_id": "nova"}, "client_id"),
    ):
        answer = pair.get("/messaging/work-orders", {"agent_id": "nova", **query})
        assert refusal(answer) == (422, "invalid", [f"?{name}"])
    answer = pair.get("/messaging/work-orders", {"agent_id": "nova", "worker_id": "boots"})
    assert answer.json["fix"].startswith("Add `role=client`")


def test_two_choices_of_orders_are_refused(pair: Cloud):
    body = {"client_id": "nova", "work_order_ids": [pair.offer("nova", "boots")]}
    answer = pair.post("/messaging/work-orders/reject", {"agent_id": "boots"}, body)
    assert refusal(answer) == (422, "invalid", ["#/client_id"])


@pytest.mark.parametrize(
    ("method", "path", "body", "fix"),
    [
        ("POST", "/messaging/heartbeat", {"status_message": "x"}, "Send no body"),
        ("GET", "/messaging/inbox", {"status": "pending"}, "Send `status` in the query"),
        ("DELETE", "/messaging/presence", {"agent_id": "nova"}, "Send `agent_id` in the query"),
    ],
)
def test_a_field_in_a_body_that_is_not_read_is_refused(
    pair: Cloud, method: str, path: str, body: dict, fix: str
):
    answer = pair.call(method, path, {"agent_id": "nova"}, body)
    assert refusal(answer) == (422, "invalid", [f"#/{next(iter(body))}"])
    assert answer.json["fix"].startswith(fix)
    assert pair.call(method, path, {"agent_id": "nova"}, {}).status == 200


@pytest.mark.parametrize("query", ["agent_id=", "agent_id=%20", "agent_id"])
def test_an_empty_identity_is_named_in_open_mode_and_left_out_beside_a_key(
    cloud: Cloud, query: str
):
    nova = cloud.register("nova")
    answer = cloud.get("/agents/me", query)
    assert refusal(answer) == (422, "invalid", ["?agent_id"])
    assert answer.json["errors"][0]["detail"] == "is empty"
    assert cloud.get("/agents/me", query, caller=nova.keyed).json["agent_id"] == "nova"


def test_a_compressed_body_is_415_and_names_the_coding(pair: Cloud):
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = pair.post("/messaging/heartbeat", {"agent_id": "nova"}, {"a": 1}, headers=headers)
    assert answer.status == 200
    answer = pair.post("/messaging/mark-read", {"agent_id": "nova"}, {"a": 1}, headers=headers)
    assert refusal(answer) == (415, "content_encoding", [])
    assert "gzip" in answer.json["detail"]
