"""`make restore TABLE=AgentWebhooksTable`: lost webhooks come back, disabled."""

from typing import Any

import pytest

from local.in_process.functions import TEMPLATE
from tests.integration.cloud import Cloud
from tests.integration.restoring import RESTORED, run
from tests.integration.webhooks.endpoints import URL, change, created, listening, read

TABLE = ["AgentWebhooksTable", "--from", RESTORED]


@pytest.fixture
def hooks(pair: Cloud) -> dict[str, str]:
    """Two webhooks of Nova and one of a third agent, all of them in the backup."""
    ids = {
        "first": created(pair, "nova")["webhook_id"],
        "second": created(pair, "nova", f"{URL}/2")["webhook_id"],
        "third": created(pair, "third")["webhook_id"],
    }
    key = {"agent_id": "nova", "slot": "hook#2"}
    pair.change("AgentWebhooksTable", key, status="disabled", disabled_reason="gone")
    client = pair.dynamodb
    (table,) = (each for each in TEMPLATE.tables if each.name == "AgentWebhooksTable")
    client.create_table(**{**table.create, "TableName": RESTORED})
    for item in client.scan(TableName="AgentWebhooksTable")["Items"]:
        client.put_item(TableName=RESTORED, Item=item)
    return ids


def lose(cloud: Cloud) -> None:
    client = cloud.dynamodb
    for table in ("AgentWebhooksTable", "AgentFeedTable"):
        sort = "slot" if table == "AgentWebhooksTable" else "entry"
        for item in client.scan(TableName=table)["Items"]:
            client.delete_item(TableName=table, Key={k: item[k] for k in ("agent_id", sort)})


def test_lost_webhooks_come_back_disabled_until_their_owner_enables_them(
    pair: Cloud, hooks: dict[str, str], monkeypatch: Any, capsys: Any
):
    lose(pair)
    assert run(pair, monkeypatch, *TABLE, "--dry-run") == 0
    assert listening(pair, "nova") == {}
    assert run(pair, monkeypatch, *TABLE) == 0
    printed = capsys.readouterr().out
    assert f"nova  {hooks['first']}  disabled, until its owner enables it\n" in printed
    assert printed.endswith("AgentWebhooksTable: 3 changed\n")
    assert listening(pair, "nova") == listening(pair, "third") == {}
    for name, reason in (("first", "restored"), ("second", "gone")):
        shown = read(pair, "nova", hooks[name]).json
        assert (shown["status"], shown["disabled_reason"]) == ("disabled", reason)
    assert change(pair, "nova", hooks["first"], status="active").json["disabled_reason"] is None
    assert listening(pair, "nova") == {1: hooks["first"]}


def test_a_slot_in_use_stays_and_an_agent_that_left_gets_nothing_back(
    pair: Cloud, hooks: dict[str, str], monkeypatch: Any, capsys: Any
):
    lose(pair)
    new = created(pair, "nova", f"{URL}/new")["webhook_id"]
    assert pair.call("DELETE", "/agents/me", {"agent_id": "third"}).status == 200
    assert run(pair, monkeypatch, *TABLE) == 1
    printed = capsys.readouterr().out
    assert "third" in printed
    assert "the agent is not there" in printed
    assert printed.endswith("AgentWebhooksTable: 1 changed, 1 left\n")
    assert listening(pair, "nova") == {1: new}
    assert listening(pair, "third") == {}


def test_rotated_secrets_are_not_written_over_the_new_ones(
    pair: Cloud, hooks: dict[str, str], monkeypatch: Any, capsys: Any
):
    with pytest.raises(SystemExit):
        run(pair, monkeypatch, *TABLE, "--replace")
    assert "rotated secrets" in capsys.readouterr().err
