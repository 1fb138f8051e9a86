"""Dead letters: what each kind says, and that none is lost that was not processed."""

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local.dead_letters import (
    OF_A_SCHEDULE,
    OF_A_STREAM,
    ROLL_UP,
    STREAM,
    TICK,
    Functions,
    Queue,
    Streams,
    account,
    left,
)
from tools.operating.dead_letters import DeadLetter, Range, RedriveError, parse
from tools.operating.redrive import Account, redrive


def test_a_dead_letter_of_a_stream_holds_positions():
    table, first, last = "am-AgentMessagesTable-1", "0" * 20 + "11", "0" * 20 + "13"
    records = Range(STREAM, table, "shard-1", first, last)
    expected = DeadLetter("am-ProjectorFunction-2", None, records)
    assert parse(json.dumps(OF_A_STREAM), {}) == expected


def test_a_dead_letter_of_a_function_that_failed_holds_its_event():
    expected = DeadLetter("am-StatsRollUpFunction-3", TICK, None)
    assert parse(json.dumps(OF_A_SCHEDULE), {}) == expected


def test_a_dead_letter_of_a_rule_is_the_event_and_names_the_function_beside_it():
    expected = DeadLetter("am-StatsRollUpFunction-3", TICK, None)
    assert parse(json.dumps(TICK), {"TARGET_ARN": ROLL_UP}) == expected


def odd(dead_letter: dict[str, Any], **changed: Any) -> str:
    return json.dumps({**dead_letter, **changed})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        "7",
        "[" * 100_000,
        '{"requestPayload": {}}',
        odd(OF_A_SCHEDULE, requestPayload=None),
        odd(OF_A_SCHEDULE, requestPayload=[TICK]),
        odd(OF_A_SCHEDULE, requestContext={"functionArn": "arn:aws:lambda"}),
        odd(OF_A_SCHEDULE, requestContext={"functionArn": 7}),
        odd(OF_A_SCHEDULE, requestContext=[]),
        odd(OF_A_STREAM, DDBStreamBatchInfo=None),
        odd(
            OF_A_STREAM, DDBStreamBatchInfo={**OF_A_STREAM["DDBStreamBatchInfo"], "streamArn": "x"}
        ),
        odd(OF_A_STREAM, DDBStreamBatchInfo={**OF_A_STREAM["DDBStreamBatchInfo"], "streamArn": 7}),
        odd(OF_A_STREAM, KinesisBatchInfo={}, DDBStreamBatchInfo={"shardId": "shard-1"}),
    ],
)
def test_what_is_of_no_known_kind_is_said_so(body: str):
    with pytest.raises(RedriveError, match="format is unknown"):
        parse(body, {})


def test_an_event_that_is_no_object_is_of_no_known_kind():
    with pytest.raises(RedriveError, match="format is unknown"):
        parse("[]", {"TARGET_ARN": ROLL_UP})


def test_a_dead_letter_that_is_processed_leaves_the_queue():
    queue, functions = Queue(OF_A_SCHEDULE, OF_A_SCHEDULE, OF_A_SCHEDULE), Functions({"result": {}})
    assert redrive(account(queue, functions)).processed == 3
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
def test_a_dead_letter_that_fails_again_stays(failure: Any):
    queue = Queue(OF_A_SCHEDULE, OF_A_SCHEDULE)
    outcome = redrive(account(queue, Functions(failure, {"result": {}})))
    assert (outcome.processed, outcome.kept) == (1, 1)
    assert left(queue) == ["m0"]


def test_a_dead_letter_of_another_stack_or_of_no_kind_stays():
    other = {**OF_A_SCHEDULE, "requestContext": {"functionArn": f"{ROLL_UP}-of-another-stack"}}
    queue, functions = Queue(other, {"what": "ever"}), Functions({"result": {}})
    assert redrive(account(queue, functions)).kept == 2
    assert left(queue) == ["m0", "m1"]
    assert functions.events == []


def test_when_it_ends_in_the_middle_every_dead_letter_is_still_there():
    queue = Queue(OF_A_SCHEDULE, OF_A_SCHEDULE, OF_A_SCHEDULE)
    with pytest.raises(KeyboardInterrupt):
        redrive(account(queue, Functions(KeyboardInterrupt())))
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
    assert redrive(account(queue, functions, streams)).processed == 1
    ((function, event),) = functions.events
    assert function == "am-ProjectorFunction-2"
    numbers = [int(each["dynamodb"]["SequenceNumber"]) - start for each in event["Records"]]
    assert numbers == [0, 2]
    assert {each["eventSourceARN"] for each in event["Records"]} == {STREAM}


@pytest.mark.parametrize("records", [(), ((12, "INSERT"),)])
def test_a_dead_letter_whose_records_have_left_the_stream_stays(records: Any):
    queue, functions = Queue(OF_A_STREAM), Functions({"result": {}})
    assert redrive(account(queue, functions, Streams(*records))).kept == 1
    assert left(queue) == ["m0"]
    assert functions.events == []


def test_a_dry_run_changes_nothing():
    queue, functions = Queue(OF_A_SCHEDULE), Functions({"result": {}})
    assert redrive(account(queue, functions), is_dry_run=True).kept == 1
    assert left(queue) == ["m0"]
    assert functions.events == []


OF_A_QUEUE = {"webhook_id": "whk_1", "event_id": "evt_1"}
SOURCE = "arn:aws:sqs:eu-west-1:123456789012:am-WebhooksQueue-4"


def test_a_dead_letter_of_a_queue_is_the_message_and_names_the_queue_beside_it():
    body = json.dumps(OF_A_QUEUE)
    found = parse(body, {"DeadLetterQueueSourceArn": SOURCE, "MessageId": "m0"})
    assert (found.function, found.is_of_a_queue) == ("am-WebhooksQueue-4", True)
    (record,) = found.event["Records"]
    assert (record["messageId"], record["body"]) == ("m0", body)


class FromAQueue(Queue):
    """A queue of dead letters that come from another queue."""

    source = SOURCE

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        assert asked["MessageSystemAttributeNames"] == ["DeadLetterQueueSourceArn"]
        answer = super().receive_message(**asked)
        for message in answer.get("Messages", []):
            message["Attributes"] = {"DeadLetterQueueSourceArn": self.source}
        return answer


def of_queues(queue: Queue, functions: Functions) -> Account:
    names = {
        "https://sqs.eu-west-1.amazonaws.com/123456789012/am-WebhooksQueue-4": "WebhooksQueue",
        "am-WebhookSenderFunction-5": "WebhookSenderFunction",
    }
    return replace(account(queue, functions), names=names)


def test_a_message_of_the_webhooks_goes_to_their_sender_again():
    queue, functions = FromAQueue(OF_A_QUEUE), Functions({"result": {"batchItemFailures": []}})
    assert redrive(of_queues(queue, functions)).processed == 1
    (called,) = functions.events
    assert called[0] == "am-WebhookSenderFunction-5"
    assert json.loads(called[1]["Records"][0]["body"]) == OF_A_QUEUE
    assert left(queue) == []


def test_a_message_of_a_queue_that_nothing_reads_stays():
    queue = FromAQueue(OF_A_QUEUE)
    queue.source = SOURCE.replace("WebhooksQueue", "OtherQueue")
    assert redrive(of_queues(queue, Functions({"result": {}}))).kept == 1
