import asyncio
import contextlib
import dataclasses
import time
from datetime import UTC, datetime

import pytest

from local import engine, schedules, streams
from local.delivery import Delivery, first_failed
from local.instance import Endpoints, FunctionFailedError
from local.pool import Pools
from local.streams import Subscription, lambda_record
from local.tables import create_tables


def record(number, name="INSERT", made_at=None):
    image = {} if made_at is None else {"ApproximateCreationDateTime": made_at}
    return {"eventName": name, "dynamodb": {**image, "SequenceNumber": str(number)}}


class Collector:
    """A function that keeps what it gets, and does badly what it is told to."""

    def __init__(self, *, poison=(), failing=0, answer=None):
        self.batches = []
        self._poison = poison
        self._failing = failing
        self._answer = answer

    async def __call__(self, name, event):
        numbers = [each["dynamodb"]["SequenceNumber"] for each in event["Records"]]
        self.batches.append(numbers)
        if self._failing:
            self._failing -= 1
            raise FunctionFailedError("not yet")
        if set(numbers) & set(self._poison):
            raise FunctionFailedError("poison am_live_secret")
        return self._answer(numbers) if self._answer else None


def deliver(template, collector, records, now=time.time, **changes):
    mapping = dataclasses.replace(template.streams[0], **changes)
    asyncio.run(Delivery(mapping, collector, pause=0.001, now=now).deliver(records))
    return collector.batches


def test_records_that_the_filter_holds_back_are_not_delivered(template):
    batches = deliver(template, Collector(), [record(1), record(2, "MODIFY"), record(3)])

    assert batches == [["1", "3"]]


def test_a_function_is_not_asked_about_nothing(template):
    assert deliver(template, Collector(), [record(1, "REMOVE")]) == []


def test_a_batch_that_fails_once_is_delivered_again(template):
    batches = deliver(template, Collector(failing=1), [record(1), record(2)], bisect=False)

    assert batches == [["1", "2"], ["1", "2"]]


def test_a_poison_record_is_found_by_halves_and_given_up_alone(template, capsys):
    batches = deliver(template, Collector(poison={"3"}), [record(n) for n in range(1, 5)])

    assert batches == [["1", "2", "3", "4"], ["1", "2"], ["3", "4"], ["3"], ["3"], ["3"], ["4"]]
    line = capsys.readouterr().err
    assert "dead letter: stream Items -> CollectorFunction, 1 record(s)" in line
    assert line.endswith("poison am_live_[redacted]\n")
    assert "sequence numbers 3 to 3, 3 attempts: poison" in line


def test_without_halves_the_batch_is_given_up_whole(template, capsys):
    records = [record(1), record(2)]

    batches = deliver(template, Collector(poison={"2"}), records, bisect=False)

    assert batches == [["1", "2"]] * 3
    assert "2 record(s), sequence numbers 1 to 2" in capsys.readouterr().err


