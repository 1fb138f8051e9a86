import asyncio
import contextlib
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from local import engine, moto_engine
from local.tables import create_tables

TABLE = "ItemsTable"


@pytest.fixture
def items(dynamodb, template):
    create_tables(dynamodb, template.tables)
    return dynamodb


@pytest.fixture
def records(items, moto_url):
    streams = engine.dynamodb_streams(moto_url)
    arn = items.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]

    def read():
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        return streams.get_records(ShardIterator=iterator)["Records"]

    yield read
    streams.close()


def key(name):
    return {"id": {"S": name}, "sort": {"S": "1"}}


def put(name, **attributes):
    return {"Put": {"TableName": TABLE, "Item": {**key(name), **attributes}}}


def test_tables_are_made_once_and_keep_their_data(items, template):
    items.put_item(TableName=TABLE, Item=key("a"))

    create_tables(items, template.tables)

    assert items.get_item(TableName=TABLE, Key=key("a"))["Item"] == key("a")
    ttl = items.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "purge_at"}


def test_a_refused_transaction_leaves_no_trace(items, records):
    items.put_item(TableName=TABLE, Item={**key("kept"), "n": {"N": "1"}})
    items.put_item(TableName=TABLE, Item=key("deleted"))
    before = len(records())

    with pytest.raises(items.exceptions.TransactionCanceledException):
        items.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": TABLE,
                        "Key": key("kept"),
                        "UpdateExpression": "ADD n :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}},
                    }
                },
                put("new"),
                {"Delete": {"TableName": TABLE, "Key": key("deleted")}},
                {
                    "ConditionCheck": {
                        "TableName": TABLE,
                        "Key": key("absent"),
                        "ConditionExpression": "attribute_exists(id)",
                    }
                },
            ]
        )

    names = {each["id"]["S"]: each for each in items.scan(TableName=TABLE)["Items"]}
    assert names.keys() == {"kept", "deleted"}
    assert names["kept"]["n"] == {"N": "1"}
    assert len(records()) == before


def test_a_transaction_that_names_an_item_twice_leaves_no_trace(items, records):
    with pytest.raises(ClientError):
        items.transact_write_items(TransactItems=[put("a"), put("a")])

    assert items.scan(TableName=TABLE)["Items"] == []
    assert records() == []


