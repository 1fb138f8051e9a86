"""The template's tables in moto, read and written behind the functions' back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from agent_messaging import clock
from agent_messaging.presence.table import shard_of
from agent_messaging.storage.table import decode, encode
from agent_messaging.work_orders.item import due_shard
from local.in_process import memory
from local.in_process.functions import TEMPLATE

Snapshot = dict[str, tuple[dict[str, Any], ...]]


class Tables:
    """Empty tables."""

    is_on_fake = False

    def __init__(self) -> None:
        self.dynamodb = memory.client()
        memory.empty()

    def snapshot(self) -> Snapshot:
        """Everything that is stored."""
        return {table.name: tuple(self.items(table.name)) for table in TEMPLATE.tables}

    def read(self, table: str, **key: Any) -> dict[str, Any] | None:
        """An item, or None."""
        answer = self.dynamodb.get_item(TableName=table, Key=encode(key))
        return decode(answer["Item"]) if "Item" in answer else None

    def head(self, work_order_id: str) -> dict[str, Any]:
        """The head of an order, which is there."""
        return self.read("WorkOrdersTable", work_order_id=work_order_id, part="head") or {}

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table; from moto itself, for it is asked for often."""
        self._expect_moto()
        stored = memory.tables()[table].all_items()
        return [decode(item.to_json()["Attributes"]) for item in stored]

    def write(self, table: str, *items: Mapping[str, Any]) -> None:
        """Write items as they are; into moto itself, because some tests write thousands."""
        self._expect_moto()
        stored = memory.tables()[table]
        for item in items:
            stored.put_item(encode(item))

    def _expect_moto(self) -> None:
        if self.is_on_fake:
            raise RuntimeError("A fake answers all clients. What it holds is not in moto.")

    def change(self, table: str, key: Mapping[str, Any], **attributes: Any) -> None:
        """Overwrite attributes of an item; None takes one away."""
        item = {**(self.read(table, **key) or key), **attributes}
        self.write(table, item)

    def lease(self, agent_id: str, expires_at: datetime, last_seen_at: datetime) -> None:
        """A presence item as a heartbeat would have left it."""
        self.write(
            "AgentPresenceTable",
            {
                "shard": shard_of(agent_id),
                "agent_id": agent_id,
                "last_seen_at": clock.to_text(last_seen_at),
                "expires_at": clock.to_text(expires_at),
                "purge_at": clock.to_epoch(expires_at + timedelta(days=1)),
            },
        )

    def lapse(self, work_order_id: str) -> str:
        """Put the end of an order's lease into the past; that moment as text."""
        text = clock.to_text(clock.now() - timedelta(seconds=1))
        self._change_head(work_order_id, lease_expires_at=text, due_at=f"{text}#{work_order_id}")
        return text

    def come_early(self, work_order_id: str) -> None:
        """Let an order's entry in the index of what is due come before its time."""
        text = clock.to_text(clock.now() - timedelta(seconds=1))
        self._change_head(work_order_id, due_at=f"{text}#{work_order_id}")

    def _change_head(self, work_order_id: str, **fields: str) -> None:
        key = {"work_order_id": work_order_id, "part": "head"}
        self.change("WorkOrdersTable", key, **fields)

    def overdue(self, work_order_id: str, deadline: datetime | None = None) -> str:
        """Put an order's deadline into the past; the deadline as text."""
        text = clock.to_text(deadline or clock.now() - timedelta(seconds=1))
        self.change(
            "WorkOrdersTable",
            {"work_order_id": work_order_id, "part": "head"},
            deadline_at=text,
            due_shard=due_shard(work_order_id),
            due_at=f"{text}#{work_order_id}",
        )
        return text
