"""Connect to DynamoDB with boto3, with time limits and without unused parts of botocore.

A warm call spends nine tenths of its CPU time in botocore. So the client skips the work that it
does not need. `make bench` shows what each of these saves:

    no built-in handlers    they serve other services. For DynamoDB they only create a
                            ClientRequestToken, which `transact` does itself, and headers with the
                            number of retries
    fixed user agent        botocore renders its own user agent twice per call
    no parameter check      the tables write the requests, and DynamoDB refuses wrong ones
    no response model       a response stays JSON, and `table.decode` reads binary values

An incomplete response counts as a lost response. The parser compares its body with DynamoDB's
checksum. If they differ, boto3 retries the call, and after the last attempt an error is raised.
`RetryAttempts` counts such an attempt, so a write keeps its token when its response was cut.
"""

import json
import logging
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ResponseStreamingError
from botocore.parsers import ResponseParser, ResponseParserFactory

from agent_messaging import watch_garbage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "agent-messaging"
# What a call raises if DynamoDB does not answer, or answers with an error that is not handled.
UNANSWERED = (BotoCoreError, ClientError)
BOTO3_ATTEMPTS = 5  # boto3's default
REFUSED = 300  # the lowest HTTP status that is an error
CHECKSUM = "x-amz-crc32"  # a CRC-32 of the body's bytes as sent
# A code that boto3's standard mode retries. boto3's own checksum test retries too, but returns the
# last response even if it is cut.
CUT_CODE = "RequestTimeout"

# At each start botocore logs where it found the credentials and the endpoint.
_botocore = logging.getLogger("botocore")
_botocore.setLevel(max(logging.WARNING, logging.getLogger().level))


def _config(read_seconds: int, attempts: int) -> Config:
    return Config(
        connect_timeout=1,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        user_agent=NAME,
        parameter_validation=False,
    )


# A call takes at most 15 seconds (`longest_call`), and a function has 25. So a call that starts in
# the first 10 seconds ends in time.
CONFIG = _config(read_seconds=3, attempts=3)
# At most 5 seconds for the authorizer, for which API Gateway waits 10.
HURRIED_CONFIG = _config(read_seconds=1, attempts=2)


def longest_call(client: "DynamoDBClient") -> float:
    """Return the maximum seconds of a call, including boto3's retries and their pauses.

    Before its n-th retry boto3 waits up to 2 ** (n - 1) seconds:
    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
    """
    config: Any = client.meta.config
    attempts = (config.retries or {}).get("total_max_attempts", BOTO3_ATTEMPTS)
    pauses = 2 ** (attempts - 1) - 1
    return float(attempts * (config.connect_timeout + config.read_timeout) + pauses)


def connect(config: Config = CONFIG) -> "DynamoDBClient":
    """Return a client with these time limits."""
    session = botocore.session.Session(include_builtin_handlers=False)
    session.register_component("response_parser_factory", Parsers())
    client: DynamoDBClient = boto3.Session(botocore_session=session).client(
        "dynamodb", config=config
    )
    client.meta.events.register("after-call.dynamodb", _refuse_cut)
    watch_garbage()
    return client


def _refuse_cut(http_response: Any, parsed: Mapping[str, Any], **_: Any) -> None:
    """Raise an error if the last response was cut too. Its write may have happened."""
    if http_response.status_code < REFUSED and "Error" in parsed:
        raise ResponseStreamingError(error=parsed["Error"]["Message"])


class Parsers(ResponseParserFactory):
    """The component of a session that creates a client's parser."""

    def create_parser(self, protocol_name: str) -> Any:
        """Return a parser that leaves the JSON of a response unchanged."""
        return _Parser(super().create_parser(protocol_name))


class _Parser:
    """Leaves DynamoDB's responses unchanged, and lets botocore parse its errors."""

    def __init__(self, refusals: ResponseParser) -> None:
        self._refusals = refusals

    def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """Return the response with the metadata that botocore adds to all responses."""
        if response["status_code"] >= REFUSED:
            return self._refusals.parse(response, shape)
        headers = {name.lower(): value for name, value in response["headers"].items()}
        metadata = {
            "RequestId": headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": response["status_code"],
            "HTTPHeaders": headers,
        }
        return {**_content(response["body"], headers.get(CHECKSUM)), "ResponseMetadata": metadata}


def _content(body: bytes, checksum: str | None) -> Mapping[str, Any]:
    """Return the JSON object of a response, or an error that boto3 retries if it was cut."""
    if checksum is None or checksum == str(zlib.crc32(body)):
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        if isinstance(content, dict):
            return content
    return {"Error": {"Code": CUT_CODE, "Message": "the answer is incomplete"}}
