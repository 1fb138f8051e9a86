"""The tables of the agents, for commands that read all of them. No function scans a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.table import AgentsTable
from agent_messaging.directory.table import DirectoryTable
from agent_messaging.storage.table import Item, Table, TransactItem, decode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class AgentTables:
    """The three tables that belong together, as they are in use."""

    client: DynamoDBClient
    agents: AgentsTable
    keys: AgentKeysTable
    directory: DirectoryTable


def scan_raw(client: DynamoDBClient, table: str) -> Iterator[Any]:
    """Yield all items of a table as typed JSON, from consistent reads."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return (item for page in pages for item in page["Items"])


def scan(client: DynamoDBClient, table: str) -> Iterator[Item]:
    """Yield all items of a table, from consistent reads."""
    return (decode(item) for item in scan_raw(client, table))


def check(table: Table, key: Item, condition: str, **values: Any) -> TransactItem:
    """Return a condition on an item that the transaction does not write."""
    return {"ConditionCheck": table.transact_delete(key, condition, **values)["Delete"]}
