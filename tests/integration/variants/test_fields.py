"""A harmless variant of a field or a parameter is taken, and answered in its canonical form."""

import json

import pytest

from local.in_process.functions import app
from tests.integration.bad_input.refusals import ORDER, SEND
from tests.integration.cloud import Cloud

NOVA = {"from_agent_id": "nova"}
# Bodies that may be sent, for each route that creates something or acts.
BODIES = {
    "POST /messaging/ping": {"to_agent_id": "boots"},
    "POST /messaging/send": SEND,
    "POST /messaging/work-order": ORDER,
    "POST /messaging/work-order/{work_order_id}/respond": {"action": "accept"},
    "POST /messaging/work-order/{work_order_id}/complete": {},
    "POST /messaging/work-order/{work_order_id}/cancel": {},
    "POST /messaging/work-order/{work_order_id}/fail": {},
    "POST /messaging/work-order/{work_order_id}/progress": {},
    "POST /messaging/work-order/{work_order_id}/ask": {"question": "How?"},
    "POST /messaging/work-order/{work_order_id}/answer": {"answer": "So."},
    "POST /messaging/work-order/{work_order_id}/claim": {},
    "POST /messaging/work-order/{work_order_id}/bid": {},
}

# How an order is offered that is not Boots' from the beginning, by the call that takes it.
FOR_CANDIDATES = {
    "claim": {"to_agent_id": None, "to_capability": "estimation"},
    "bid": {
        "to_agent_id": None,
        "to_capability": "estimation",
        "bids_by": "2099-01-01T00:00:00Z",
    },
}
OF_WORKER = ("respond", "complete", "fail", "progress", "ask", "claim", "bid")


def routes(*groups: str):
    return [route for group in groups for route in app(group).api.routes if route.takes_key]


@pytest.mark.parametrize("literal", ["5", "5.0", "5e0", "0.5e1", '"5"', '" 5.0 "'])
def test_an_integer_in_a_body_is_answered_as_one(pair: Cloud, literal: str):
    raw = f'{{"to_agent_id":"boots","body":"x","priority":{literal}}}'
    assert pair.post("/messaging/send", NOVA, raw=raw).status == 200
    (message,) = pair.inbox("boots")["messages"]
    assert json.dumps(message["priority"]) == "5"


def test_an_integer_in_a_query_may_have_zeros_before_it_and_spaces_around_it(pair: Cloud):
    for limit in ("10", " 10 ", "010"):
        assert pair.get("/messaging/inbox", {"agent_id": "nova", "limit": limit}).status == 200


@pytest.mark.parametrize(
    ("sent", "answered"),
    [('"12.50"', "12.5"), ('"15000"', "15000"), ("123456789012", "123456789012"), ("1e0", "1")],
)
def test_money_is_answered_as_a_number(pair: Cloud, sent: str, answered: str):
    raw = json.dumps(ORDER)[:-1] + f', "budget_usd": {sent}}}'
    order = pair.post("/messaging/work-order", NOVA, raw=raw).json
    text = pair.get(f"/messaging/work-order/{order['work_order_id']}", {"agent_id": "nova"}).text
    assert f'"budget_usd":{answered},' in text


def test_every_optional_field_of_a_keyed_request_may_be_null_in_a_retry(pair: Cloud):
    """The key of a request that leaves the fields out stands for one with nulls as well."""
    able = {"capabilities": ["estimation"]}
    assert pair.call("PATCH", "/agents/me", {"agent_id": "boots"}, able).status == 200
    for route in routes("messaging", "work_orders"):
        path = route.path.removeprefix("/api/v1")
        if path.endswith("/award"):  # it has no optional field
            continue
        body = BODIES[f"{route.method} {path}"]
        order_id = pair.offer("nova", "boots", **FOR_CANDIDATES.get(path.rpartition("/")[2], {}))
        if path.endswith(("complete", "fail", "progress", "ask", "answer")):
            pair.move("boots", order_id, "accept")
        if path.endswith("answer"):
            pair.move("boots", order_id, "ask", question="How?")
        optional = [n for n, field in route.body.model_fields.items() if not field.is_required()]
        assert optional or path.endswith("ask")
        caller = "boots" if path.endswith(OF_WORKER) else "nova"
        query = {route.identity: caller}
        path = path.format(work_order_id=order_id)
        first = pair.post(path, query, body, key="k")
        assert first.status == 200, (path, first.text)
        again = pair.post(path, query, {**dict.fromkeys(optional), **body}, key="k")
        assert (again.status, again.text) == (200, first.text), path


def test_every_optional_field_of_a_registration_and_of_a_key_may_be_null(cloud: Cloud):
    names = ("description", "capabilities", "agent_id", "contact_policy", "key_hash")
    answer = cloud.post("/agents/register", {}, {"name": "Scout", **dict.fromkeys(names)})
    assert answer.status == 201
    profile = cloud.get("/agents/me", {"agent_id": answer.json["agent_id"]}).json
    assert (profile["capabilities"], profile["contact_policy"]) == ([], "open")
    names = ("label", "expires_at", "revoke_others", "key_hash")
    query = {"agent_id": answer.json["agent_id"]}
    assert cloud.post("/agents/me/keys", query, dict.fromkeys(names)).status == 201


