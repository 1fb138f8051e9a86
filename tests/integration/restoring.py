"""A stack with an agent, and a table of other agents to restore from."""

from collections.abc import Mapping
from typing import Any

import pytest

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.table import AgentsTable
from agent_messaging.directory.table import DirectoryTable
from local.in_process.functions import TEMPLATE
from tests.integration.authorisation.gateway import Gateway
from tests.integration.cloud import Cloud
from tools.operating import rebuild_directory, rebuild_keys, restore, restore_agents
from tools.operating.agent_tables import AgentTables

TABLES = ("AgentsTable", "AgentKeysTable", "AgentDirectoryTable")
RESTORED = "restored"


class Stack:
    """A stack with an agent, its keys by a name of the test's own, and a backup of its tables."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.gateway = cloud, Gateway(cloud)
        client = cloud.dynamodb
        self.tables = AgentTables(
            client,
            AgentsTable(client, "AgentsTable"),
            AgentKeysTable(client, "AgentKeysTable"),
            DirectoryTable(client, "AgentDirectoryTable"),
        )
        body = {"name": "Nova", "agent_id": "nova", "capabilities": ["estimates"]}
        first = cloud.post("/agents/register", body=body)
        self.keys = {"first": first.json["api_key"]}
        self.ids = {"first": first.json["key_id"]}

    def add(self, name: str, **body: Any) -> None:
        answer = self.gateway.call("POST", "/agents/me/keys", body=body, key=self.keys["first"])
        self.keys[name], self.ids[name] = answer.json["api_key"], answer.json["key_id"]

    def revoke(self, name: str, by: str = "first") -> None:
        path = f"/agents/me/keys/{self.ids[name]}"
        assert self.gateway.call("DELETE", path, key=self.keys[by]).status == 204

    def back_up(self) -> None:
        """Keep the agents as a point-in-time restore would: in a table of another name."""
        client = self.cloud.dynamodb
        (table,) = (each for each in TEMPLATE.tables if each.name == "AgentsTable")
        client.create_table(**{**table.create, "TableName": RESTORED})
        for item in client.scan(TableName="AgentsTable")["Items"]:
            client.put_item(TableName=RESTORED, Item=item)

    def lose(self, *tables: str) -> None:
        for table in tables:
            for key in self.keys_of(table):
                self.cloud.dynamodb.delete_item(TableName=table, Key=key)

    def keys_of(self, table: str) -> list[Any]:
        schema = self.cloud.dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
        names = [part["AttributeName"] for part in schema]
        items = self.cloud.dynamodb.scan(TableName=table)["Items"]
        return [{name: item[name] for name in names} for item in items]

    def bring_back(self, **options: bool) -> list[str]:
        found = restore_agents.bring_back(self.tables, RESTORED, **{"is_dry_run": False} | options)
        return [each.line for each in found]

    def rebuild(self) -> list[str]:
        keys = rebuild_keys.rebuild_keys(self.tables, is_dry_run=False)
        entries = rebuild_directory.rebuild_directory(self.tables, is_dry_run=False)
        return [each.line for each in (*keys, *entries)]

    def opens(self, name: str) -> tuple[bool, bool]:
        """Whether a key can read, and whether it can write, at a gateway that remembers nothing."""
        gateway, key = Gateway(self.cloud), self.keys[name]
        read = gateway.call("GET", "/agents/me", key=key).status == 200
        return read, gateway.call("POST", "/messaging/heartbeat", key=key).status == 200


def run(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, *arguments: str, lacks: str = "") -> int:
    """The command, over the tables of the test as a stack."""
    names: Mapping[str, str] = {
        table.name: table.name for table in TEMPLATE.tables if table.name != lacks
    }
    monkeypatch.setattr(restore, "deployed", lambda *_: (cloud.dynamodb, names))
    return restore.main([*arguments, "--stack", "a-stack"])