def test_what_is_reported_as_failed_is_tried_again_from_the_lowest_on(template):
    reports = [{"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "2"}]}, None]
    collector = Collector(answer=lambda _: reports.pop(0))

    batches = deliver(template, collector, [record(n) for n in (1, 2, 3)])

    assert batches == [["1", "2", "3"], ["2", "3"]]


def test_a_record_that_is_always_reported_is_given_up(template, capsys):
    def answer(numbers):
        return {"batchItemFailures": [{"itemIdentifier": n} for n in numbers if n == "2"]}

    batches = deliver(template, Collector(answer=answer), [record(1), record(2)])

    assert batches == [["1", "2"], ["2"], ["2"], ["2"]]
    assert "reported as failed" in capsys.readouterr().err


def test_what_is_too_old_is_given_up_and_the_rest_delivered(template, capsys):
    records = [record(n, made_at=1_000 + n) for n in (1, 2, 3)]

    batches = deliver(template, Collector(), records, now=lambda: 1_062.0, max_age=60)

    assert batches == [["2", "3"]]
    assert "sequence numbers 1 to 1, 0 attempts: too old" in capsys.readouterr().err


def test_what_grows_too_old_between_attempts_is_given_up(template, capsys):
    clock = iter(range(1_030, 2_000, 15))
    records = [record(n, made_at=1_000) for n in (1, 2)]

    batches = deliver(
        template, Collector(failing=9), records, now=lambda: next(clock), max_age=60, bisect=False
    )

    assert batches == [["1", "2"]] * 3
    assert "sequence numbers 1 to 2, 3 attempts: too old" in capsys.readouterr().err


def test_what_is_given_up_goes_where_it_is_told_to(template):
    letters = []
    mapping = dataclasses.replace(template.streams[0], max_retries=0)
    delivery = Delivery(mapping, Collector(poison={"2"}), bury=letters.append)

    asyncio.run(delivery.deliver([record(n) for n in (1, 2, 3)]))

    [letter] = letters
    assert (letter.mapping, letter.attempts) == (mapping, 1)
    assert letter.records == [record(2)]
    assert letter.reason.startswith("poison")


@pytest.mark.parametrize(
    ("result", "index"),
    [
        (None, 2),
        ({}, 2),
        ({"batchItemFailures": []}, 2),
        ({"batchItemFailures": None}, 2),
        ({"batchItemFailures": [{"itemIdentifier": "8"}]}, 1),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 0),
        ({"batchItemFailures": [{}]}, 0),
        ("done", 2),
    ],
)
def test_a_report_names_the_first_failed_record(result, index):
    assert first_failed([record(7), record(8)], result) == index


def test_a_report_counts_only_where_the_mapping_asks_for_it(template):
    collector = Collector(answer=lambda _: {"batchItemFailures": [{"itemIdentifier": "1"}]})

    assert deliver(template, collector, [record(1)], reports_failures=False) == [["1"]]


def test_a_record_arrives_as_lambda_hands_it_over():
    raw = {
        "eventID": "e",
        "eventName": "REMOVE",
        "userIdentity": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"},
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 1, 1, tzinfo=UTC),
            "OldImage": {"blob": {"B": b"\xff"}, "list": {"L": [{"BOOL": True}]}},
        },
    }

    assert lambda_record(raw, "arn:stream") == {
        "eventID": "e",
        "eventName": "REMOVE",
        "eventVersion": "1.1",
        "eventSourceARN": "arn:stream",
        "userIdentity": {"principalId": "dynamodb.amazonaws.com", "type": "Service"},
        "dynamodb": {
            "ApproximateCreationDateTime": 1767225600,
            "OldImage": {"blob": {"B": "/w=="}, "list": {"L": [{"BOOL": True}]}},
        },
    }


@contextlib.asynccontextmanager
async def subscribed(mapping, dynamodb, moto_url, collector):
    client = engine.dynamodb_streams(moto_url)
    subscription = Subscription(mapping, dynamodb, client, Delivery(mapping, collector, 0.001))
    task = asyncio.create_task(subscription.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        client.close()


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)


def test_what_is_written_is_delivered_in_order(template, dynamodb, moto_url):
    create_tables(dynamodb, template.tables)
    collector = Collector()

    def write(name):
        item = {"id": {"S": name}, "sort": {"S": "1"}}
        dynamodb.put_item(TableName="ItemsTable", Item=item)

    async def play():
        write("before")
        async with subscribed(template.streams[0], dynamodb, moto_url, collector):
            await until(lambda: len(collector.batches) == 1)
            for index in range(25):
                write(f"after-{index}")
            await until(lambda: sum(map(len, collector.batches)) == 26)

    asyncio.run(play())
    numbers = [int(number) for batch in collector.batches for number in batch]
    assert numbers == sorted(set(numbers))
    assert max(map(len, collector.batches)) == 10


