"""Dead letters: what each kind says, and that none is lost that was not processed."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.dead_letters import Letter, Range, UnreplayableError, understood
from local.replay import Account, replay

STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/am-AgentMessagesTable-1/stream/2026-11-26T"
PROJECTOR = "arn:aws:lambda:eu-west-1:123456789012:function:am-ProjectorFunction-2"
ROLL_UP = "arn:aws:lambda:eu-west-1:123456789012:function:am-StatsRollUpFunction-3"
TICK = {"source": "aws.events", "time": "2026-11-26T19:00:00Z"}
OF_A_STREAM = {
    "requestContext": {
        "requestId": "r",
        "functionArn": PROJECTOR,
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 6,
    },
    "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None},
    "version": "1.0",
    "timestamp": "2026-11-26T19:00:00.000Z",
    "DDBStreamBatchInfo": {
        "shardId": "shard-1",
        "startSequenceNumber": "0000000000000000000011",
        "endSequenceNumber": "0000000000000000000013",
        "batchSize": 2,
        "streamArn": STREAM,
    },
}
OF_A_SCHEDULE = {
    "version": "1.0",
    "requestContext": {"functionArn": f"{ROLL_UP}:$LATEST", "condition": "RetriesExhausted"},
    "requestPayload": TICK,
    "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
    "responsePayload": {"errorMessage": "no"},
}


def test_a_letter_of_a_stream_holds_positions():
    records = Range(STREAM, "shard-1", "0000000000000000000011", "0000000000000000000013")
    expected = Letter("am-ProjectorFunction-2", None, records)
    assert understood(json.dumps(OF_A_STREAM), {}) == expected


def test_a_letter_of_a_function_that_failed_holds_its_event():
    expected = Letter("am-StatsRollUpFunction-3", TICK, None)
    assert understood(json.dumps(OF_A_SCHEDULE), {}) == expected


def test_a_letter_of_a_rule_is_the_event_and_names_the_function_beside_it():
    expected = Letter("am-StatsRollUpFunction-3", TICK, None)
    assert understood(json.dumps(TICK), {"TARGET_ARN": ROLL_UP}) == expected


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"requestPayload": {}}', "7"])
def test_what_is_of_no_known_kind_is_said_so(body: str):
    with pytest.raises(UnreplayableError, match="no kind"):
        understood(body, {})


class Queue:
    """A queue with the one rule that matters: what is received is hidden, not gone."""

    def __init__(self, *bodies: Any) -> None:
        self.visible = [
            {"MessageId": f"m{n}", "ReceiptHandle": f"h{n}", "Body": json.dumps(body)}
            for n, body in enumerate(bodies)
        ]
        self.hidden: dict[str, dict[str, Any]] = {}

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        taken, self.visible = self.visible[:2], self.visible[2:]
        self.hidden |= {each["ReceiptHandle"]: each for each in taken}
        return {"Messages": taken} if taken else {}

    def delete_message(self, **asked: Any) -> None:
        del self.hidden[asked["ReceiptHandle"]]

    def change_message_visibility(self, **asked: Any) -> None:
        if asked["ReceiptHandle"] not in self.hidden:
            raise ClientError({"Error": {"Code": "InvalidParameterValue"}}, "ChangeVisibility")
        self.visible.append(self.hidden.pop(asked["ReceiptHandle"]))


class Functions:
    """Functions that answer as told, the last answer over and over; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.events: list[tuple[str, Any]] = []

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.events.append((asked["FunctionName"], json.loads(asked["Payload"])))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return {"Payload": io.BytesIO(json.dumps(answer.get("result")).encode()), **answer}


