"""pydynox behind the same table modules: boto3's calls with a client in Rust.

It takes plain values and converts them to DynamoDB's types, so the tables' `encode` and `decode` do
nothing. Its batch read takes one table, so ours of several tables become as many calls. This has
only what the cases need, and how it raises failed conditions.
"""

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError
from pydynox import DynamoDBClient
from pydynox.exceptions import ConditionalCheckFailedException

from agent_messaging.storage import connection, transactions
from agent_messaging.storage import table as dynamodb
from benchmarks.botocore_tweaks import unit
from benchmarks.recorded import Case


class RustClient:
    """The calls of boto3's client that the tables make."""

    def __init__(self, endpoint_url: str) -> None:
        config = connection.CONFIG
        self.meta = SimpleNamespace(config=config)
        self._client = DynamoDBClient(
            region="us-east-1",
            endpoint_url=endpoint_url,
            connect_timeout=config.connect_timeout,
            read_timeout=config.read_timeout,
            max_retries=config.retries["total_max_attempts"] - 1,
        )

    def put_item(self, *, TableName: str, Item: dict[str, Any], **options: Any) -> dict[str, Any]:  # noqa: N803
        """Put an item. Raise a failed condition as boto3 does."""
        self._written(self._client.sync_put_item, TableName, Item, **_conditions(options))
        return {}

    def update_item(
        self,
        *,
        TableName: str,  # noqa: N803
        Key: dict[str, Any],  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ReturnValues: str,  # noqa: N803
        **options: Any,
    ) -> dict[str, Any]:
        """Update an item. A failed condition includes the current item."""
        found = self._written(
            self._client.sync_update_item,
            TableName,
            Key,
            update_expression=UpdateExpression,
            return_values=ReturnValues,
            **_conditions(options),
        )
        return {"Attributes": found}

    def batch_get_item(self, *, RequestItems: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        """Read items, with one call for each table."""
        return {
            "Responses": {
                table: self._client.sync_batch_get(
                    table, asked["Keys"], consistent_read=asked["ConsistentRead"]
                )
                for table, asked in RequestItems.items()
            }
        }

    def query(self, *, TableName: str, KeyConditionExpression: str, **options: Any) -> Any:  # noqa: N803
        """Read a page with the core's method, because the public ones read all pages."""
        items, last_key, metrics = self._client._client.sync_query_page(
            TableName,
            KeyConditionExpression,
            filter_expression=options.get("FilterExpression"),
            expression_attribute_names=options.get("ExpressionAttributeNames"),
            expression_attribute_values=options.get("ExpressionAttributeValues"),
            limit=options.get("Limit"),
            scan_index_forward=options.get("ScanIndexForward"),
            index_name=options.get("IndexName"),
            consistent_read=options.get("ConsistentRead", False),
        )
        return {
            "Items": items,
            "Count": len(items),
            "ScannedCount": metrics.scanned_count or len(items),
            "LastEvaluatedKey": last_key or {},
        }

    def _written(self, write: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return write(*arguments, **options)
        except ConditionalCheckFailedException as error:
            answer: Any = {
                "Error": {"Code": "ConditionalCheckFailedException", "Message": ""},
                "Item": getattr(error, "item", None),
            }
            raise ClientError(answer, write.__name__) from error


def _conditions(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "condition_expression": options.get("ConditionExpression"),
        "expression_attribute_names": options.get("ExpressionAttributeNames"),
        "expression_attribute_values": options.get("ExpressionAttributeValues"),
        "return_values_on_condition_check_failure": "ReturnValuesOnConditionCheckFailure"
        in options,
    }


def as_it_is(item: Any) -> Any:
    """Replace `decode`."""
    return item


def without_none(item: Any) -> Any:
    """Replace `encode`."""
    return {name: value for name, value in item.items() if value is not None}


def make(settings: dict[str, Any]) -> Callable[[], Any]:
    """Return the candidate: the `case` with pydynox."""
    for module in (dynamodb, transactions):
        vars(module).update(encode=without_none, decode=as_it_is)
    vars(dynamodb).update(_typed=as_it_is, _plain=as_it_is)
    client = RustClient(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    return unit.work(Case.from_json(settings["case"]), client)