def test_a_table_that_is_made_again_is_followed(template, dynamodb, moto_url, monkeypatch):
    monkeypatch.setattr(streams, "DISCOVERY_SECONDS", 0.1)
    create_tables(dynamodb, template.tables)
    collector = Collector()

    async def play():
        async with subscribed(template.streams[0], dynamodb, moto_url, collector):
            await asyncio.sleep(0.2)
            dynamodb.delete_table(TableName="ItemsTable")
            await asyncio.sleep(0.6)
            create_tables(dynamodb, template.tables)
            item = {"id": {"S": "a"}, "sort": {"S": "1"}}
            dynamodb.put_item(TableName="ItemsTable", Item=item)
            await until(lambda: collector.batches)

    asyncio.run(play())


def test_an_engine_without_streams_is_told_once(template, dynamodb, moto_url, capsys):
    [table] = template.tables
    create = {name: value for name, value in table.create.items() if name != "StreamSpecification"}
    create_tables(dynamodb, [dataclasses.replace(table, create=create)])

    async def play():
        async with subscribed(template.streams[0], dynamodb, moto_url, Collector()):
            await asyncio.sleep(0.3)

    asyncio.run(play())
    assert capsys.readouterr().err == (
        "stream Items -> CollectorFunction never delivers: "
        "ItemsTable has no stream on this engine\n"
    )


def test_a_schedule_runs_soon_and_goes_on_after_a_failure(template, capsys):
    schedule = dataclasses.replace(template.schedules[0], every=0.05)
    events = []

    async def invoke(name, event):
        events.append(event)
        raise FunctionFailedError("not today")

    async def play():
        task = asyncio.create_task(schedules.run(schedule, invoke, first=0.01))
        await until(lambda: len(events) > 2)
        task.cancel()

    asyncio.run(play())
    assert events[0]["detail-type"] == "Scheduled Event"
    assert "schedule Tick -> CollectorFunction failed: not today" in capsys.readouterr().err


def put(dynamodb, name="a"):
    dynamodb.put_item(TableName="ItemsTable", Item={"id": {"S": name}, "sort": {"S": "1"}})


class CountingStreams:
    """A client for streams that counts the reads."""

    def __init__(self, client):
        self.client = client
        self.reads = 0

    def __getattr__(self, name):
        return getattr(self.client, name)

    def get_records(self, **arguments):
        self.reads += 1
        return self.client.get_records(**arguments)


@pytest.mark.parametrize("window", [0.0, 0.05])
def test_an_invocation_wakes_the_streams(template, dynamodb, moto_url, monkeypatch, window):
    monkeypatch.setattr(streams, "POLL_SECONDS", 60)
    monkeypatch.setattr(streams, "WINDOW_PAUSE_SECONDS", 0.2)
    create_tables(dynamodb, template.tables)
    mapping = dataclasses.replace(template.streams[0], window=window)
    collector = Collector()
    client = CountingStreams(engine.dynamodb_streams(moto_url))

    async def play():
        delivery = Delivery(mapping, collector, 0.001)
        subscription = Subscription(mapping, dynamodb, client, delivery)
        task = asyncio.create_task(subscription.run())
        await until(lambda: client.reads == 1)
        await asyncio.sleep(0.1)
        put(dynamodb)
        for _ in range(10):
            subscription.wake()
            await asyncio.sleep(0.01)
        await until(lambda: collector.batches)
        await asyncio.sleep(0.1)
        reads = client.reads
        await asyncio.sleep(0.3)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return reads

    reads = asyncio.run(play())
    client.client.close()

    # Nothing is read while nothing happens. A window makes one read of many invocations.
    assert client.reads == reads
    assert reads <= (4 if window else 13)
    assert collector.batches


def test_each_invocation_of_a_pool_is_told(template):
    told = []

    async def play():
        pools = Pools(template.functions, Endpoints("http://127.0.0.1:1"), lambda: told.append(1))
        event = {"pathParameters": {"what": "plain"}}
        await pools.invoke("MisbehavingFunction", event)
        with pytest.raises(FunctionFailedError):
            await pools.invoke("MisbehavingFunction", {})
        await pools.close()

    asyncio.run(play())
    assert told == [1, 1]
