"""One engine's tables with agents in them; and what is there in the end."""

import contextlib
import functools
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_messaging import clock
from agent_messaging.limits import minute_of
from agent_messaging.storage.table import decode, encode
from tests.e2e.server import log_file
from tests.engine import SecondEngine
from tests.faults.injection.faults import Injector
from tests.faults.injection.fleet import Job, Result, run_fleet
from tests.faults.injection.history import End
from tests.faults.injection.instance import TEMPLATE, Instance, running_for
from tests.logs import JOURNAL

Item = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Tables of their own, and an instance of the functions over them in which nothing fails."""

    engine: SecondEngine
    tables: dict[str, str]
    instance: Instance
    keys: dict[str, str]

    def register(self, agent_id: str, most: int = 3) -> None:
        """An agent that takes `most` jobs at a time."""
        answer = self.instance.call(
            "POST", "/agents/register", {}, {"agent_id": agent_id, "name": agent_id.title()}
        )
        assert answer.status == 201, answer.text
        JOURNAL.answered(answer.text)
        self.keys[agent_id] = answer.json["api_key"]
        self.call(agent_id, "PUT", "/messaging/presence", {"max_concurrent_jobs": most})

    def call(self, agent_id: str, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """What an agent is answered to a call that succeeds."""
        is_from = path in ("/messaging/ping", "/messaging/send", "/messaging/work-order")
        named = {"from_agent_id" if is_from else "agent_id": agent_id}
        answer = self.instance.call(method, path, named | query, body, api_key=self.keys[agent_id])
        assert answer.status == 200, answer.text
        return answer.json

    def offer(self, client: str, worker: str, title: str = "Estimates") -> str:
        """A pending order: its id."""
        body = {"to_agent_id": worker, "title": title, "description": title, "requirements": {}}
        return self.call(client, "POST", "/messaging/work-order", body)["work_order_id"]

    def run(self, job: Job, folder: Path) -> Result:
        """Let a fleet work, then let everything be swept that is overdue."""
        with contextlib.closing(log_file()) as log:
            result = run_fleet(job, folder, log)
        for operation in result.history:
            JOURNAL.sent(json.dumps(operation.sent))
        sweep = TEMPLATE.functions["WorkOrdersSweepFunction"]
        self.instance.app(sweep.name).handler({}, running_for(sweep.timeout))
        return result

    # --- in the end

    def end(self) -> End:
        """What is there."""
        agents = self.items("AgentsTable")
        messages = [item for item in self.items("AgentMessagesTable") if "display" in item]
        return End(
            messages=messages,
            views={view["message_id"]: view for agent in agents for view in self._inbox(agent)},
            orders=[{**head, **head["display"]} for head in self.items("WorkOrdersTable")],
            agents=agents,
            contacts={
                (item["owner_id"], item["contact_id"]): item["state"]
                for item in self.items("ContactsTable")
            },
            statuses=self._changes("WorkOrdersTable", "work_order_id", lambda i: i["status"]),
            jobs=self._changes("AgentsTable", "agent_id", _jobs),
        )

    @functools.cached_property
    def dynamodb(self) -> Any:
        """A client in which nothing fails."""
        return self.engine.client()

    def read(self, table: str, **key: Any) -> Item:
        """An item."""
        return decode(self.dynamodb.get_item(TableName=self.tables[table], Key=encode(key))["Item"])

    def forget_registrations(self) -> None:
        """Let no registration of this minute count towards the stack's limit."""
        window = clock.to_text(minute_of(clock.now()))
        key = encode({"agent_id": "#registrations", "window": window})
        self.dynamodb.delete_item(TableName=self.tables["AgentMeterTable"], Key=key)

    def forget_sent(self) -> None:
        """Let no message meet a chunk of the sent log that is full, which takes two calls more."""
        for item in self.items("AgentSentTable"):
            key = encode({name: item[name] for name in ("sender_id", "slot")})
            self.dynamodb.delete_item(TableName=self.tables["AgentSentTable"], Key=key)

    def count(self, table: str) -> int:
        """How many items a table has; of a few thousand."""
        return self.dynamodb.scan(TableName=self.tables[table], Select="COUNT")["Count"]

    def items(self, table: str) -> list[Item]:
        """Every item of a table."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.tables[table])
        return [decode(item) for page in pages for item in page["Items"]]

    def _inbox(self, agent: Item) -> Iterator[Item]:
        query: dict[str, Any] = {"limit": 100}
        while True:
            page = self.call(agent["agent_id"], "GET", "/messaging/inbox", **query)
            yield from page["messages"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    def _changes(
        self, table: str, key: str, value: Callable[[Item], Any]
    ) -> dict[str, Sequence[Any]]:
        """What each item of a table went through, by its stream: one value after the other."""
        changes: dict[str, list[Any]] = defaultdict(list)
        for item in self._images(table):
            seen = changes[item[key]]
            if seen[-1:] != [value(item)]:
                seen.append(value(item))
        return changes

    def _images(self, table: str) -> Iterator[Item]:
        for record in self.records(table):
            yield decode(record["dynamodb"]["NewImage"])

    def records(self, table: str) -> Iterator[Item]:
        """What a table's stream tells, from its beginning."""
        streams = self.engine.client("dynamodbstreams")
        described = self.dynamodb.describe_table(TableName=self.tables[table])
        arn = described["Table"]["LatestStreamArn"]
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while records := (page := streams.get_records(ShardIterator=iterator))["Records"]:
            yield from records
            iterator = page["NextShardIterator"]


def _jobs(agent: Item) -> tuple[int, int]:
    return int(agent.get("active_jobs", 0)), int(agent.get("max_concurrent_jobs", 5))


def new_world(engine: SecondEngine, name: str) -> World:
    """Empty tables under names of their own."""
    tables = engine.create_tables(f"{name}-")
    return World(engine, tables, Instance(engine.url, tables, Injector(lambda _: None)), {})
