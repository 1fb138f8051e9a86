"""A storage process with a folder is killed, and the next one has everything that was answered."""

import contextlib
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from local import engine
from local.engine import EngineError
from local.kept import TABLE as KEPT_TABLE
from local.kept import Kept
from local.tables import create_tables
from tests.integration.moto_exchanges import NESTED
from tests.local.runner.conftest import ROOT

TABLE = "ItemsTable"
WHOLE = {"id": {"S": "whole"}, "sort": {"S": "é"}, **NESTED, "mapping": {"M": NESTED}}


@contextlib.contextmanager
def storage(folder):
    """Clients of a storage process over the folder, which is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.moto_engine", "127.0.0.1", folder],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        clients = engine.dynamodb(url), engine.dynamodb_streams(url)
        try:
            yield clients
        finally:
            process.kill()
            for client in clients:
                client.close()


def key(name):
    return {"id": {"S": name}, "sort": {"S": "1"}}


def put(name, **attributes):
    return {"Put": {"TableName": TABLE, "Item": {**key(name), **attributes}}}


def records(dynamodb, streams, **start):
    arn = dynamodb.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = start or {"ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], **start)
    return arn, streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]


def with_index(table):
    """The table as a newer template has it."""
    [index] = table.create["GlobalSecondaryIndexes"]
    newer = {**index, "IndexName": "newer"}
    return replace(table, create={**table.create, "GlobalSecondaryIndexes": [index, newer]})


def with_other_key(table):
    [partition, _] = table.create["KeySchema"]
    return replace(table, create={**table.create, "KeySchema": [partition]})


def test_a_killed_process_loses_nothing_that_was_answered(tmp_path, template):
    [table] = [each for each in template.tables if each.name == TABLE]
    with storage(tmp_path) as (dynamodb, streams):
        create_tables(dynamodb, [table, KEPT_TABLE])
        Kept(dynamodb).put("position", "7")
        for number in range(3):
            Kept(dynamodb).put(f"queue Jobs {number}", f"message {number}")
        Kept(dynamodb).delete("queue Jobs 1")
        dynamodb.put_item(TableName=TABLE, Item=WHOLE)
        dynamodb.transact_write_items(TransactItems=[put("a", owner={"S": "o"}), put("gone")])
        expired = {"purge_at": {"N": str(int(time.time()) - 60)}}
        dynamodb.put_item(TableName=TABLE, Item={**key("old"), **expired})
        dynamodb.delete_item(TableName=TABLE, Key=key("gone"))
        dynamodb.update_item(
            TableName=TABLE,
            Key=key("a"),
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": "1.50"}},
        )
        items = dynamodb.scan(TableName=TABLE)["Items"]
        arn, before = records(dynamodb, streams)

    with storage(tmp_path) as (dynamodb, streams):
        with pytest.raises(EngineError, match="ItemsTable was stored with another key"):
            create_tables(dynamodb, [with_other_key(table)])
        create_tables(dynamodb, [with_index(table), KEPT_TABLE])

        # What has expired meanwhile is deleted as DynamoDB deletes it: with a record.
        kept = [each for each in items if each["id"] != {"S": "old"}]
        found = dynamodb.scan(TableName=TABLE)["Items"]
        assert sorted(found, key=str) == sorted(kept, key=str)
        dynamodb.put_item(TableName=TABLE, Item=key("later"))
        later, after = records(dynamodb, streams)
        assert (later, after[: len(before)]) == (arn, before)
        last = [(each["eventName"], each["dynamodb"]["Keys"]["id"]["S"]) for each in after[-2:]]
        assert last == [("REMOVE", "old"), ("INSERT", "later")]
        numbers = [int(each["dynamodb"]["SequenceNumber"]) for each in after]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))

        answer = dynamodb.query(
            TableName=TABLE,
            IndexName="newer",
            KeyConditionExpression="#o = :o",
            ExpressionAttributeNames={"#o": "owner"},
            ExpressionAttributeValues={":o": {"S": "o"}},
        )
        assert [each["n"] for each in answer["Items"]] == [{"N": "1.50"}]
        assert Kept(dynamodb).get("position") == "7"
        assert sorted(Kept(dynamodb).texts("queue Jobs ")) == ["message 0", "message 2"]