class Streams:
    """A shard that holds records of these numbers, a page each."""

    class exceptions:  # noqa: N801 - as botocore names it
        class ResourceNotFoundException(Exception): ...  # noqa: N818

        class TrimmedDataAccessException(Exception): ...  # noqa: N818

    def __init__(self, *records: tuple[int, str]) -> None:
        self.records = records

    def get_shard_iterator(self, **asked: Any) -> dict[str, Any]:
        assert asked["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        if not self.records:
            raise self.exceptions.TrimmedDataAccessException
        first = int(asked["SequenceNumber"])
        return {"ShardIterator": min(n for n, _ in self.records if n >= first)}

    def get_records(self, *, ShardIterator: int, Limit: int) -> dict[str, Any]:  # noqa: N803
        page = [
            {"eventName": name, "dynamodb": {"SequenceNumber": f"{number:022d}"}}
            for number, name in self.records
            if number == ShardIterator
        ]
        return {"Records": page, "NextShardIterator": ShardIterator + 1}


def account(queue: Queue, functions: Functions, streams: Any = None) -> Account:
    names = {
        "am-AgentMessagesTable-1": "AgentMessagesTable",
        "am-ProjectorFunction-2": "ProjectorFunction",
        "am-StatsRollUpFunction-3": "StatsRollUpFunction",
    }
    return Account(queue, streams, functions, "url", names)


def left(queue: Queue) -> list[str]:
    assert not queue.hidden, "a letter is hidden from the next attempt"
    return sorted(each["MessageId"] for each in queue.visible)


def test_a_letter_that_is_processed_leaves_the_queue():
    queue, functions = Queue(OF_A_SCHEDULE, OF_A_SCHEDULE, OF_A_SCHEDULE), Functions({"result": {}})
    assert replay(account(queue, functions)).processed == 3
    assert left(queue) == []
    assert functions.events == [("am-StatsRollUpFunction-3", TICK)] * 3


@pytest.mark.parametrize(
    "failure",
    [
        {"FunctionError": "Unhandled", "result": {"errorMessage": "no"}},
        {"result": {"batchItemFailures": [{"itemIdentifier": "11"}]}},
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"),
    ],
)
def test_a_letter_that_fails_again_stays(failure: Any):
    queue = Queue(OF_A_SCHEDULE, OF_A_SCHEDULE)
    outcome = replay(account(queue, Functions(failure, {"result": {}})))
    assert (outcome.processed, outcome.kept) == (1, 1)
    assert left(queue) == ["m0"]


def test_a_letter_of_another_stack_or_of_no_kind_stays():
    other = {**OF_A_SCHEDULE, "requestContext": {"functionArn": f"{ROLL_UP}-of-another-stack"}}
    queue, functions = Queue(other, {"what": "ever"}), Functions({"result": {}})
    assert replay(account(queue, functions)).kept == 2
    assert left(queue) == ["m0", "m1"]
    assert functions.events == []


def test_when_it_ends_in_the_middle_every_letter_is_still_there():
    queue = Queue(OF_A_SCHEDULE, OF_A_SCHEDULE, OF_A_SCHEDULE)
    with pytest.raises(KeyboardInterrupt):
        replay(account(queue, Functions(KeyboardInterrupt())))
    assert left(queue) == ["m0", "m1", "m2"]


def test_records_are_read_again_from_first_to_last_and_filtered_as_the_mapping_does():
    start = int(OF_A_STREAM["DDBStreamBatchInfo"]["startSequenceNumber"])
    streams = Streams(
        (start - 1, "INSERT"),
        (start, "INSERT"),
        (start + 1, "MODIFY"),
        (start + 2, "INSERT"),
        (start + 3, "INSERT"),
    )
    queue, functions = Queue(OF_A_STREAM), Functions({"result": {"batchItemFailures": []}})
    assert replay(account(queue, functions, streams)).processed == 1
    ((function, event),) = functions.events
    assert function == "am-ProjectorFunction-2"
    numbers = [int(each["dynamodb"]["SequenceNumber"]) - start for each in event["Records"]]
    assert numbers == [0, 2]
    assert {each["eventSourceARN"] for each in event["Records"]} == {STREAM}


@pytest.mark.parametrize("records", [(), ((12, "INSERT"),)])
def test_a_letter_whose_records_have_left_the_stream_stays(records: Any):
    queue, functions = Queue(OF_A_STREAM), Functions({"result": {}})
    assert replay(account(queue, functions, Streams(*records))).kept == 1
    assert left(queue) == ["m0"]
    assert functions.events == []


def test_a_dry_run_changes_nothing():
    queue, functions = Queue(OF_A_SCHEDULE), Functions({"result": {}})
    assert replay(account(queue, functions), is_dry_run=True).kept == 1
    assert left(queue) == ["m0"]
    assert functions.events == []
