"""Copy the items that a table lacks from another table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tools.operating.agent_tables import Change, scan_raw

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class RestoreError(Exception):
    """There is nothing to copy from or to. The message is one line."""


def copy(
    client: DynamoDBClient, source: str, table: str, *, is_dry_run: bool, replaces: bool = False
) -> Iterator[Change]:
    """Copy items from another table. Yield the key of each item that is written.

    Items that exist stay as they are, unless `replaces`.
    """
    names = [name for name, _, _ in primary_key(client, table)]
    condition: Any = {
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": names[0]},
    }
    for item in scan_raw(client, source):
        key = {name: item[name] for name in names}
        if is_dry_run:
            if not replaces and "Item" in client.get_item(TableName=table, Key=key):
                continue
        else:
            try:
                client.put_item(TableName=table, Item=item, **({} if replaces else condition))
            except client.exceptions.ConditionalCheckFailedException:
                continue
        yield Change("  ".join(str(next(iter(value.values()))) for value in key.values()))


def primary_key(client: DynamoDBClient, table: str) -> list[tuple[str, str, str]]:
    """Return the attributes of a table's key: name, HASH or RANGE, and type such as S."""
    described = client.describe_table(TableName=table)["Table"]
    types = {
        each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]
    }
    return [
        (part["AttributeName"], part["KeyType"], types[part["AttributeName"]])
        for part in described["KeySchema"]
    ]


def require_same_key(client: DynamoDBClient, source: str, table: str) -> None:
    """Check that both tables hold the same kind of items.

    Raises:
        RestoreError: their primary keys differ.
    """
    theirs, own = primary_key(client, source), primary_key(client, table)
    if theirs != own:
        keys = [", ".join(name for name, _, _ in each) for each in (theirs, own)]
        raise RestoreError(
            f"{source} is not a copy of {table}: its key is {keys[0]} instead of {keys[1]}."
        )


def refuse_backup(client: DynamoDBClient, source: str) -> None:
    """Check that a table was not restored from a backup, which does not know later revocations.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreSummary.html

    Raises:
        RestoreError: the table was restored.
    """
    if "RestoreSummary" in client.describe_table(TableName=source)["Table"]:
        raise RestoreError(
            f"{source} was restored from a backup. It is not what a stack left: leave out KEPT."
        )
