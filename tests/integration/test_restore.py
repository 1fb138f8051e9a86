"""A restore brings lost agents and items back, and opens no key that was revoked."""

from typing import Any

import pytest

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.table import AgentsTable
from agent_messaging.directory.table import DirectoryTable
from local.in_process.functions import TEMPLATE
from tests.integration.authorisation.gateway import Gateway
from tests.integration.cloud import Cloud
from tools.operating import operate, rebuild_agents, restore, restore_agents
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

    def bring_back(self, *, is_dry_run: bool = False) -> list[str]:
        return list(restore_agents.bring_back(self.tables, RESTORED, is_dry_run=is_dry_run))

    def rebuild(self) -> list[str]:
        return [
            *rebuild_agents.rebuild_keys(self.tables, is_dry_run=False),
            *rebuild_agents.rebuild_directory(self.tables, is_dry_run=False),
        ]

    def opens(self, name: str) -> tuple[bool, bool]:
        """Whether a key can read, and whether it can write, at a gateway that remembers nothing."""
        gateway, key = Gateway(self.cloud), self.keys[name]
        read = gateway.call("GET", "/agents/me", key=key).status == 200
        return read, gateway.call("POST", "/messaging/heartbeat", key=key).status == 200


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    return Stack(cloud)


def test_a_lost_agent_comes_back_with_the_keys_that_it_has_now(stack: Stack):
    stack.add("stolen")
    stack.back_up()
    stack.revoke("stolen")
    stack.add("new")
    stack.lose("AgentsTable", "AgentDirectoryTable")

    assert stack.bring_back() == ["nova  has 2 of its keys"]

    opened = {name: stack.opens(name) for name in stack.keys}
    assert opened == {"first": (True, True), "stolen": (False, False), "new": (True, True)}
    listed = stack.cloud.get("/agents", {"agent_id": "nova", "capability": "estimates"})
    assert [each["agent_id"] for each in listed.json["agents"]] == ["nova"]
    assert stack.rebuild() == []


def test_a_key_of_an_epoch_that_has_ended_stays_closed_even_if_it_was_copied_back(stack: Stack):
    stack.back_up()
    (old,) = stack.cloud.dynamodb.scan(TableName="AgentKeysTable")["Items"]
    registry = operate.Registry(stack.tables.client, stack.tables.agents, stack.tables.keys)
    stack.keys["replaced"] = operate.replace_key(registry, "nova").splitlines()[-1]
    stack.cloud.dynamodb.put_item(TableName="AgentKeysTable", Item=old)
    stack.lose("AgentsTable")

    assert stack.bring_back() == ["nova  has 1 of its keys"]
    assert stack.rebuild() == [f"nova  {stack.ids['first']} deleted"]
    assert stack.opens("first") == (False, False)
    assert stack.opens("replaced") == (True, True)


def test_where_the_keys_are_lost_too_no_old_key_opens_anything(stack: Stack):
    stack.back_up()
    stack.lose(*TABLES)

    (line,) = stack.bring_back()
    stack.rebuild()

    assert line == "nova  has no key now. Make one: make operate DO='replace-key nova'"
    assert stack.opens("first") == (False, False)
    registry = operate.Registry(stack.tables.client, stack.tables.agents, stack.tables.keys)
    stack.keys["made"] = operate.replace_key(registry, "nova").splitlines()[-1]
    assert stack.opens("made") == (True, True)


def test_an_agent_that_left_stays_away(stack: Stack):
    stack.back_up()
    assert stack.gateway.call("DELETE", "/agents/me", key=stack.keys["first"]).status == 200

    assert stack.bring_back() == []
    assert stack.rebuild() == []
    assert stack.opens("first") == (False, False)


def test_lost_keys_and_entries_are_rebuilt_from_the_agents(stack: Stack):
    stack.add("revoked")
    stack.add("second")
    stack.revoke("revoked")
    stack.lose("AgentKeysTable", "AgentDirectoryTable")

    lines = stack.rebuild()

    added = {f"nova  {stack.ids[name]} added" for name in ("first", "second")}
    assert added <= set(lines)
    assert [stack.opens(name) for name in ("first", "revoked", "second")] == [
        (True, True),
        (False, False),
        (True, True),
    ]
    listed = stack.cloud.get("/agents", {"agent_id": "nova"})
    assert [each["agent_id"] for each in listed.json["agents"]] == ["nova"]


