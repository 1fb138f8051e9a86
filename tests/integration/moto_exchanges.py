"""What DynamoDB is asked with every type of value, and moto's answers, as they come.

python -m tests.integration.moto_exchanges     print the answers of moto without any patch
"""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from local.cloudformation import ACCOUNT_ID

NAME = "Things"
KEY = {"holder": {"S": "nova"}, "spot": {"N": "7"}}
NESTED = {
    "label": {"S": "zürich"},
    "empty": {"S": ""},
    "figure": {"N": "1.50"},
    "bits": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
    "terms": {"SS": ["one"]},
    "numbers": {"NS": ["1"]},
    "raws": {"BS": [b"\x01"]},
    "nil": {"L": []},
    "hollow": {"M": {}},
    "listing": {"L": [{"S": "a"}, {"B": b"b"}, {"L": [{"M": {"deep": {"BS": [b"c"]}}}]}]},
}
WHOLE = {
    **KEY,
    **NESTED,
    "many": {"SS": ["b", "a"]},
    "mapping": {"M": {**NESTED, "mapping": {"M": NESTED}}},
    "team": {"S": "blue"},
}
OTHER_KEY = {"holder": {"S": "nova"}, "spot": {"N": "8"}}
OTHER = {**OTHER_KEY, "team": {"S": "blue"}}
LARGE = {"S": "é" * 150_000}


def values(**named: Any) -> dict[str, Any]:
    return {"ExpressionAttributeValues": {f":{name}": value for name, value in named.items()}}


def update(expression: str, **named: Any) -> tuple[str, dict[str, Any]]:
    asked = {"Key": KEY, "UpdateExpression": expression, "ReturnValues": "ALL_NEW"}
    return "update_item", {**asked, **values(**named)}


