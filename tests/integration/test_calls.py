"""What an operation costs in calls to DynamoDB, and what becomes of calls that fail."""

import io
import json

import pytest
from botocore.exceptions import EndpointConnectionError

from agent_messaging import http
from tests.integration.cloud import Agent, Cloud, app, reserved_words

BATCH, GET, PUT, UPDATE = "BatchGetItem", "GetItem", "PutItem", "UpdateItem"
QUERY, TRANSACT = "Query", "TransactWriteItems"

CONFLICT = {
    "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
    "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
}
THROTTLED = {
    "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
    "CancellationReasons": [{"Code": "ThrottlingError"}, {"Code": "None"}],
}
COLLISION = {"Error": {"Code": "TransactionConflictException", "Message": "ongoing"}}


@pytest.fixture
def nova(cloud: Cloud) -> Agent:
    return cloud.register("nova")


@pytest.fixture
def boots(cloud: Cloud) -> Agent:
    return cloud.register("boots")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch):
    """Waiting between attempts is not what is tested."""
    monkeypatch.setattr("agent_messaging.dynamodb.FIRST_WAIT_SECONDS", 0)


def operations(cloud: Cloud) -> list[str]:
    return [call.operation for call in cloud.cost()]


def test_each_operation_makes_as_many_calls_as_the_design_says(
    cloud: Cloud, nova: Agent, boots: Agent
):
    cost = {}

    def run(name: str, agent: Agent, route: str, query: str = "", body=None):
        cloud.cost()
        answer = cloud.call(*route.split(), query, body, caller=agent.keyed)
        assert answer.status == 200, answer.text
        cost[name] = operations(cloud)
        return answer.json

    to_boots = {"to_agent_id": "boots"}
    run("ping", nova, "POST /messaging/ping", body=to_boots)
    sent = run("send", nova, "POST /messaging/send", body={**to_boots, "body": "x"})
    reply = {"to_agent_id": "nova", "body": "x", "reply_to_id": sent["message_id"]}
    run("reply", boots, "POST /messaging/send", body=reply)
    run("inbox", boots, "GET /messaging/inbox")
    run("pending", boots, "GET /messaging/inbox", "status=pending")
    run("mark-read", boots, f"POST /messaging/mark-read/{sent['message_id']}")
    run("sent", nova, "GET /messaging/sent")
    run("thread", nova, f"GET /messaging/threads/{sent['thread_id']}")
    run("message received", boots, f"GET /messaging/messages/{sent['message_id']}")
    run("message sent", nova, f"GET /messaging/messages/{sent['message_id']}")
    run("first heartbeat", boots, "POST /messaging/heartbeat")
    run("heartbeat", boots, "POST /messaging/heartbeat")
    run("presence", nova, "GET /messaging/presence/boots")
    run("update presence", boots, "PUT /messaging/presence", body={})
    run("directory", nova, "GET /agents")
    order = {**to_boots, "title": "t", "description": "d"}
    created = run("create", nova, "POST /messaging/work-order", body=order)
    path = f"/messaging/work-order/{created['work_order_id']}"
    run("list", boots, "GET /messaging/work-orders", "role=worker&status=pending")
    run("read order", boots, f"GET {path}")
    run("accept", boots, f"POST {path}/respond", body={"action": "accept"})
    run("complete", boots, f"POST {path}/complete", body={})
    assert cost == {
        "ping": [BATCH, PUT],
        "send": [BATCH, PUT],
        "reply": [BATCH, PUT],
        "inbox": [QUERY],
        "pending": [QUERY],
        "mark-read": [GET, UPDATE],
        "sent": [QUERY, BATCH],
        "thread": [QUERY, BATCH],
        "message received": [GET],
        "message sent": [GET, QUERY, BATCH],
        "first heartbeat": [GET, PUT, UPDATE, QUERY, QUERY],
        "heartbeat": [GET, PUT, QUERY, QUERY],
        "presence": [BATCH],
        "update presence": [GET, TRANSACT],
        "directory": [QUERY, BATCH],
        "create": [BATCH, TRANSACT],
        "list": [QUERY, BATCH],
        "read order": [GET],
        "accept": [BATCH, TRANSACT],
        "complete": [BATCH, TRANSACT],
    }