def test_revoked_keys_that_somebody_copied_back_are_deleted(stack: Stack):
    stack.add("stolen")
    items = stack.cloud.dynamodb.scan(TableName="AgentKeysTable")["Items"]
    stack.revoke("stolen")
    for item in items:
        stack.cloud.dynamodb.put_item(TableName="AgentKeysTable", Item=item)
    assert stack.opens("stolen") == (True, False)

    assert stack.rebuild() == [f"nova  {stack.ids['stolen']} deleted"]
    assert stack.opens("stolen") == (False, False)
    assert stack.opens("first") == (True, True)


def test_the_keys_of_a_lost_agent_are_kept_for_its_restore(stack: Stack):
    stack.lose("AgentsTable")
    line = f"nova  is lost, but {stack.ids['first']} is not. Restore AgentsTable first"
    assert stack.rebuild() == [line]
    assert len(stack.keys_of("AgentKeysTable")) == 1


def test_a_key_that_is_revoked_during_the_restore_stays_closed(stack: Stack, monkeypatch: Any):
    stack.back_up()
    stack.lose("AgentsTable")

    def late(client: Any, items: Any) -> None:
        stack.lose("AgentKeysTable")
        write(client, items)

    write = restore_agents.transact
    monkeypatch.setattr(restore_agents, "transact", late)

    (line,) = stack.bring_back()
    assert "Try again" in line
    assert stack.keys_of("AgentsTable") == []


def test_a_dry_run_writes_nothing(stack: Stack):
    stack.back_up()
    stack.lose("AgentsTable")
    before = stack.cloud.digest()
    assert stack.bring_back(is_dry_run=True) == ["nova  has 1 of its keys"]
    assert stack.cloud.digest() == before


def test_what_a_deleted_stack_left_is_copied_with_its_keys(stack: Stack):
    """Its key table knows all revocations, as no restored one does."""
    items = {table: stack.cloud.dynamodb.scan(TableName=table)["Items"] for table in TABLES}
    names = dict(zip(TABLES, TABLES, strict=True))
    for table in TABLES:
        create = next(each.create for each in TEMPLATE.tables if each.name == table)
        stack.cloud.dynamodb.create_table(**{**create, "TableName": f"old-{table}"})
        for item in items[table]:
            stack.cloud.dynamodb.put_item(TableName=f"old-{table}", Item=item)
        stack.lose(table)

    for table in TABLES:
        arguments = [table, "--from", f"old-{table}", "--kept", "--stack", "a-stack"]
        list(restore.lines(stack.cloud.dynamodb, names, restore.parsed(arguments)))

    assert stack.opens("first") == (True, True)
    assert stack.rebuild() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["AgentKeysTable", "--from", "old"], "is rebuilt from AgentsTable: leave out --from"),
        (["AgentDirectoryTable", "--from", "old"], "is rebuilt from AgentsTable"),
        (["AgentsTable"], "AgentsTable needs --from"),
        (["AgentsTable", "--from", "old", "--replace"], "could make revoked keys valid again"),
        (["AgentKeysTable", "--kept"], "AgentKeysTable needs --from"),
        (["Orders", "--from", "old"], "invalid choice"),
    ],
)
def test_what_could_open_a_revoked_key_is_refused(arguments: list[str], said: str, capsys: Any):
    with pytest.raises(SystemExit):
        restore.main([*arguments, "--stack", "agent-messaging-prod"])
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("options", "kept"), [({}, "new"), ({"replaces": True}, "old")])
def test_copying_adds_what_is_lost_and_replaces_only_if_told(
    cloud: Cloud, options: dict[str, bool], kept: str
):
    client = cloud.dynamodb
    (table,) = (each for each in TEMPLATE.tables if each.name == "ContactsTable")
    client.create_table(**{**table.create, "TableName": RESTORED})
    names = [part["AttributeName"] for part in table.create["KeySchema"]]

    def put(table: str, name: str, state: str) -> None:
        key = {part: {"S": name} for part in names}
        client.put_item(TableName=table, Item={**key, "state": {"S": state}})

    put("ContactsTable", "kept", "new")
    put(RESTORED, "kept", "old")
    put(RESTORED, "lost", "old")
    arguments = (client, RESTORED, "ContactsTable")

    planned = list(restore.copy(*arguments, is_dry_run=True, **options))
    assert [each["state"]["S"] for each in client.scan(TableName="ContactsTable")["Items"]] == [
        "new"
    ]
    assert list(restore.copy(*arguments, is_dry_run=False, **options)) == planned
    items = client.scan(TableName="ContactsTable")["Items"]
    assert {each[names[0]]["S"]: each["state"]["S"] for each in items} == {
        "kept": kept,
        "lost": "old",
    }
