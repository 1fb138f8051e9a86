"""`make restore` of tables without a rule of their own, and what it says of each outcome."""

from typing import Any

import pytest

from agent_messaging.storage.transactions import TransactionFailedError, TransactionRefusedError
from local.in_process.functions import TEMPLATE
from tests.integration.cloud import Cloud
from tests.integration.restoring import RESTORED, TABLES, Stack, run
from tools.operating import agent_tables, copying

AGENTS = ["AgentsTable", "--from", RESTORED]
REFUSED = TransactionRefusedError("transaction cancelled: ['ItemCollectionSizeLimitExceeded']")


@pytest.mark.parametrize(
    ("error", "said"),
    [(TransactionFailedError([], []), "Try again"), (REFUSED, "could not be written")],
)
def test_an_agent_that_stays_lost_does_not_stop_the_others_and_is_no_success(
    cloud: Cloud, monkeypatch: Any, capsys: Any, error: Exception, said: str
):
    stack = Stack(cloud)
    cloud.post("/agents/register", body={"name": "Boots", "agent_id": "boots"})
    stack.back_up()
    stack.lose(*TABLES)
    write = agent_tables.transact

    def fail(client: Any, items: Any) -> None:
        if items[0]["Put"]["Item"]["agent_id"] == {"S": "nova"}:
            raise error
        write(client, items)

    monkeypatch.setattr(agent_tables, "transact", fail)
    assert run(cloud, monkeypatch, *AGENTS) == 1
    printed = capsys.readouterr().out
    assert said in printed
    assert printed.endswith("AgentsTable: 1 changed, 1 left\n")
    assert stack.keys_of("AgentsTable") == [{"agent_id": {"S": "boots"}}]
    monkeypatch.undo()
    assert run(cloud, monkeypatch, *AGENTS) == 0
    assert capsys.readouterr().out.endswith("AgentsTable: 1 changed\n")


def test_a_key_whose_agent_is_lost_is_no_success(cloud: Cloud, monkeypatch: Any, capsys: Any):
    Stack(cloud).lose("AgentsTable")
    assert run(cloud, monkeypatch, "AgentKeysTable") == 1
    assert capsys.readouterr().out.endswith("AgentKeysTable: 0 changed, 1 left\n")


@pytest.mark.parametrize("table", ["AgentsTable", "ContactsTable"])
def test_a_table_of_another_kind_is_not_copied(
    cloud: Cloud, monkeypatch: Any, capsys: Any, table: str
):
    arguments = (table, "--from", "AgentMeterTable")
    assert run(cloud, monkeypatch, *arguments) == 1
    said = f"AgentMeterTable is not a copy of {table}: its key is agent_id, window instead of"
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("lacks", TABLES)
def test_a_stack_that_lacks_the_table_is_named(
    cloud: Cloud, monkeypatch: Any, capsys: Any, lacks: str
):
    arguments = (lacks, *(AGENTS[1:] if lacks == "AgentsTable" else ()))
    assert run(cloud, monkeypatch, *arguments, lacks=lacks) == 1
    assert f"The stack has no {lacks}." in capsys.readouterr().err


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

    planned = list(copying.copy(*arguments, is_dry_run=True, **options))
    assert [each["state"]["S"] for each in client.scan(TableName="ContactsTable")["Items"]] == [
        "new"
    ]
    assert list(copying.copy(*arguments, is_dry_run=False, **options)) == planned
    items = client.scan(TableName="ContactsTable")["Items"]
    assert {each[names[0]]["S"]: each["state"]["S"] for each in items} == {
        "kept": kept,
        "lost": "old",
    }