def test_what_decides_a_write_is_read_consistently(cloud: Cloud, nova: Agent, boots: Agent):
    order_id = cloud.offer("nova", "boots")
    cloud.cost()
    cloud.post(
        f"/messaging/work-order/{order_id}/respond", body={"action": "accept"}, caller=boots.keyed
    )
    cloud.post("/messaging/ping", body={"to_agent_id": "nova"}, caller=boots.keyed)
    cloud.post("/messaging/heartbeat", caller=boots.keyed)
    for call in cloud.cost():
        if call.operation == BATCH:
            assert all(keys["ConsistentRead"] for keys in call.request["RequestItems"].values())
        if call.operation == GET:
            assert call.request["ConsistentRead"]


@pytest.mark.parametrize("error", [CONFLICT, THROTTLED])
def test_a_transaction_that_only_collided_is_sent_again(pair: Cloud, error: dict):
    pair.fail(TRANSACT, 5, error)
    pair.offer("nova", "boots")
    assert operations(pair).count(TRANSACT) == 6
    assert pair.inbox("boots")["total_messages"] == 1


@pytest.mark.parametrize("error", [CONFLICT, THROTTLED])
def test_a_transaction_that_never_stops_colliding_is_503_and_wrote_nothing(
    pair: Cloud, error: dict
):
    order_id = pair.offer("nova", "boots")
    before = pair.digest()
    pair.fail(TRANSACT, 99, error)
    body = {"to_agent_id": "boots", "title": "t", "description": "d"}
    for answer in (
        pair.post("/messaging/work-order", {"from_agent_id": "nova"}, body),
        pair.move("boots", order_id, "accept"),
        pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"status_message": "x"}),
        pair.call("DELETE", "/agents/me", {"agent_id": "third"}),
    ):
        assert (answer.status, answer.json["code"]) == (503, "contention")
        assert answer.headers["Retry-After"] == "1"
    assert pair.digest() == before


@pytest.mark.parametrize("times", [1, 5])
def test_a_single_write_that_met_a_transaction_is_sent_again(pair: Cloud, times: int):
    pair.fail(UPDATE, times, COLLISION)
    assert pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, {"name": "New"}).status == 200
    pair.fail(PUT, times, COLLISION)
    assert pair.post("/messaging/heartbeat", {"agent_id": "nova"}).status == 200
    assert pair.profile("nova")["name"] == "New"


def test_a_single_write_that_keeps_meeting_transactions_is_503(pair: Cloud):
    before = pair.digest()
    pair.fail(UPDATE, 99, COLLISION)
    answer = pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, {"name": "New"})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert pair.digest() == before


def test_what_a_transaction_was_cancelled_for_is_not_guessed(pair: Cloud):
    reasons = [{"Code": "ValidationError"}, {"Code": "TransactionConflict"}]
    pair.fail(TRANSACT, 1, {**CONFLICT, "CancellationReasons": reasons})
    body = {"to_agent_id": "boots", "title": "t", "description": "d"}
    assert pair.post("/messaging/work-order", {"from_agent_id": "nova"}, body).status == 500
    assert operations(pair).count(TRANSACT) == 1


def test_an_order_that_changed_between_reading_and_writing_is_read_again(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    """A client cancels while the worker's accept is on its way: the accept finds it cancelled."""
    order_id = pair.offer("nova", "boots")
    desk = app("work_orders").desk
    read = type(desk)._open
    moved = []

    def read_then_be_overtaken(self, *arguments):
        found = read(self, *arguments)
        if not moved:
            moved.append(True)
            assert pair.move("nova", order_id, "cancel").status == 200
        return found

    monkeypatch.setattr(type(desk), "_open", read_then_be_overtaken)
    answer = pair.move("boots", order_id, "accept")
    assert (answer.status, answer.json["current_status"]) == (409, "cancelled")
    assert pair.profile("boots")["current_active_jobs"] == 0


def test_a_full_worker_stays_full_though_it_looked_free(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"max_concurrent_jobs": 1})
    first, second = (pair.offer("nova", "boots") for _ in range(2))
    desk = app("work_orders").desk
    read = type(desk)._open
    moved = []

    def read_then_be_overtaken(self, *arguments):
        found = read(self, *arguments)
        if not moved:
            moved.append(True)
            assert pair.move("boots", first, "accept").status == 200
        return found

    monkeypatch.setattr(type(desk), "_open", read_then_be_overtaken)
    answer = pair.move("boots", second, "accept")
    assert (answer.status, answer.json["code"]) == (409, "at_capacity")
    assert pair.order("boots", second)["status"] == "pending"


