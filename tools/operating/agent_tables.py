"""The tables of the agents, for commands that read all of them. No function scans a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.table import AgentsTable
from agent_messaging.directory.table import DirectoryTable
from agent_messaging.errors import ContentionError
from agent_messaging.storage.table import Item, Table, TransactItem, decode
from agent_messaging.storage.transactions import (
    TransactionFailedError,
    TransactionRefusedError,
    transact,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CHANGED = "changed meanwhile. Try again"


class Change(NamedTuple):
    """What a command did with one agent, key or item, as a line. Or why it was left as it is."""

    line: str
    is_done: bool = True


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


def written(
    tables: AgentTables, writes: list[TransactItem], subject: str, done: str, failed: str = CHANGED
) -> Change:
    """Write all or none, and say so. `writes` is empty in a dry run.

    If one agent cannot be written, this raises nothing, so that the others can follow.
    """
    try:
        if writes:
            transact(tables.client, writes)
    except TransactionFailedError:
        return Change(f"{subject} {failed}", is_done=False)
    except (TransactionRefusedError, ContentionError) as error:
        return Change(f"{subject} could not be written: {error}", is_done=False)
    return Change(f"{subject} {done}")