def test_an_enumeration_may_have_any_case_and_spaces_around_it(pair: Cloud):
    sent = pair.post("/messaging/send", NOVA, {**SEND, "type": " Chat_Message "})
    assert sent.status == 200
    query = {"agent_id": "boots", "status": "PENDING", "type": "Chat_message"}
    (message,) = pair.get("/messaging/inbox", query).json["messages"]
    assert (message["type"], message["status"]) == ("chat_message", "pending")
    order_id = pair.offer("nova", "boots")
    query = {"agent_id": "boots", "role": "Worker", "status": "Pending "}
    assert pair.get("/messaging/work-orders", query).json["role"] == "worker"
    path = f"/messaging/work-order/{order_id}/respond"
    assert pair.post(path, {"agent_id": "boots"}, {"action": "Accept"}).json["status"] == "accepted"
    changed = pair.call("PATCH", "/agents/me", {"agent_id": "boots"}, {"contact_policy": "CLOSED"})
    assert changed.json["contact_policy"] == "closed"
    for online in ("True", "FALSE", " true"):
        assert pair.get("/agents", {"agent_id": "nova", "online": online}).status == 200
    query = {"agent_id": "boots"}
    decided = pair.call("PUT", "/messaging/contacts/third", query, {"state": "Blocked"})
    assert decided.json["state"] == "blocked"
    assert pair.get("/messaging/contacts", {**query, "state": "BLOCKED"}).json["contacts"]
    flag = pair.call("PUT", "/messaging/presence", query, {"accepts_work_orders": "False"})
    assert flag.json["accepts_work_orders"] is False


def test_an_id_may_have_upper_case_and_spaces_around_it_wherever_it_stands(pair: Cloud):
    sent = pair.post(
        "/messaging/send", {"from_agent_id": " NOVA"}, {**SEND, "to_agent_id": "Boots "}
    )
    assert sent.status == 200
    message_id = sent.json["message_id"]
    path = f"/messaging/messages/{message_id.upper()}"
    assert pair.get(path, {"agent_id": "Boots"}).json["message_id"] == message_id
    reply = {"to_agent_id": "nova", "body": "y", "reply_to_id": f" {message_id.upper()} "}
    answered = pair.post("/messaging/send", {"from_agent_id": "boots"}, reply)
    assert answered.json["thread_id"] == sent.json["thread_id"]
    body = {"message_ids": [message_id.upper()]}
    read = pair.post("/messaging/mark-read", {"agent_id": "boots"}, body).json
    assert [each["message_id"] for each in read["messages"]] == [message_id]
    assert pair.get("/agents/BOOTS", {"agent_id": "nova"}).json["agent_id"] == "boots"


def test_an_agent_id_and_capabilities_are_registered_in_lower_case(cloud: Cloud):
    body = {"name": "Scout", "agent_id": " Scout-Agent ", "capabilities": ["Cost-Estimation"]}
    assert cloud.post("/agents/register", {}, body).json["agent_id"] == "scout-agent"
    query = {"agent_id": "scout-agent", "capability": "COST-estimation"}
    (found,) = cloud.get("/agents", query).json["agents"]
    assert found["capabilities"] == ["cost-estimation"]


def test_without_a_role_the_list_is_that_of_the_worker(pair: Cloud):
    pair.offer("nova", "boots")
    explicit = pair.get("/messaging/work-orders", {"agent_id": "boots", "role": "worker"})
    assert pair.get("/messaging/work-orders", {"agent_id": "boots"}).json == explicit.json
    assert explicit.json["total_orders"] == 1


@pytest.mark.parametrize("value", [["a", {"b": [1]}], [], "Fifty rows, as CSV", "", {"n": 1}])
def test_deliverables_and_a_result_are_any_object_array_or_string(pair: Cloud, value: object):
    order_id = pair.offer("nova", "boots", deliverables=value)
    pair.move("boots", order_id, "accept")
    assert pair.move("boots", order_id, "complete", result_data=value).status == 200
    order = pair.order("nova", order_id)
    assert (order["deliverables"], order["result_data"]) == (value, value)
    (listed,) = pair.get("/messaging/work-orders", {"agent_id": "boots"}).json["work_orders"]
    assert (listed["deliverables"], listed["result_data"]) == (value, value)


def test_an_array_and_a_string_are_looked_at_for_hidden_characters(pair: Cloud):
    for value in (["a", ["\u200b\u200b"]], "x\u200b\u200by"):
        order_id = pair.offer("nova", "boots", deliverables=value)
        assert pair.order("boots", order_id)["content_flags"] == ["invisible_characters"]


@pytest.mark.parametrize("value", [5, True, "x" * 65_536, ["x" * 65_536]])
def test_deliverables_have_a_form_and_a_bound(pair: Cloud, value: object):
    answer = pair.post("/messaging/work-order", NOVA, {**ORDER, "deliverables": value})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "#/deliverables"


def test_a_scheme_may_have_any_case(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    pair.move("boots", order_id, "complete", result_url="HTTPS://Example.com/X")
    assert pair.order("nova", order_id)["result_url"] == "https://Example.com/X"