def test_keys_that_dynamodb_left_unprocessed_are_asked_for_again(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    client = app("messaging").client
    whole = client.batch_get_item

    def half(RequestItems):  # noqa: N803 - boto3's own word
        table = next(iter(RequestItems))
        first, *rest = RequestItems[table]["Keys"]
        answer = whole(RequestItems={table: {**RequestItems[table], "Keys": [first]}})
        left = {name: keys for name, keys in RequestItems.items() if name != table}
        if rest:
            left[table] = {**RequestItems[table], "Keys": rest}
        return {**answer, "UnprocessedKeys": left}

    monkeypatch.setattr(client, "batch_get_item", half)
    answer = pair.post("/messaging/ping", {"from_agent_id": "nova"}, {"to_agent_id": "boots"})
    assert answer.json["target_agent"]["name"] == "Boots"


def test_keys_that_stay_unprocessed_are_503(pair: Cloud, monkeypatch: pytest.MonkeyPatch):
    client = app("messaging").client
    monkeypatch.setattr(
        client,
        "batch_get_item",
        lambda RequestItems: {"Responses": {}, "UnprocessedKeys": RequestItems},  # noqa: N803
    )
    before = pair.digest()
    answer = pair.post("/messaging/ping", {"from_agent_id": "nova"}, {"to_agent_id": "boots"})
    assert answer.status == 503
    assert pair.digest() == before


# --- bugs


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the doors write to the log."""
    written = io.StringIO()
    monkeypatch.setattr(http.logger.registered_handler, "stream", written)
    return written


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("the secret of the house"),
        KeyError("the secret of the house"),
        EndpointConnectionError(endpoint_url="https://secret.example.com"),
    ],
)
def test_a_bug_is_a_500_that_says_its_request_id_alone(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch, log: io.StringIO, error: Exception
):
    def broken(*_):
        raise error

    monkeypatch.setattr(app("messaging").messages, "put", broken)
    body = {"to_agent_id": "boots", "body": "For Boots' eyes", "subject": "Whispered"}
    answer = pair.post("/messaging/send", {"from_agent_id": "nova"}, body)
    assert answer.json == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something broke on our side; the write may or may not have happened.",
        "code": "internal",
        "errors": [],
        "fix": "Try again; if it stays, give the operator the request_id.",
        "request_id": answer.headers["X-Request-Id"],
    }
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["message"] == "failed"]
    assert line["level"] == "ERROR"
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["route"] == "POST /api/v1/messaging/send"
    assert "For Boots' eyes" not in repr(lines)
    assert "Whispered" not in repr(lines)


def test_an_item_that_cannot_be_read_is_logged_without_what_is_in_it(pair: Cloud, log: io.StringIO):
    pair.change("AgentsTable", {"agent_id": "boots"}, description={"deep": "For Boots' eyes"})
    answer = pair.get("/agents/boots", {"agent_id": "nova"})
    assert answer.status == 500
    assert '"failed"' in log.getvalue()
    assert "For Boots' eyes" not in log.getvalue()


def test_a_refusal_is_logged_by_its_code_without_what_was_sent(pair: Cloud, log: io.StringIO):
    pair.post("/messaging/send", {"from_agent_id": "nova"}, {"body": ["For Boots' eyes"]})
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["level"], line["code"], line["status"]) == ("INFO", "invalid", 422)
    assert "eyes" not in repr(line)


def test_a_reserved_word_that_stands_bare_is_noticed():
    update = {"UpdateExpression": "SET #status = :read, status = :x REMOVE pending_for"}
    query = {"KeyConditionExpression": "shard = :shard AND size(agent_id) > :after"}
    assert reserved_words([update, {"TransactItems": [{"Update": query}]}]) == {"status", "shard"}


@pytest.mark.parametrize("operation", [BATCH, PUT])
def test_a_throttled_table_is_a_503_that_may_be_tried_again(pair: Cloud, operation: str):
    error = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}}
    pair.fail(operation, 100, error)
    body = {"to_agent_id": "boots", "body": "Hello"}
    answer = pair.post("/messaging/send", {"from_agent_id": "nova"}, body)
    assert (answer.status, answer.json["code"]) == (503, "contention")
    assert answer.headers["Retry-After"] == "1"
