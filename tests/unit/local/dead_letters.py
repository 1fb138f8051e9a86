"""Dead letters as the three services write them, and fakes of the clients that a redrive uses."""

import io
import json
from typing import Any

from botocore.exceptions import ClientError

from tools.operating.redrive import Account

STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/am-AgentMessagesTable-1/stream/2026-11-26T"
PROJECTOR = "arn:aws:lambda:eu-west-1:123456789012:function:am-ProjectorFunction-2"
ROLL_UP = "arn:aws:lambda:eu-west-1:123456789012:function:am-StatsRollUpFunction-3"
TICK = {"source": "aws.events", "time": "2026-11-26T19:00:00Z"}
OF_A_STREAM = {
    "requestContext": {
        "requestId": "r",
        "functionArn": f"{PROJECTOR}:live",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 6,
    },
    "responseContext": {"statusCode": 200, "executedVersion": "7", "functionError": None},
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
    "requestContext": {"functionArn": f"{ROLL_UP}:live", "condition": "RetriesExhausted"},
    "requestPayload": TICK,
    "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
    "responsePayload": {"errorMessage": "no"},
}


class Queue:
    """A queue with the rules that matter: what is received is hidden for its time, not gone.

    Received again, a message has another handle, and the one before deletes nothing. A queue keeps
    no order: this one gives first what it has given before. Time passes as `seconds` is made to.
    """

    def __init__(self, *bodies: Any) -> None:
        self.bodies = {f"m{n}": json.dumps(body) for n, body in enumerate(bodies)}
        self.handles = dict.fromkeys(self.bodies, "")
        self.hidden_until = dict.fromkeys(self.bodies, 0.0)
        self.seconds = 0.0
        self.received = 0

    @property
    def visible(self) -> list[str]:
        """Whom the queue would give now."""
        return [each for each in self.bodies if self.hidden_until[each] <= self.seconds]

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        taken = sorted(self.visible, key=self.hidden_until.__getitem__, reverse=True)
        messages = []
        for name in taken[: asked["MaxNumberOfMessages"]]:
            self.received += 1
            self.handles[name] = f"h{self.received}"
            self.hidden_until[name] = self.seconds + asked["VisibilityTimeout"]
            handle, body = self.handles[name], self.bodies[name]
            messages.append({"MessageId": name, "ReceiptHandle": handle, "Body": body})
        return {"Messages": messages} if messages else {}

    def delete_message(self, **asked: Any) -> None:
        if (name := self._of(asked["ReceiptHandle"])) is not None:
            del self.bodies[name], self.handles[name], self.hidden_until[name]

    def change_message_visibility(self, **asked: Any) -> None:
        if (name := self._of(asked["ReceiptHandle"])) is None:
            raise ClientError({"Error": {"Code": "InvalidParameterValue"}}, "ChangeVisibility")
        self.hidden_until[name] = self.seconds + asked["VisibilityTimeout"]

    def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
        hidden = len(self.bodies) - len(self.visible)
        return {"Attributes": {"ApproximateNumberOfMessagesNotVisible": str(hidden)}}

    def _of(self, handle: str) -> str | None:
        return next((name for name, held in self.handles.items() if held == handle), None)


class Functions:
    """Functions that answer as told, the last answer over and over; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.events: list[tuple[str, Any]] = []
        self.payloads: list[bytes] = []

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.payloads.append(asked["Payload"])
        assert asked["Qualifier"] == "live"
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
            {
                "eventName": name,
                "dynamodb": {
                    "Keys": {"recipient_id": {"S": "boots"}, "message_id": {"S": "msg_1"}},
                    "SequenceNumber": f"{number:022d}",
                },
            }
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
    """Return the dead letters that stay. None of them is hidden."""
    assert queue.visible == list(queue.bodies)
    return queue.visible
