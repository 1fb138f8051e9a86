"""The directory: agents by facet, so that a listing reads a page and never the agents' table.

Today there is one facet, `all`, in the order of the ids.
"""

from typing import TYPE_CHECKING

from agent_messaging.agents.model import Agent
from agent_messaging.dynamodb import Entry, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALL = "all"


class DirectoryTable:
    """One small item per facet and agent."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.table = Table(client, name)

    def put_entry(self, agent: Agent) -> Entry:
        """The agent's line, as part of a transaction."""
        return self.table.put_entry({"facet": ALL, "agent_id": agent.agent_id})

    def delete_entry(self, agent: Agent) -> Entry:
        """Take the agent's line away, as part of a transaction."""
        return self.table.delete_entry({"facet": ALL, "agent_id": agent.agent_id})

    def page(self, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """The next ids behind `after`, at most `limit`, and where to go on; None at the end."""
        found = self.table.query(
            "facet = :facet AND agent_id > :after",
            facet=ALL,
            # A space sorts before every character that an id can begin with.
            after=after or " ",
            limit=limit,
            newest_first=False,
        )
        ids = [item["agent_id"] for item in found.items]
        return ids, found.last_key.get("agent_id")
