"""Create the template's tables in DynamoDB. Existing tables stay unchanged, with their data.

The tables of a `DATA=` folder are created at each start too, and then have the data of the folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.engine import EngineError
from local.model import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def create_tables(client: DynamoDBClient, tables: Iterable[Table]) -> None:
    """Create the missing tables, wait until they are active, and set their TTL attributes.

    Raises EngineError if a folder has a table of this name with another key.
    """
    created = [table for table in tables if _create(client, table)]
    for table in created:
        client.get_waiter("table_exists").wait(
            TableName=table.name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        _set_ttl(client, table)


def _create(client: DynamoDBClient, table: Table) -> bool:
    try:
        client.create_table(**table.create)
    except client.exceptions.ResourceInUseException:
        return False
    except ClientError as error:
        message = error.response["Error"].get("Message", "")
        if message.startswith("DATA="):
            raise EngineError(message) from error
        raise
    return True


def _set_ttl(client: DynamoDBClient, table: Table) -> None:
    """Set the TTL attribute. Ignore an engine without TTL, because reads skip expired items."""
    if table.ttl_attribute is None:
        return
    try:
        client.update_time_to_live(
            TableName=table.name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl_attribute},
        )
    except ClientError as error:
        if error.response["Error"].get("Code") != "UnknownOperationException":
            raise
