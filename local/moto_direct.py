"""Take requests straight to moto's DynamoDB, and write its answers straight, with the same bytes.

moto looks for the service of each request among the addresses of all services. It reads each
request as a form, as a query and as JSON, and walks the model of each answer twice. DynamoDB has
one address and one form, and what it answers is JSON already.
"""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlparse

from moto.core.botocore_stubber import BotocoreStubber
from moto.core.request import normalize_request
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model, utcnow
from moto.dynamodb import responses
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.models.utilities import dynamo_to_dict
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from moto.utilities.utils import get_partition
from werkzeug.http import http_date

from local.moto_replace import Method, replace

ADDRESS = re.compile(r"https?://(streams\.)?dynamodb\.([a-z]+-[a-z]+-\d)\.amazonaws\.com/?")
# Their answers are items and numbers. Others have times, which moto writes in a way of its own.
OF_ITEMS = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
CONSUMED = "ConsumedCapacity"
CAPACITY = ("TableName", "CapacityUnits", "ReadCapacityUnits", "WriteCapacityUnits", "Table")
CONTENT_TYPE = "application/x-amz-json-1.0"
AS_IT_IS = frozenset({str, bool, int, float, bytes, type(None)})
PLAIN_TYPES = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})
BINARY_TYPES = frozenset({"B", "BS"})


@functools.lru_cache(1000)
def region_of(url: str) -> str | None:
    """Return the region of an address of DynamoDB or its streams, or None for any other."""
    match = ADDRESS.fullmatch(url)
    return match[2] if match else None


@functools.lru_cache(1000)
def handler_of(url: str) -> type[BaseResponse]:
    """Return the handler of such an address."""
    match = ADDRESS.fullmatch(url)
    return DynamoDBStreamsHandler if match and match[1] else DynamoHandler


def straight(process: Method) -> Method:
    """Hand a request to DynamoDB at once. moto tries the addresses of all services."""

    def answer(self: BotocoreStubber, request: Any) -> Any:
        if request.method != "POST" or region_of(request.url) is None:
            return process(self, request)
        normalized = normalize_request(request)
        handler = handler_of(request.url)
        return handler.dispatch(normalized, normalized.raw_url, normalized.headers)

    return answer


def set_up_once(set_up: Method) -> Method:
    """Read a request as what it is, JSON. moto tries whether it is a form or a query."""

    def prepare(self: BaseResponse, request: Any, *given: Any, **named: Any) -> None:
        url = given[0] if given and given[0] else request.raw_url
        region = region_of(url)
        if region is None or request.content_encoding is not None or len(named) > 0:
            set_up(self, request, *given, **named)
            return
        self.is_werkzeug_request = request.from_wsgi_server
        self.normalized_request, self.parsed_url = request, urlparse(url)
        self.headers, self.method, self.uri = request.headers, request.method, url
        self.path = self.raw_path = self.parsed_url.path
        self.querystring = self.data = {}
        self.region, self.partition = region, get_partition(region)
        self.uri_match = {}
        if isinstance(self, DynamoDBStreamsHandler):
            self.body = request.data.decode()
        self.response_headers = {"server": "amazon.com"}
        if not self.is_werkzeug_request:
            self.response_headers["date"] = http_date(utcnow())
        self.parse_parameters(request)
        self.access_key = self.get_access_key()
        self.current_account = self.get_current_account()

    return prepare


def plain(as_plain: Method) -> Method:
    """Return an answer with its values as JSON has them. moto asks each for a dozen things."""

    def convert(value: Any) -> Any:
        kind = type(value)
        if kind in AS_IT_IS:
            return value
        if kind is DynamoType and value.type not in BINARY_TYPES:
            # Most values have nothing inside.
            return {value.type: value.value if value.type in PLAIN_TYPES else convert(value.value)}
        if kind is dict or kind is LimitedSizeDict:
            return {name: convert(each) for name, each in value.items()}
        if kind is list:
            return [convert(each) for each in value]
        return as_plain(value)

    return convert


@functools.cache
def members_of(operation: str) -> tuple[str, ...]:
    """Return the members of an operation's answer, in the order in which they are written."""
    shape = get_service_model("dynamodb").operation_model(operation).output_shape
    return () if shape is None else tuple(getattr(shape, "members", ()))


def written_straight(serialize: Method) -> Method:
    """Write an answer of items as it is, with bytes in base64. moto walks its model first."""

    def write(self: DynamoHandler, action_result: ActionResult) -> Any:
        operation = self._get_action()
        result = action_result.result
        if operation not in OF_ITEMS or type(result) is not dict:
            return serialize(self, action_result)
        body = json.dumps(_present(result, operation), default=_encoded)
        return 200, {"Content-Type": CONTENT_TYPE, **self.response_headers}, body

    return write


def _present(result: Mapping[str, Any], operation: str) -> dict[str, Any]:
    members = members_of(operation)
    present = {name: result[name] for name in members if result.get(name) is not None}
    if CONSUMED in present:
        present[CONSUMED] = _capacity(present[CONSUMED])
    return present


def _capacity(consumed: Any) -> Any:
    """Return the units as the model has them: in its order, and as decimal numbers."""
    if type(consumed) is list:
        return [_capacity(each) for each in consumed]
    if type(consumed) is dict:
        names = [name for name in CAPACITY if name in consumed]
        return {name: _capacity(consumed[name]) for name in dict.fromkeys([*names, *consumed])}
    return float(consumed) if type(consumed) is int else consumed


def _encoded(value: Any) -> str:
    if type(value) is bytes:
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value)} is no attribute value")


def go_straight() -> None:
    """Replaces the parts of moto named above."""
    replace(BotocoreStubber, "process_request", straight(BotocoreStubber.process_request))
    for handler in (DynamoHandler, DynamoDBStreamsHandler):
        replace(handler, "setup_class", set_up_once(BaseResponse.setup_class))
    replace(responses, "dynamo_to_dict", plain(dynamo_to_dict))
    replace(DynamoHandler, "serialized", written_straight(BaseResponse.serialized))
