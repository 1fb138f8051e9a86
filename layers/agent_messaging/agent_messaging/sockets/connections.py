"""Send frames to connections of the WebSocket API, and close connections.

API Gateway has a call for each. A caller sends the frames for one connection one after another,
because parallel calls may arrive in another order. The client is created with the first frame.
Most invocations of the agents' function never need it.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from agent_messaging.storage import units
from agent_messaging.storage.connection import NAME
from agent_messaging.storage.table import wait
from agent_messaging.storage.tally import TALLY

OVERRIDE = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"
ATTEMPTS = 3  # for one frame
GONE = 410
# One attempt takes three seconds at most, so that a connection that hangs delays nobody for long.
CONFIG = Config(
    connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}, user_agent=NAME
)


class ConnectionGoneError(Exception):
    """The connection is closed."""


class ConnectionFailedError(Exception):
    """API Gateway did not take a frame. Whether the client has it is unknown."""


class Connections:
    """The connections of one stage of the WebSocket API, at its management endpoint."""

    def __init__(self, endpoint: str, region: str | None = None) -> None:
        # Empty means not set, as for DynamoDB.
        self._endpoint = os.environ.get(OVERRIDE) or endpoint
        self._region = region  # None means the one of the environment
        self._client: Any = None

    def post(self, connection_id: str, frame: str, attempts: int = ATTEMPTS) -> None:
        """Send a frame.

        Raises:
            ConnectionGoneError: the connection is closed.
            ConnectionFailedError: no attempt was answered with success.
        """
        for attempt in range(attempts):
            if attempt:
                wait(attempt)
            try:
                self.client.post_to_connection(ConnectionId=connection_id, Data=frame.encode())
            except ClientError as error:
                _raise_if_gone(error)
            except BotoCoreError:
                continue
            else:
                TALLY.add(units.PUSHED_FRAME)
                return
        raise ConnectionFailedError

    def close(self, connection_id: str) -> None:
        """Close a connection.

        Raises:
            ConnectionGoneError: it is closed already.
            ConnectionFailedError: API Gateway did not answer.
        """
        try:
            self.client.delete_connection(ConnectionId=connection_id)
        except ClientError as error:
            _raise_if_gone(error)
            raise ConnectionFailedError from error
        except BotoCoreError as error:
            raise ConnectionFailedError from error

    @property
    def client(self) -> Any:
        """boto3's client, created once. Ask for it before threads share it."""
        if self._client is None:
            self._client = boto3.client(
                "apigatewaymanagementapi",
                region_name=self._region,
                endpoint_url=self._endpoint,
                config=CONFIG,
            )
        return self._client


def _raise_if_gone(error: ClientError) -> None:
    answer: Any = error.response
    if answer.get("ResponseMetadata", {}).get("HTTPStatusCode") == GONE:
        raise ConnectionGoneError from None