def test_a_transaction_that_comes_again_with_its_token_is_done_once(items):
    counted = {
        "Update": {
            "TableName": TABLE,
            "Key": key("counter"),
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    for token in (first, first, second):
        items.transact_write_items(TransactItems=[counted], ClientRequestToken=token)
    assert items.get_item(TableName=TABLE, Key=key("counter"))["Item"]["n"] == {"N": "2"}

    with pytest.raises(items.exceptions.IdempotentParameterMismatchException):
        items.transact_write_items(TransactItems=[put("other")], ClientRequestToken=first)


def test_a_token_of_a_refused_transaction_is_as_new(items):
    items.put_item(TableName=TABLE, Item=key("there"))
    refused, token = put("there"), str(uuid.uuid4())
    refused["Put"]["ConditionExpression"] = "attribute_not_exists(id)"
    with pytest.raises(items.exceptions.TransactionCanceledException):
        items.transact_write_items(TransactItems=[refused], ClientRequestToken=token)
    items.delete_item(TableName=TABLE, Key=key("there"))

    items.transact_write_items(TransactItems=[refused], ClientRequestToken=token)

    assert items.get_item(TableName=TABLE, Key=key("there"))["Item"] == key("there")


def test_a_transaction_costs_the_same_in_a_large_table(items):
    def seconds():
        started = time.perf_counter()
        for index in range(20):
            items.transact_write_items(TransactItems=[put(f"t{index}"), put(f"u{index}")])
        return time.perf_counter() - started

    seconds()
    small = seconds()
    for start in range(0, 2000, 25):
        requests = [{"PutRequest": {"Item": key(f"i{start + each}")}} for each in range(25)]
        items.batch_write_item(RequestItems={TABLE: requests})

    assert seconds() < 3 * small + 0.1


def test_a_failed_update_changes_nothing(items):
    items.put_item(TableName=TABLE, Item={**key("a"), "n": {"N": "1"}, "s": {"S": "text"}})

    with pytest.raises(ClientError):
        items.update_item(
            TableName=TABLE,
            Key=key("a"),
            UpdateExpression="SET n = n + :one, s = s + :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    assert items.get_item(TableName=TABLE, Key=key("a"))["Item"]["n"] == {"N": "1"}


def test_an_update_that_makes_its_item_is_one_record(items, records):
    items.update_item(
        TableName=TABLE,
        Key=key("a"),
        UpdateExpression="SET n = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    items.put_item(TableName=TABLE, Item=key("b"))

    first, second = records()
    assert first["eventName"] == "INSERT"
    assert first["dynamodb"]["NewImage"]["n"] == {"N": "1"}
    number = int(first["dynamodb"]["SequenceNumber"])
    assert int(second["dynamodb"]["SequenceNumber"]) == number + 1


def test_a_condition_holds_against_writers_at_the_same_time(items):
    items.put_item(TableName=TABLE, Item={**key("slots"), "used": {"N": "0"}})

    def take(_):
        with contextlib.suppress(items.exceptions.ConditionalCheckFailedException):
            items.update_item(
                TableName=TABLE,
                Key=key("slots"),
                UpdateExpression="SET used = used + :one",
                ConditionExpression="used < :all",
                ExpressionAttributeValues={":one": {"N": "1"}, ":all": {"N": "10"}},
            )
            return 1
        return 0

    with ThreadPoolExecutor(8) as threads:
        taken = sum(threads.map(take, range(40)))

    assert taken == 10
    assert items.get_item(TableName=TABLE, Key=key("slots"))["Item"]["used"] == {"N": "10"}


def test_queries_page_through_a_table_and_an_index_in_order(items):
    for index in range(7):
        name = "mine" if index % 2 else "yours"
        item = {"id": {"S": name}, "sort": {"S": str(index)}, "owner": {"S": "o"}}
        items.put_item(TableName=TABLE, Item=item)

    def pages(**query):
        pager = items.get_paginator("query").paginate(
            TableName=TABLE, PaginationConfig={"PageSize": 2}, **query
        )
        return [[item["sort"]["S"] for item in page["Items"]] for page in pager if page["Items"]]

    name = {":v": {"S": "yours"}}
    assert pages(KeyConditionExpression="id = :v", ExpressionAttributeValues=name) == [
        ["0", "2"],
        ["4", "6"],
    ]
    assert pages(
        IndexName="by_owner",
        KeyConditionExpression="#o = :v",
        ExpressionAttributeNames={"#o": "owner"},
        ExpressionAttributeValues={":v": {"S": "o"}},
        ScanIndexForward=False,
    ) == [["6", "5"], ["4", "3"], ["2", "1"], ["0"]]


def test_the_process_ends_with_its_parent():
    process = subprocess.Popen(
        [sys.executable, "-m", "local.moto_engine"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline()

    process.stdin.close()

    assert process.wait(2) == 0
    process.stdout.close()


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"Origin": "http://evil.example"}),
        ("/", {"Origin": "null"}),
        ("/", {"Sec-Fetch-Site": "cross-site"}),
        ("/", {"Host": "evil.example"}),
        ("/moto-api/reset", {}),
        ("/moto-api/data.json", {}),
    ],
)
def test_no_web_page_reads_or_empties_the_tables(path: str, headers: dict[str, str]):
    served = []
    answers = []
    application = moto_engine.for_tools_alone(lambda *_: served.append(1) or [b""])
    environ = {"PATH_INFO": path, "HTTP_HOST": "127.0.0.1:1"}
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    application(environ, lambda status, _headers: answers.append(status))
    assert (answers, served) == (["403 Forbidden"], [])


@pytest.mark.parametrize("host", ["127.0.0.1:1", "172.17.0.1:1", "host.docker.internal:1"])
def test_a_tool_of_this_machine_or_in_a_container_is_served(host: str):
    application = moto_engine.for_tools_alone(lambda *_: [b"served"])
    assert application({"PATH_INFO": "/", "HTTP_HOST": host}, None) == [b"served"]


def test_an_address_of_another_machine_is_refused_in_one_line(capfd: pytest.CaptureFixture[str]):
    with pytest.raises(engine.EngineError):
        asyncio.run(engine.start_moto("192.0.2.1"))
    assert "TABLES_HOST=192.0.2.1 cannot be used" in capfd.readouterr().err
