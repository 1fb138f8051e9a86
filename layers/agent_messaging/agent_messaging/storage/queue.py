"""Send messages to an SQS queue, ten in one call where there are several.

The client is created at the first message, because most invocations send none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from agent_messaging.storage.connection import CONFIG

BATCH = 10  # the maximum of one SendMessageBatch
MAX_DELAY_SECONDS = 900


class QueueError(Exception):
    """SQS did not take a message. `sent` says how many messages before it were taken."""

    def __init__(self, sent: int) -> None:
        super().__init__("SQS did not take a message")
        self.sent = sent


@dataclass(frozen=True)
class QueueMessage:
    """A message. Messages of one `group` wait for each other's turn, and not for other groups."""

    body: str
    group: str
    delay_seconds: int = 0
    """At most 900."""


class Queue:
    """A standard queue. Its messages have groups, so that SQS treats the groups fairly."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The client of SQS."""
        if self._client is None:
            self._client = boto3.Session().client("sqs", config=CONFIG)
        return self._client

    def send(self, messages: Sequence[QueueMessage]) -> None:
        """Send messages in this order.

        Raises:
            QueueError: SQS did not take all of them. Some of the rest may have been taken too.
        """
        for start in range(0, len(messages), BATCH):
            entries = [
                _entry(number, each) for number, each in enumerate(messages[start : start + BATCH])
            ]
            try:
                answer = self.client.send_message_batch(QueueUrl=self.url, Entries=entries)
            except (BotoCoreError, ClientError) as error:
                raise QueueError(start) from error
            failed = [int(each["Id"]) for each in answer.get("Failed", [])]
            if failed:
                raise QueueError(start + min(failed))


def _entry(number: int, message: QueueMessage) -> Mapping[str, Any]:
    return {
        "Id": str(number),
        "MessageBody": message.body,
        "MessageGroupId": message.group,
        "DelaySeconds": message.delay_seconds,
    }
