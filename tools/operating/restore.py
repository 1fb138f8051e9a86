"""Copy lost items from a restored table, or rebuild a table from AgentsTable.

    python -m tools.operating.restore WorkOrdersTable --from NAME --stack agent-messaging-prod
    python -m tools.operating.restore AgentsTable --from NAME --stack agent-messaging-prod
    python -m tools.operating.restore AgentKeysTable --stack agent-messaging-prod

NAME is the name of the restored table. Items that exist stay as they are, except with `--replace`.
In AgentsTable, revoked keys stay revoked (restore_agents). AgentKeysTable and
AgentDirectoryTable are not copied from a restored table (rebuild_agents). With `--kept`, NAME is a
table that a deleted stack left. It knows all revocations, so it is copied as it is. With
`--dry-run` nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.template import load

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "layers" / "agent_messaging"))

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.table import AgentsTable
from agent_messaging.directory.table import DirectoryTable
from agent_messaging.errors import AgentMessagingError
from agent_messaging.storage.connection import CONFIG
from tools.operating.agent_tables import AgentTables, scan_raw
from tools.operating.rebuild_agents import rebuild_directory, rebuild_keys
from tools.operating.restore_agents import bring_back

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AGENTS = "AgentsTable"
REBUILT: dict[str, Callable[..., Iterator[str]]] = {
    "AgentKeysTable": rebuild_keys,
    "AgentDirectoryTable": rebuild_directory,
}
OWN = (AGENTS, *REBUILT)
SHOWN = 20  # lines. The others are only counted


def copy(
    client: DynamoDBClient, restored: str, table: str, *, is_dry_run: bool, replaces: bool = False
) -> Iterator[str]:
    """Copy items from a restored table. Yield the key of each item that is written.

    Items that exist stay as they are, unless `replaces`.
    """
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    names = [part["AttributeName"] for part in schema]
    condition: Any = {
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": names[0]},
    }
    for item in scan_raw(client, restored):
        key = {name: item[name] for name in names}
        if is_dry_run:
            if not replaces and "Item" in client.get_item(TableName=table, Key=key):
                continue
        else:
            try:
                client.put_item(TableName=table, Item=item, **({} if replaces else condition))
            except client.exceptions.ConditionalCheckFailedException:
                continue
        yield "  ".join(str(next(iter(value.values()))) for value in key.values())


def deployed(stack: str, region: str | None) -> tuple[DynamoDBClient, dict[str, str]]:
    """Return a client and the names of a stack's resources by logical id. Raises boto3's errors."""
    session = boto3.Session(region_name=region)
    pages = session.client("cloudformation", config=CONFIG).get_paginator("list_stack_resources")
    resources = [
        each
        for page in pages.paginate(StackName=stack)
        for each in page["StackResourceSummaries"]
        if "PhysicalResourceId" in each
    ]
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    return session.client("dynamodb", config=CONFIG), names


def agent_tables(client: DynamoDBClient, names: Mapping[str, str]) -> AgentTables:
    """Return the three tables of the agents."""
    return AgentTables(
        client,
        AgentsTable(client, names["AgentsTable"]),
        AgentKeysTable(client, names["AgentKeysTable"]),
        DirectoryTable(client, names["AgentDirectoryTable"]),
    )


def lines(
    client: DynamoDBClient, names: Mapping[str, str], chosen: argparse.Namespace
) -> Iterator[str]:
    """Restore or rebuild a table. Yield a line for each change."""
    if chosen.table in REBUILT and not chosen.kept:
        return REBUILT[chosen.table](agent_tables(client, names), is_dry_run=chosen.dry_run)
    if chosen.table == AGENTS and not chosen.kept:
        return bring_back(agent_tables(client, names), chosen.restored, is_dry_run=chosen.dry_run)
    return copy(
        client,
        chosen.restored,
        names[chosen.table],
        is_dry_run=chosen.dry_run,
        replaces=chosen.replace,
    )


def main(arguments: Sequence[str]) -> int:
    """Run the command. Return 0, or 1 with one line on stderr."""
    chosen = parsed(arguments)
    count = 0
    try:
        for line in lines(*deployed(chosen.stack, chosen.region), chosen):
            count += 1
            if count <= SHOWN or chosen.table in OWN:
                print(line, flush=True)
    except (AgentMessagingError, BotoCoreError, ClientError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    print(f"{chosen.table}: {count} {'would change' if chosen.dry_run else 'changed'}")
    return 0


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the arguments. Exits if they could make a revoked key valid again."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.operating.restore",
        description="Copy lost items from a restored table into a table of a stack. AgentKeysTable"
        " and AgentDirectoryTable are rebuilt from AgentsTable instead.",
    )
    tables = [table.name for table in load().tables]
    parser.add_argument("table", choices=tables, metavar="TABLE", help="the table's logical id")
    parser.add_argument("--from", dest="restored", metavar="NAME", help="the restored table's name")
    parser.add_argument("--stack", required=True, help="the name of the stack")
    parser.add_argument("--region", help="its region (default: from your AWS settings)")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    parser.add_argument(
        "--kept",
        action="store_true",
        help="NAME is a table that a deleted stack left, not a backup",
    )
    parser.add_argument("--replace", action="store_true", help="also replace items that exist")
    chosen = parser.parse_args(arguments)
    is_rebuilt = chosen.table in REBUILT and not chosen.kept
    if is_rebuilt == bool(chosen.restored):
        needs = "is rebuilt from AgentsTable: leave out" if chosen.restored else "needs"
        parser.error(f"{chosen.table} {needs} --from")
    if chosen.replace and chosen.table in OWN:
        parser.error(f"{chosen.table} refuses --replace, which could make revoked keys valid again")
    return chosen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
