"""The streams in this process: each record once and in order, again when a function failed."""

import dataclasses

import pytest

from agent_messaging import clock
from local.in_process.functions import TEMPLATE
from local.in_process.streams import Streams
from local.instance import FunctionDiedError
from local.moto_data import FIRST_NUMBER

TABLE = "AgentOutboxTable"


@pytest.fixture
def seen():
    return []


@pytest.fixture
def mapping():
    return dataclasses.replace(
        TEMPLATE.streams[0], table=TABLE, filters=(), batch_size=3, bisect=False, max_retries=2
    )


@pytest.fixture
def streams(cloud, seen, mapping):
    def invoke(name, event):
        seen.append([each["dynamodb"]["Keys"]["entry"]["S"] for each in event["Records"]])

    return Streams([mapping], invoke)


def write(cloud, *names):
    for name in names:
        key = {"agent_id": {"S": "nova"}, "entry": {"S": name}}
        cloud.dynamodb.put_item(TableName=TABLE, Item=key)


def test_what_is_written_is_delivered_once_in_batches(cloud, streams, seen):
    write(cloud, *"abcde")

    assert [streams.step(), streams.pump(), streams.pump()] == [3, 2, 0]
    write(cloud, "f")
    assert (streams.pump("AgentsTable"), streams.pump(TABLE)) == (0, 1)
    assert seen == [["a", "b", "c"], ["d", "e"], ["f"]]


def test_a_crash_before_and_a_lost_answer_deliver_again(cloud, streams, seen):
    crashes = iter(["before", "after", None])

    def crash(mapping, event, call):
        when = next(crashes)
        if when == "before":
            raise FunctionDiedError("its process ended")
        answer = call()
        if when == "after":
            raise FunctionDiedError("its answer was lost")
        return answer

    streams.around = crash
    write(cloud, "a", "b")

    assert streams.pump() == 2
    assert seen == [["a", "b"], ["a", "b"]]
    assert not streams.letters


def test_what_keeps_failing_becomes_a_letter(cloud, streams, seen):
    def fail(mapping, event, call):
        call()
        raise ValueError("poison")

    streams.around = fail
    write(cloud, "a")
    streams.pump()

    assert seen == [["a"]] * 3
    assert [(each.attempts, each.reason) for each in streams.letters] == [(3, "ValueError: poison")]


def test_a_failed_assertion_of_a_test_is_no_failure_of_the_function(cloud, streams):
    def check(mapping, event, call):
        raise AssertionError("seen by the test")

    streams.around = check
    write(cloud, "a")

    with pytest.raises(AssertionError, match="seen by the test"):
        streams.pump()


def test_records_can_be_delivered_again_or_skipped(cloud, streams, seen):
    write(cloud, *"abc")
    streams.pump()
    streams.rewind(TABLE, 2)
    streams.pump()
    write(cloud, "d")
    streams.skip(TABLE)

    assert streams.pump() == 0
    assert seen == [["a", "b", "c"], ["b", "c"]]


def test_a_function_that_causes_its_own_records_never_rests(cloud, streams, monkeypatch):
    monkeypatch.setattr("local.in_process.streams.MOST_ROUNDS", 20)
    streams.around = lambda mapping, event, call: write(cloud, clock.to_text(clock.now()))
    write(cloud, "a")

    with pytest.raises(RuntimeError, match="not quiet after 20 batches"):
        streams.pump()


def test_numbers_and_images_are_those_of_a_stream(cloud, mapping):
    events = []
    streams = Streams([mapping], lambda name, event: events.append(event))
    write(cloud, "a", "b")
    streams.pump()

    records = events[0]["Records"]
    numbers = [int(each["dynamodb"]["SequenceNumber"]) for each in records]
    assert numbers == [FIRST_NUMBER, FIRST_NUMBER + 1]
    assert all(f"table/{TABLE}/stream/" in each["eventSourceARN"] for each in records)
    assert records[0]["dynamodb"]["NewImage"]["entry"] == {"S": "a"}


def test_the_template_s_streams_reach_its_functions(cloud):
    cloud.register("nova")
    cloud.register("boots")
    cloud.send("nova", "boots")

    assert cloud.pump() > 0
    assert cloud.pump() == 0
    assert not cloud.streams.letters
    assert cloud.items("MessagingStatsTable")
