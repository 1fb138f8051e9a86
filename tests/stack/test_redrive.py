"""`make redrive` on the emulated account: each kind of dead letter, and one that fails again."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent_messaging import clock
from tests.e2e.client import Agent, Stack, eventually
from tests.e2e.server import ROOT
from tests.stack.deployment import Deployment


def minute(hours_ago: int) -> str:
    """A minute before the stack was there, so that no schedule has rolled it up."""
    moment = datetime.now(UTC) - timedelta(hours=hours_ago)
    return clock.to_text(moment.replace(second=0, microsecond=0))


@pytest.fixture
def nova(dev: Deployment) -> Agent:
    key = dev.registration_key
    return Stack(dev.api_url, is_open_mode=False, registration_key=key).register("Nova")


def arn(dev: Deployment, function: str) -> str:
    found = dev.account.client("lambda").get_function(FunctionName=dev.physical(function))
    return str(found["Configuration"]["FunctionArn"])


def put_dead_letter(dev: Deployment, body: Any, **attributes: str) -> None:
    dev.account.client("sqs").send_message(
        QueueUrl=dev.physical("DeadLettersQueue"),
        MessageBody=json.dumps(body),
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    )


def dead_letters(dev: Deployment) -> int:
    counts = dev.account.client("sqs").get_queue_attributes(
        QueueUrl=dev.physical("DeadLettersQueue"), AttributeNames=["All"]
    )["Attributes"]
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(counts[name]) for name in names)


def redrive(dev: Deployment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.operating.redrive", "--stack", dev.name],
        env={**os.environ, **dev.account.environment()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def has_snapshot(dev: Deployment, window: str) -> bool:
    key = {"scope": {"S": "snapshot"}, "window": {"S": window}}
    table = dev.physical("MessagingStatsTable")
    return "Item" in dev.account.client("dynamodb").get_item(TableName=table, Key=key)


def failed(dev: Deployment, function: str, event: Any) -> dict[str, Any]:
    """What Lambda writes when a function has failed as often as it may."""
    context = {"functionArn": f"{arn(dev, function)}:live", "condition": "RetriesExhausted"}
    return {"version": "1.0", "requestContext": context, "requestPayload": event}


def tick(time: str) -> dict[str, str]:
    """What a schedule hands over, as far as the roll-up looks at it."""
    return {"source": "aws.events", "time": time}


def a_page_of_the_stream(dev: Deployment) -> tuple[str, str, list[Any]]:
    """The messages' stream, a shard of it, and the records there."""
    streams = dev.account.client("dynamodbstreams")
    table = dev.physical("AgentMessagesTable")
    (stream,) = streams.list_streams(TableName=table)["Streams"]
    described = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
    for shard in described["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"],
            ShardId=shard["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )["ShardIterator"]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        if records:
            return stream["StreamArn"], shard["ShardId"], records
    raise AssertionError("nothing was streamed")


def test_every_dead_letter_is_processed_but_the_one_that_fails_again(dev: Deployment, nova: Agent):
    first, second = (minute(hours_ago) for hours_ago in (2, 3))
    roll_up = arn(dev, "StatsRollUpFunction")
    put_dead_letter(dev, failed(dev, "StatsRollUpFunction", tick(first)))
    put_dead_letter(dev, tick(second), TARGET_ARN=roll_up)
    put_dead_letter(dev, failed(dev, "StatsRollUpFunction", tick("never")))
    assert dead_letters(dev) == 3

    completed = redrive(dev)
    assert completed.stdout.endswith("2 processed, 1 stay in the queue.\n"), completed
    assert completed.returncode == 1
    assert has_snapshot(dev, first)
    assert has_snapshot(dev, second)
    assert dead_letters(dev) == 1
    dev.account.client("sqs").purge_queue(QueueUrl=dev.physical("DeadLettersQueue"))


def test_records_that_were_counted_are_not_counted_again(dev: Deployment, nova: Agent):
    def sent() -> int:
        return int(nova.get("/messaging/stats")["platform"]["messages_total"])

    boots = nova.stack.register("Boots")
    nova.post("/messaging/send", to_agent_id=boots.agent_id, body="Counted once")
    before = eventually(sent, patience=90)
    stream, shard, records = a_page_of_the_stream(dev)
    numbers = [each["dynamodb"]["SequenceNumber"] for each in records]
    batch = {
        "shardId": shard,
        "startSequenceNumber": numbers[0],
        "endSequenceNumber": numbers[-1],
        "batchSize": len(numbers),
        "streamArn": stream,
    }
    context = {"functionArn": arn(dev, "ProjectorFunction")}
    put_dead_letter(dev, {"version": "1.0", "requestContext": context, "DDBStreamBatchInfo": batch})

    completed = redrive(dev)
    assert completed.returncode == 0, completed
    assert dead_letters(dev) == 0
    assert sent() == before
