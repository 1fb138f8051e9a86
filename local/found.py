"""Find the agents that the tables had before the server started, in a folder or at a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "AgentsTable"


class Found(NamedTuple):
    """How many agents there are, and the ids of the deleted ones."""

    living: int
    deleted: frozenset[str]

    def told(self, place: object) -> str:
        """Return the line of the start: what was found in a folder or at a URL."""
        if not self.living:
            return "Registering Nova and Boots ..."
        return f"Found {self.living} agent{'s' * (self.living > 1)} in {place}"


NOTHING = Found(0, frozenset())


def agents(client: DynamoDBClient) -> Found:
    """Return the agents of the table, which must exist."""
    pages = client.get_paginator("scan").paginate(
        TableName=TABLE, ProjectionExpression="agent_id, deleted_at"
    )
    items = [item for page in pages for item in page["Items"]]
    deleted = frozenset(item["agent_id"]["S"] for item in items if "deleted_at" in item)
    return Found(len(items) - len(deleted), deleted)
