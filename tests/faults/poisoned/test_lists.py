"""Hundreds of the largest orders and messages that a stranger can send: every list still answers.

The lists are read by a process that has 512 MB, as the functions have, over the second engine.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.messaging.quota import Quota
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.work_orders.states import Status
from tests import poisoned, poisoned_orders
from tests.engine import SecondEngine, second_engine
from tests.scale import Figure, scaled

NUMBER = scaled(300)
RETENTION = timedelta(days=90)
PEAK_BYTES = 200 * 1024 * 1024
CPU_SECONDS = 0.5
STATUSES = tuple(poisoned_orders.WAYS)

Call = tuple[str, str, dict[str, str]]


def calls() -> Iterator[Call]:
    """Every list and every count of the agents, and each filter of the lists."""
    for agent in ("nova", "boots"):
        for role in ("client", "worker"):
            for status in (None, *STATUSES, Status.EXPIRED):
                query = {"role": role} | ({"status": status.value} if status else {})
                yield agent, "/messaging/work-orders", query
            yield agent, "/messaging/work-orders", {"role": role, "status": "pending", "limit": "1"}
        for query in ({}, {"status": "pending"}, {"status": "read"}, {"type": "ping"}):
            yield agent, "/messaging/inbox", {**query, "limit": "100"}
        yield agent, "/messaging/sent", {"limit": "100"}
        yield agent, "/messaging/contacts", {"limit": "100"}
        yield agent, "/messaging/contacts", {"state": "held", "limit": "100"}
        yield agent, "/messaging/stats", {}
    yield "boots", "/messaging/work-orders", {"role": "worker", "client_id": "nova"}


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    with second_engine() as running:
        running.create_tables()
        yield running


@pytest.fixture(scope="module")
def threads(engine: SecondEngine) -> set[str]:
    """The poisoned tables: the threads in them."""
    client, now = engine.client(), clock.now()
    for agent_id in ("nova", "boots"):
        register(client, agent_id, now)
    messages = MessagesTable(client, "AgentMessagesTable", RETENTION)
    log = SentLog(client, "AgentSentTable", Quota(10_000, 10_000), RETENTION)
    contacts = ContactsTable(client, "ContactsTable", RETENTION)
    since = now - timedelta(hours=1)
    made = poisoned.messages(messages, log, NUMBER, sender="nova", recipient="boots", since=since)
    poisoned.requests(contacts, messages, NUMBER, owner="boots", since=since)
    for item in poisoned_orders.orders(NUMBER, statuses=STATUSES, now=now):
        client.put_item(TableName="WorkOrdersTable", Item=item)
    return {message.thread_id for message in made}


def register(client: Any, agent_id: str, now: datetime) -> None:
    item = {
        "agent_id": {"S": agent_id},
        "name": {"S": agent_id.title()},
        "created_at": {"S": clock.to_text(now)},
    }
    client.put_item(TableName="AgentsTable", Item=item)


def test_every_list_of_poisoned_mailboxes_answers_within_its_memory_and_time(
    engine: SecondEngine, threads: set[str], figure: Figure
):
    asked = [*calls(), *(("boots", f"/messaging/threads/{each}", {}) for each in threads)]
    read = subprocess.run(
        [sys.executable, "-m", "tests.faults.poisoned.reader", engine.url],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert read.returncode == 0, read.stderr.decode()[-2000:]
    lines = [json.loads(line) for line in read.stdout.splitlines() if line.startswith(b'{"call')]
    assert [line["call"] for line in lines] == [list(each) for each in asked]
    assert {line["status"] for line in lines} == {200}
    slowest = max(lines, key=lambda line: line["cpu"])
    peak = lines[-1]["peak_bytes"]
    figure(f"{NUMBER} orders and messages of 128 KB: peak MB", round(peak / 1e6))
    figure(f"the slowest list, CPU seconds ({slowest['call'][1]})", round(slowest["cpu"], 2))
    assert slowest["cpu"] <= CPU_SECONDS, slowest
    assert peak <= PEAK_BYTES
