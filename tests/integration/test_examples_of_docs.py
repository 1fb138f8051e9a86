"""What /docs fills in works as it is: each operation, as Nova, with its first example.

The page does this in a browser (docs/page.js). Here the same requests are made from the document.
"""

import json
from typing import Any

import pytest

from local.in_process.requests import BASE, Answer
from tests.integration.cloud import Cloud
from tools.openapi import example_data
from tools.openapi.render import FILE

DOCUMENT = json.loads(FILE.read_text("utf-8"))
IDENTITIES = {"agent_id", "from_agent_id"}
NOVA, BOOTS = example_data.NOVA["id"], example_data.BOOTS["id"]
# What the example names does not exist on a new server.
REFUSED = {
    "feed_acknowledge": "bad_position",  # nothing has happened to Nova yet
    "agents_revoke_key": "key_not_found",
    "messaging_mark_read": "message_not_found",
    "messaging_read_message": "message_not_found",
    "messaging_thread": "thread_not_found",
    "contacts_read_contact": "contact_not_found",
    "contacts_remove_contact": "contact_not_found",
    "webhooks_read_webhook": "webhook_not_found",
    "webhooks_update_webhook": "webhook_not_found",
    "webhooks_remove_webhook": "webhook_not_found",
    "webhooks_rotate_secret": "webhook_not_found",
    "webhooks_test_webhook": "webhook_not_found",
    "webhooks_list_deliveries": "webhook_not_found",
    "webhooks_retry_delivery": "webhook_not_found",
    "work_orders_read_order": "work_order_not_found",
    "work_orders_read_transcript": "work_order_not_found",
    "work_orders_respond": "work_order_not_found",
    "work_orders_complete": "work_order_not_found",
    "work_orders_cancel": "work_order_not_found",
    "work_orders_fail": "work_order_not_found",
    "work_orders_progress": "work_order_not_found",
    "work_orders_ask": "work_order_not_found",
    "work_orders_answer": "work_order_not_found",
    "work_orders_list_children": "work_order_not_found",
    "work_orders_claim": "work_order_not_found",
    "work_orders_bid": "work_order_not_found",
    "work_orders_withdraw_bid": "work_order_not_found",
    "work_orders_list_bids": "work_order_not_found",
    "work_orders_award": "work_order_not_found",
}
OPERATIONS = [
    pytest.param(method, path, operation, id=operation["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if path.startswith(f"{BASE}/") and operation["tags"] != ["docs"]
]


@pytest.fixture
def server(cloud: Cloud) -> Cloud:
    """What `make run` starts with: Nova and Boots."""
    cloud.register(NOVA)
    cloud.register(BOOTS)
    return cloud


def filled_in(parameter: dict[str, Any]) -> Any:
    """What the page puts into the field of a parameter. None: it leaves the field empty."""
    if parameter["in"] == "query" and parameter["name"] in IDENTITIES:
        return NOVA
    return parameter.get("example", parameter["schema"].get("default"))


def execute(server: Cloud, method: str, path: str, operation: dict[str, Any]) -> Answer:
    """Make the request that the page makes at the first click on Execute."""
    query: dict[str, Any] = {}
    for parameter in operation.get("parameters", []):
        value = filled_in(parameter)
        assert value is not None or not parameter["required"], parameter["name"]
        if value is not None and parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(value))
        elif value is not None:
            query[parameter["name"]] = value
    body = None
    if "requestBody" in operation:
        ((_, content),) = operation["requestBody"]["content"].items()
        body = next(iter(content["examples"].values()))["value"]
    return server.call(method.upper(), path.removeprefix(BASE), query, body)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_execute_works_at_the_first_click(
    server: Cloud, method: str, path: str, operation: dict[str, Any]
):
    answer = execute(server, method, path, operation)

    documented = operation["responses"]
    if refusal := REFUSED.get(operation["operationId"]):
        assert answer.json["code"] == refusal
        assert str(answer.status) in documented
    else:
        assert str(answer.status) == next(iter(documented))
        assert answer.status < 300


def test_the_table_of_refusals_names_operations():
    assert REFUSED.keys() < {case.id for case in OPERATIONS}
