"""The connection to DynamoDB: boto3's client with time limits, and without what is never used.

A warm call spends nine tenths of its CPU in botocore. So nothing is done twice there or for other
services; each of these was kept because `make bench` shows what it saves:

    no built-in handlers    they serve other services; what they do for DynamoDB is to make up a
                            ClientRequestToken, which `transact` brings, and headers that say how
                            often a call was repeated
    one name                what the client calls itself is rendered twice per call otherwise
    no parameter check      the tables write the requests; DynamoDB refuses what is wrong with one
    no answer's model       an answer is JSON and stays it; `table.decode` reads what is binary

An answer that arrives incomplete is a lost answer. The parser holds its body against DynamoDB's
checksum; boto3 repeats the call, and the last failure is raised. The attempt counts as a repeated
one in `RetryAttempts`, so a write whose answer was cut keeps its token.
"""

import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ResponseStreamingError
from botocore.parsers import ResponseParser, ResponseParserFactory

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "agent-messaging"
BOTO3_ATTEMPTS = 5  # of a client that was not told how many
REFUSED = 300  # from this HTTP status on
CHECKSUM = "x-amz-crc32"  # of the body's bytes as they were sent
# One of the codes that boto3's standard mode repeats; its own checksum test repeats too, but hands
# out what came last as if it were the answer.
CUT_CODE = "RequestTimeout"


def _config(read_seconds: int, attempts: int) -> Config:
    return Config(
        connect_timeout=1,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        user_agent=NAME,
        parameter_validation=False,
    )


# A call takes 15 seconds at the worst (`longest_call`); a function has 25, so it ends in time if it
# begins in the first 10.
CONFIG = _config(read_seconds=3, attempts=3)
# And 5 seconds where API Gateway waits for 10, as it does for the authorizer.
HURRIED_CONFIG = _config(read_seconds=1, attempts=2)


def longest_call(client: "DynamoDBClient") -> float:
    """How many seconds a call takes at the worst, boto3's own attempts and their pauses included.

    Before its n-th repetition boto3 waits up to 2 ** (n - 1) seconds:
    https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
    """
    config: Any = client.meta.config
    attempts = (config.retries or {}).get("total_max_attempts", BOTO3_ATTEMPTS)
    pauses = 2 ** (attempts - 1) - 1
    return float(attempts * (config.connect_timeout + config.read_timeout) + pauses)


def connect(config: Config = CONFIG) -> "DynamoDBClient":
    """A client with these time limits."""
    session = botocore.session.Session(include_builtin_handlers=False)
    session.register_component("response_parser_factory", Parsers())
    client: DynamoDBClient = boto3.Session(botocore_session=session).client(
        "dynamodb", config=config
    )
    client.meta.events.register("after-call.dynamodb", _refuse_cut)
    return client


def _refuse_cut(http_response: Any, parsed: Mapping[str, Any], **_: Any) -> None:
    """Raise for a call whose last answer was cut too; like a time-out, it may have happened."""
    if http_response.status_code < REFUSED and "Error" in parsed:
        raise ResponseStreamingError(error=parsed["Error"]["Message"])


class Parsers(ResponseParserFactory):
    """The component of a session that makes the parser of a client."""

    def create_parser(self, protocol_name: str) -> Any:
        """One that leaves an answer's JSON as it came."""
        return _Parser(super().create_parser(protocol_name))


class _Parser:
    """DynamoDB's answers as they came; refusals as botocore understands them."""

    def __init__(self, refusals: ResponseParser) -> None:
        self._refusals = refusals

    def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """The answer, with the metadata that botocore adds to any."""
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
    """The JSON object of an answer, or an error that boto3 repeats if the body is not whole."""
    if checksum is None or checksum == str(zlib.crc32(body)):
        try:
            content = json.loads(body)
        except ValueError:
            content = None
        if isinstance(content, dict):
            return content
    return {"Error": {"Code": CUT_CODE, "Message": "the answer is incomplete"}}
