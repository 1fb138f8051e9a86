"""Copy lost items from another table, or rebuild a table from AgentsTable.

    python -m tools.operating.restore WorkOrdersTable --from NAME --stack agent-messaging-prod
    python -m tools.operating.restore AgentsTable --from NAME --stack agent-messaging-prod
    python -m tools.operating.restore AgentKeysTable --stack agent-messaging-prod

NAME is the name of the restored table. Items that exist stay as they are, except with `--replace`.
In AgentsTable, revoked keys stay revoked (restore_agents). AgentKeysTable and
AgentDirectoryTable are never copied (rebuild_keys, rebuild_directory). With `--kept`, NAME is a
table that a deleted stack left. Then agents that this stack has never had keep their keys. Webhooks
come back disabled (restore_webhooks). With `--dry-run` nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.template import load

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "layers" / "agent_messaging"))

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.table import AgentsTable
from agent_messaging.directory.table import DirectoryTable
from agent_messaging.errors import AgentMessagingError
from agent_messaging.feed.table import FeedTable
from agent_messaging.storage.connection import CONFIG
from agent_messaging.webhooks.own_endpoints import OwnEndpoints
from tools.operating.agent_tables import AgentTables, Change
from tools.operating.copying import RestoreError, copy, refuse_backup, require_same_key
from tools.operating.rebuild_directory import rebuild_directory
from tools.operating.rebuild_keys import rebuild_keys
from tools.operating.restore_agents import bring_back
from tools.operating.restore_webhooks import bring_back_webhooks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AGENTS = "AgentsTable"
REBUILT: dict[str, Callable[..., Iterator[Change]]] = {
    "AgentKeysTable": rebuild_keys,
    "AgentDirectoryTable": rebuild_directory,
}
WEBHOOKS = "AgentWebhooksTable"
OWN = (AGENTS, *REBUILT)
REBUILD = (
    "It follows from AgentsTable: first restore that table, or with KEPT=1 copy it. Then run this"
    " without FROM and KEPT: make restore TABLE="
)
SHOWN = 20  # lines. The others are only counted


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
    """Return the three tables of the agents. Raises RestoreError: the stack lacks one."""
    return AgentTables(
        client,
        AgentsTable(client, physical(names, AGENTS)),
        AgentKeysTable(client, physical(names, "AgentKeysTable")),
        DirectoryTable(client, physical(names, "AgentDirectoryTable")),
    )


def physical(names: Mapping[str, str], table: str) -> str:
    """Return the name of a stack's table. Raises RestoreError: the stack lacks it."""
    if table not in names:
        raise RestoreError(f"The stack has no {table}. Is it a stack of this project?")
    return names[table]


def changes(
    client: DynamoDBClient, names: Mapping[str, str], chosen: argparse.Namespace
) -> Iterator[Change]:
    """Restore or rebuild a table. Yield each change.

    Raises:
        RestoreError: the stack lacks the table, or the other table is not one to copy from.
    """
    if chosen.table in REBUILT:
        return REBUILT[chosen.table](agent_tables(client, names), is_dry_run=chosen.dry_run)
    table = physical(names, chosen.table)
    require_same_key(client, chosen.restored, table)
    if chosen.kept:
        refuse_backup(client, chosen.restored)
    if chosen.table == AGENTS:
        return bring_back(
            agent_tables(client, names),
            chosen.restored,
            is_dry_run=chosen.dry_run,
            is_kept=chosen.kept,
        )
    if chosen.table == WEBHOOKS:
        feed = FeedTable(client, physical(names, "AgentFeedTable"))
        return bring_back_webhooks(
            client,
            chosen.restored,
            AgentsTable(client, physical(names, AGENTS)),
            OwnEndpoints(client, table, feed),
            is_dry_run=chosen.dry_run,
        )
    return copy(client, chosen.restored, table, is_dry_run=chosen.dry_run, replaces=chosen.replace)


def main(arguments: Sequence[str]) -> int:
    """Run the command. Return 0, or 1 if something failed or was left as it was."""
    chosen = parsed(arguments)
    try:
        done, left = shown(changes(*deployed(chosen.stack, chosen.region), chosen), chosen.table)
    except (AgentMessagingError, BotoCoreError, ClientError, RestoreError) as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    what = "would change" if chosen.dry_run else "changed"
    print(f"{chosen.table}: {done} {what}" + (f", {left} left" if left else ""))
    return 1 if left else 0


def shown(all_changes: Iterable[Change], table: str) -> tuple[int, int]:
    """Print the changes as they are made. Return how many were made, and how many were not."""
    done = left = 0
    for change in all_changes:
        done += change.is_done
        left += not change.is_done
        if done <= SHOWN or table in OWN or not change.is_done:
            print(change.line, flush=True)
    return done, left


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the arguments. Exits if they could open a revoked key."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.operating.restore",
        description="Copy what a table lacks from a restored table. AgentKeysTable and"
        " AgentDirectoryTable are rebuilt from AgentsTable instead.",
    )
    tables = [table.name for table in load().tables]
    parser.add_argument("table", choices=tables, metavar="TABLE", help="the table's logical id")
    parser.add_argument("--from", dest="restored", metavar="NAME", help="the restored table")
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
    if chosen.table in REBUILT and (chosen.restored or chosen.kept):
        parser.error(f"{chosen.table} is never copied. {REBUILD}{chosen.table}")
    if chosen.table not in REBUILT and not chosen.restored:
        parser.error(f"{chosen.table} needs --from")
    if chosen.replace and chosen.table in OWN:
        parser.error(f"{chosen.table} refuses --replace, which could make revoked keys valid again")
    if chosen.replace and chosen.table == WEBHOOKS:
        parser.error(f"{WEBHOOKS} refuses --replace, which could make rotated secrets valid again")
    return chosen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