def query(expression: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return "query", {"KeyConditionExpression": expression, **more}


OWNER = values(holder={"S": "nova"})
BLUE = values(blue={"S": "blue"})
STALE = {
    "ConditionExpression": "attribute_not_exists(holder)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
READS = [
    ("get_item", {"Key": KEY}),
    ("get_item", {"Key": {**KEY, "spot": {"N": "9"}}}),
    ("get_item", {"Key": KEY, "ProjectionExpression": "spot, mapping.listing, listing[1], absent"}),
    ("get_item", {"Key": KEY, "ProjectionExpression": "bits, hollow, terms, holder"}),
    query("holder = :holder", **OWNER),
    query("holder = :holder", Limit=1, ScanIndexForward=False, **OWNER),
    query("holder = :holder", Select="COUNT", **OWNER),
    *(
        query("#g = :blue", IndexName=index, ExpressionAttributeNames={"#g": "team"}, **BLUE)
        for index in ("included", "keys", "all")
    ),
    query("spot = :spot", IndexName="by_place", **values(spot={"N": "7.0"})),
    ("scan", {}),
]
WRITES = [
    ("put_item", {"Item": WHOLE}),
    ("put_item", {"Item": OTHER, "ReturnValues": "ALL_OLD"}),
    ("put_item", {"Item": WHOLE, "ReturnValues": "ALL_OLD"}),
    ("put_item", {"Item": OTHER, **STALE}),
    ("put_item", {"Item": {**OTHER, "one": LARGE, "two": LARGE}}),
    ("put_item", {"Item": {**OTHER, "bad": {"NS": []}}}),
    ("put_item", {"Item": {"holder": {"S": "nova"}}}),
    ("put_item", {"Item": {"holder": {"N": "1"}, "spot": {"N": "1"}}}),
    update("SET label = :v, mapping.label = :v, listing[0] = :v", v={"S": "new"}),
    update("SET copied = mapping, listing = list_append(listing, :v)", v={"L": [{"B": b"z"}]}),
    update("SET n = if_not_exists(absent, :v)", v={"N": "2"}),
    update("SET counted = if_not_exists(counted, :v) + :v", v={"N": "2"}),
    update("ADD figure :v, terms :w", v={"N": "3"}, w={"SS": ["two"]}),
    update("DELETE terms :w REMOVE mapping.mapping, listing[2], nil", w={"SS": ["one", "two"]}),
    update("SET holder = :v", v={"S": "x"}),
    update("SET absent.deep = :v", v={"S": "x"}),
    update("SET label = :v, label = :v", v={"S": "x"}),
    update("SET size = :v", v={"S": "x"}),
    update("SET label = :unknown", v={"S": "x"}),
    update("SET label = label + :v", v={"N": "1"}),
]
CHECKS = [
    "attribute_type(bits, :v) OR (label = :v AND NOT hollow = :v)",
    "size(listing) > :v",
    "spot BETWEEN :v AND :v",
    "label IN (:v)",
    "contains(many, :v)",
    "begins_with(label, :v",
    "status = :v",
]
CONDITIONS = [
    ("update_item", {**update("SET a = :v", v=value)[1], "ConditionExpression": check})
    for check in CHECKS
    for value in ({"S": "new"}, {"N": "7"})
]


def transaction(*operations: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    listed = [{kind: {"TableName": NAME, **operation}} for kind, operation in operations]
    return "transact_write_items", {"TransactItems": listed}


CHANGE = {"Key": KEY, "UpdateExpression": "SET a = :v", **values(v=WHOLE["mapping"])}
NEW = {"holder": {"S": "third"}, "spot": {"N": "1"}, "bits": {"B": b"r"}}
TRANSACTIONS = [
    transaction(("Update", CHANGE), ("Put", {"Item": NEW}), ("Delete", {"Key": OTHER_KEY})),
    transaction(("Update", CHANGE), ("Put", {"Item": NEW, **STALE})),
    transaction(("Put", {"Item": NEW}), ("Put", {"Item": NEW})),
]
BATCHES = [
    ("batch_get_item", {"RequestItems": {NAME: {"Keys": [KEY, OTHER_KEY]}}}),
    ("batch_write_item", {"RequestItems": {NAME: [{"PutRequest": {"Item": OTHER}}]}}),
    ("batch_get_item", {"RequestItems": {NAME: {"Keys": [KEY, OTHER_KEY]}}}),
]
ENDS = [
    update("SET two = :v", v=LARGE),
    update("SET three = :v", v=LARGE),
    ("delete_item", {"Key": KEY, "ReturnValues": "ALL_OLD"}),
    ("scan", {}),
]
EXCHANGES = [*WRITES, *READS, *CONDITIONS, *TRANSACTIONS, *BATCHES, *READS, *ENDS]


def create(client: Any) -> None:
    """Create the table, with an index of each kind and a stream."""
    owner, group, place = ({"AttributeName": name} for name in ("holder", "team", "spot"))
    keep = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["mapping", "bits", "terms", "empty"]}
    by_group = [{**group, "KeyType": "HASH"}, {**place, "KeyType": "RANGE"}]
    indexes = {
        "included": (by_group, keep),
        "keys": (by_group, {"ProjectionType": "KEYS_ONLY"}),
        "all": (by_group, {"ProjectionType": "ALL"}),
        "by_place": ([{**place, "KeyType": "HASH"}], {"ProjectionType": "ALL"}),
    }
    client.create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{**owner, "KeyType": "HASH"}, {**place, "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {**owner, "AttributeType": "S"},
            {**group, "AttributeType": "S"},
            {**place, "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {"IndexName": name, "KeySchema": schema, "Projection": projection}
            for name, (schema, projection) in indexes.items()
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


def answers() -> list[str]:
    """Return the status and the body of each answer, and at last the images of the stream."""
    found: list[str] = []
    options = Config(parameter_validation=False)  # moto refuses, not botocore
    client = boto3.client("dynamodb", region_name="us-east-1", config=options)

    def keep(http_response: Any, **_: Any) -> None:
        found.append(f"{http_response.status_code} {http_response.content.decode()}")

    create(client)
    client.meta.events.register("after-call.dynamodb", keep)
    for operation, request in EXCHANGES:
        named = {} if operation.startswith(("batch", "transact")) else {"TableName": NAME}
        try:
            getattr(client, operation)(**named, **request)
        except ClientError:
            pass  # Its body is kept.
        except (KeyError, TypeError, ValueError) as error:
            found.append(repr(error))  # moto crashes where DynamoDB refuses.
    return [*found, *map(str, images())]


def images() -> list[dict[str, Any]]:
    """Return what the stream says of each write, without what differs each time."""
    records = dynamodb_backends[ACCOUNT_ID]["us-east-1"].tables[NAME].stream_shard.items
    kept = ("Keys", "OldImage", "NewImage")
    return [{name: each.record["dynamodb"].get(name) for name in kept} for each in records]


if __name__ == "__main__":
    with mock_aws():
        sys.stdout.write(json.dumps(answers()))
