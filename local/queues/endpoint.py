"""Answer SQS's calls to send messages, in the JSON protocol that boto3 speaks.

It listens on a port of its own, beside the tables, and answers no web page. Messages leave the
queue only through mappings, so the calls to receive and delete are refused as unknown.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from local import asgi, origin
from local.asgi import ClientGoneError, Receive, RequestTooLargeError, Scope, Send
from local.queues.mapping import md5
from local.queues.model import MAX_DELAY_SECONDS
from local.queues.queues import Queues, RunningQueue
from local.responses import Response

TARGET = "AmazonSQS."
MOST_ENTRIES = 10
MAX_BYTES = 1024 * 1024
# The characters that a message may not have.
INVALID = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class RefusedError(Exception):
    """SQS would refuse the call. The first argument is its error code."""


class Endpoint:
    """The ASGI application."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            body = await asgi.read_body(scope, receive)
            answer = await self._answer(dict(scope["headers"]), body)
        except ClientGoneError:
            return
        except RequestTooLargeError as error:
            answer = _error("RequestTooLong", str(error))
        except RefusedError as error:
            answer = _error(*error.args)
        await asgi.send_response(scope, send, answer)

    async def _answer(self, headers: Mapping[bytes, bytes], body: bytes) -> Response:
        if not origin.is_of_a_tool(headers):
            raise RefusedError("AccessDenied", "Only tools on this machine may use this queue.")
        operation = headers.get(b"x-amz-target", b"").decode("latin-1").removeprefix(TARGET)
        try:
            request = json.loads(body)
        except ValueError:
            raise RefusedError("InvalidParameterValue", "The body is not JSON.") from None
        queue = self._queue(request)
        match operation:
            case "SendMessage":
                return _json(200, await _send(queue, request))
            case "SendMessageBatch":
                return _json(200, await _send_batch(queue, request))
        raise RefusedError("InvalidAction", f"The local server does not support {operation}.")

    def _queue(self, request: Mapping[str, Any]) -> RunningQueue:
        name = str(request.get("QueueUrl", "")).rpartition("/")[2]
        queue = self._queues.get(name)
        if queue is None:
            raise RefusedError("QueueDoesNotExist", f"There is no queue {name}.")
        return queue


async def _send(queue: RunningQueue, request: Mapping[str, Any]) -> dict[str, Any]:
    body, delay = request.get("MessageBody", ""), request.get("DelaySeconds")
    if not body or len(body.encode(errors="replace")) > MAX_BYTES:
        raise RefusedError("InvalidParameterValue", "MessageBody has 1 byte to 1 MiB.")
    if found := INVALID.search(body):
        raise RefusedError("InvalidMessageContents", f"U+{ord(found[0]):04X} is not allowed.")
    if delay is not None and not 0 <= delay <= MAX_DELAY_SECONDS:
        raise RefusedError("InvalidParameterValue", f"DelaySeconds is 0 to {MAX_DELAY_SECONDS}.")
    message = await queue.send(body, request.get("MessageGroupId"), delay)
    return {"MessageId": message.id, "MD5OfMessageBody": md5(body)}


async def _send_batch(queue: RunningQueue, request: Mapping[str, Any]) -> dict[str, Any]:
    entries = request.get("Entries") or []
    if not entries:
        raise RefusedError("EmptyBatchRequest", "There are no entries.")
    if len(entries) > MOST_ENTRIES:
        raise RefusedError("TooManyEntriesInBatchRequest", f"At most {MOST_ENTRIES} are allowed.")
    if len({each["Id"] for each in entries}) < len(entries):
        raise RefusedError("BatchEntryIdsNotDistinct", "Two entries have the same Id.")
    sent: dict[str, list[dict[str, Any]]] = {"Successful": [], "Failed": []}
    for entry in entries:
        try:
            sent["Successful"].append({"Id": entry["Id"], **await _send(queue, entry)})
        except RefusedError as error:
            code, text = error.args
            failure = {"Id": entry["Id"], "SenderFault": True, "Code": code, "Message": text}
            sent["Failed"].append(failure)
    return sent


def _error(code: str, message: str) -> Response:
    return _json(400, {"__type": f"com.amazonaws.sqs#{code}", "message": message})


def _json(status: int, content: Mapping[str, Any]) -> Response:
    headers = (("content-type", "application/x-amz-json-1.0"),)
    return Response(status, headers, json.dumps(content).encode())
