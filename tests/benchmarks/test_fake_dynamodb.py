"""The fake DynamoDB of the growth benchmark gives the same answers as a real engine.

Both get all reads of the product on long histories, and other forms of queries.
"""

import base64
import functools
import json

import boto3
import pytest
from moto import mock_aws

from agent_messaging.storage.table import encode
from benchmarks.growth import HISTORIES, read
from benchmarks.histories import History
from local.in_process.fake_dynamodb import FakeDynamoDB, on_fake
from local.in_process.metering import is_flush
from local.template import load
from tests.engine import second_engine

ENTRIES = 130  # more than a total counts, and than a filtered page examines
CONDITIONS = ("= :low", "< :low", "<= :low", "> :low", ">= :low", "BETWEEN :low AND :high")


@pytest.fixture
def empty_engine():
    with second_engine() as engine:
        engine.create_tables()
        yield engine.client()


@pytest.fixture(scope="module")
def engine():
    with second_engine() as engine:
        engine.create_tables()
        yield engine.client()


def store(fake, engine) -> None:
    """What is on the fake, in the engine."""
    for (table, _), item in fake.items.items():
        engine.put_item(TableName=table, Item=item)


def comparable(answer: dict) -> dict:
    """An answer without what its transport and its price add; a batch in no particular order."""
    added = ("ResponseMetadata", "ConsumedCapacity")
    kept = {name: value for name, value in answer.items() if name not in added}
    # boto3 decodes binary values; as they come, they are base64.
    kept = json.loads(json.dumps(kept, default=lambda raw: base64.b64encode(raw).decode()))
    if "Responses" in kept:
        in_order = functools.partial(json.dumps, sort_keys=True)
        kept["Responses"] = {t: sorted(i, key=in_order) for t, i in kept["Responses"].items()}
    return kept


def listen(client, exchanges: list) -> None:
    """Keep each operation of a client, its request and its answer; threads may share a client."""

    def asked(model, params, context, **_):
        request = json.loads(params["body"])
        if not is_flush(model.name, request):
            context["asked"] = request

    def answered(model, parsed, context, **_):
        if "asked" in context:
            exchanges.append((model.name, context["asked"], comparable(parsed)))

    client.meta.events.register_first("before-call.dynamodb", asked)
    client.meta.events.register("after-call.dynamodb", answered)


@pytest.mark.parametrize("history", HISTORIES)
def test_what_the_lists_ask_is_answered_as_the_engine_does(empty_engine, history):
    exchanges = []
    with mock_aws():
        made = History()
        growing, pages = getattr(made, history)()
        with on_fake(made.cloud) as fake:
            for table, item in growing:
                for number in range(ENTRIES):
                    fake.put(table, item(number))
            for client in made.clients:
                listen(client, exchanges)
            for name, page in pages.items():
                list(read(made.meter, name, page.read))
    store(fake, empty_engine)

    asks = {
        "Query": empty_engine.query,
        "BatchGetItem": empty_engine.batch_get_item,
        "GetItem": empty_engine.get_item,
    }
    assert {operation for operation, _, _ in exchanges} >= {"Query", "BatchGetItem"}
    for operation, request, answer in exchanges:
        assert answer == comparable(asks[operation](**request)), request


@pytest.fixture(scope="module")
def twelve(engine):
    """Twelve messages to two agents on a fake and in the engine, every second one read."""
    fake = FakeDynamoDB(table.create for table in load().tables)
    for number in range(24):
        owner = f"agent-{number % 2}"
        message = {"recipient_id": owner, "message_id": f"msg_{number:02}", "body": "x" * number}
        waiting = {} if number % 4 else {"pending_for": owner}
        fake.put("AgentMessagesTable", encode(message | waiting))
    store(fake, engine)
    client = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9")
    with fake.serving([client]):
        yield client


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("bound", [{}, {"Limit": 1}, {"Limit": 5}, {"Select": "COUNT"}])
def test_a_query_is_answered_as_the_engine_does(engine, twelve, condition, forward, bound):
    values = {":owner": "agent-0", ":low": "msg_06", ":high": "msg_14"}
    used = {name: value for name, value in values.items() if name in condition + ":owner"}
    request = {
        "TableName": "AgentMessagesTable",
        "KeyConditionExpression": f"recipient_id = :owner AND message_id {condition}",
        "FilterExpression": "attribute_not_exists(pending_for)",
        "ExpressionAttributeValues": encode(used),
        "ScanIndexForward": forward,
        **bound,
    }
    assert comparable(twelve.query(**request)) == comparable(engine.query(**request))


def test_a_query_ends_at_a_megabyte(engine):
    fake = FakeDynamoDB(table.create for table in load().tables)
    for number in range(12):
        message = {"recipient_id": "large", "message_id": f"msg_{number:02}", "body": "x" * 100_000}
        fake.put("AgentMessagesTable", encode(message))
    client = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9")
    store(fake, engine)
    request = {
        "TableName": "AgentMessagesTable",
        "KeyConditionExpression": "recipient_id = :owner",
        "ExpressionAttributeValues": {":owner": {"S": "large"}},
    }
    with fake.serving([client]):
        ours = client.query(**request)
    assert comparable(ours) == comparable(engine.query(**request))
    assert ours["Count"] == 10


def test_what_writes_is_refused():
    client = boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9")
    with FakeDynamoDB([]).serving([client]), pytest.raises(KeyError, match="PutItem"):
        client.put_item(TableName="AgentMessagesTable", Item={})
