"""What the server itself keeps in the tables with `DATA=`: positions in streams, and messages.

They are items of a table of their own, so they are stored with the data that they belong to. The
Kinesis Client Library keeps its positions in a table, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.model import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = Table(
    "LocalServerTable",
    {
        "TableName": "LocalServerTable",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "name", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
    },
    ttl_attribute=None,
)


class Kept:
    """Texts by name. The methods block."""

    def __init__(self, client: DynamoDBClient) -> None:
        self._client = client

    def get(self, name: str) -> str | None:
        """Return a text, or None."""
        answer = self._client.get_item(TableName=TABLE.name, Key={"name": {"S": name}})
        return answer["Item"]["value"]["S"] if "Item" in answer else None

    def put(self, name: str, value: str) -> None:
        """Keep a text."""
        item = {"name": {"S": name}, "value": {"S": value}}
        self._client.put_item(TableName=TABLE.name, Item=item)

    def delete(self, name: str) -> None:
        """Delete a text."""
        self._client.delete_item(TableName=TABLE.name, Key={"name": {"S": name}})

    def texts(self, prefix: str) -> list[str]:
        """Return all texts whose name begins with `prefix`."""
        pages = self._client.get_paginator("scan").paginate(TableName=TABLE.name)
        return [
            item["value"]["S"]
            for page in pages
            for item in page["Items"]
            if item["name"]["S"].startswith(prefix)
        ]
