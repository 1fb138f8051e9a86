"""A function that is about to run out of time begins no write, and says so."""

import pytest

from agent_messaging import dynamodb, time_left
from agent_messaging.errors import OutOfTimeError
from tests.integration.cloud import Cloud, app
from tests.integration.functions import TEMPLATE, Context
from tests.integration.work_orders.orders import FUTURE

WRITES = {
    "PutItem": ("POST", "/messaging/send", {"to_agent_id": "boots", "body": "x"}),
    "UpdateItem": ("PATCH", "/agents/me", {"description": "x"}),
    "TransactWriteItems": (
        "POST",
        "/messaging/work-order",
        {"to_agent_id": "boots", "title": "t", "description": "d", "deadline_at": FUTURE},
    ),
}


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("key", [None, "a key"])
def test_with_too_little_time_left_nothing_is_written(pair: Cloud, operation: str, key: str | None):
    method, path, body = WRITES[operation]
    identity = "agent_id" if method == "PATCH" else "from_agent_id"
    longest = int(dynamodb.longest_call(app("messaging").client) * 1000)
    before = pair.digest()

    refused = pair.call(method, path, {identity: "nova"}, body, milliseconds=longest - 1, key=key)
    assert (refused.status, refused.json["code"]) == (503, "out_of_time")
    assert pair.digest() == before

    done = pair.call(method, path, {identity: "nova"}, body, milliseconds=longest, key=key)
    assert done.status == 200
    assert pair.digest() != before


def test_reads_go_on_to_the_end(pair: Cloud):
    assert pair.get("/messaging/inbox", {"agent_id": "nova"}, milliseconds=1).status == 200


def test_a_sweep_leaves_to_the_next_what_it_has_no_time_for(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.overdue(order_id)
    assert pair.sweep(milliseconds=1) == 0
    assert pair.sweep() == 1


def test_what_an_event_set_ends_with_it():
    with pytest.raises(OutOfTimeError), time_left.within(Context(1)):
        time_left.require(2)
    time_left.require(3600)


@pytest.mark.parametrize("name", TEMPLATE.functions)
def test_a_first_write_of_every_function_fits_into_its_time(name: str):
    function = TEMPLATE.functions[name]
    client = getattr(app(function.code.name), "client", None)
    longest = 0.0 if client is None else dynamodb.longest_call(client)
    # So much may have gone by before it: a whole read that hangs once.
    assert function.timeout >= longest + (5 if longest else 0)
