"""The keys' table: from the hash of a key to its agent, and nothing else."""

from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.agents.model import Agent, Key
from agent_messaging.dynamodb import Entry, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class AgentKeysTable:
    """One item per live key, under its SHA-256: what the authorizer reads."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.table = Table(client, name)

    def put_entry(self, agent: Agent, key: Key) -> Entry:
        """The key's item, as part of a transaction."""
        item = {
            "key_hash": key.key_hash,
            "agent_id": agent.agent_id,
            "key_id": key.key_id,
            "epoch": agent.epoch,
            "expires_at": clock.to_text(key.expires_at) if key.expires_at else None,
        }
        return self.table.put_entry(item, "attribute_not_exists(key_hash)")

    def delete_entry(self, key: Key) -> Entry:
        """Take the key's item away, as part of a transaction."""
        return self.table.delete_entry({"key_hash": key.key_hash})
