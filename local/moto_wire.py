"""Make moto read and write DynamoDB's JSON faster, with the same answers.

moto walks the model of each request and answer. It looks for ten members in each attribute value,
of which one is there. Here, a value stays as it is, and only bytes are converted.
"""

from __future__ import annotations

import base64
import functools
import io
import string
import sys
from collections.abc import Callable
from typing import Any

from moto import backend_index
from moto.core import responses
from moto.core.parse import BaseJSONParser
from moto.core.request import Request, environ_key_for_header
from moto.core.serialize import BaseJSONSerializer, ResponseSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb.responses import DynamoHandler
from moto.moto_api._internal import mock_random

from local.moto_replace import Method, replace

ID_CHARACTERS = string.ascii_letters + string.digits


class _OtherFormError(Exception):
    """A value is not as DynamoDB writes it. moto decides what that means."""


def plain_members(get_value: Method) -> Method:
    """Look up each member of an answer by one name. moto tries a dozen."""

    def get(self: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
        service = self.operation_model.service_model
        if type(value) is dict and service is not None and service.service_name == "dynamodb":
            return value.get(key)
        return get_value(self, value, key, shape)

    return get


def whole_values(serialize: Method) -> Method:
    """Write an attribute value as it is, with bytes in base64. moto tries all ten members."""

    def write(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and key:
            try:
                serialized[key] = converted(value, bytes, _encoded)
            except _OtherFormError:
                pass
            else:
                return
        serialize(self, serialized, value, shape, key)

    return write


def whole_arguments(parse: Method) -> Method:
    """Read an attribute value as it is, with bytes from base64. moto tries all ten members."""

    def read(self: Any, shape: Any, value: Any) -> Any:
        if shape.name == "AttributeValue":
            try:
                return converted(value, str, self._blob_parser)
            except _OtherFormError:
                pass
        return parse(self, shape, value)

    return read


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def converted(value: Any, binary: type, convert: Callable[[Any], Any]) -> dict[str, Any]:
    """Return an attribute value with its binary parts converted."""
    if type(value) is not dict or len(value) != 1:
        raise _OtherFormError
    ((kind, content),) = value.items()
    form = type(content)
    if (kind in ("S", "N") and form is str) or (kind in ("BOOL", "NULL") and form is bool):
        return value
    if kind == "M" and form is dict:
        return {kind: {name: converted(each, binary, convert) for name, each in content.items()}}
    if kind == "L" and form is list:
        return {kind: [converted(each, binary, convert) for each in content]}
    if kind in ("SS", "NS") and form is list and all(type(each) is str for each in content):
        return value
    if kind == "B" and form is binary:
        return {kind: convert(content)}
    if kind == "BS" and form is list and all(type(each) is binary for each in content):
        return {kind: [convert(each) for each in content]}
    raise _OtherFormError


def plain_requests(build: Method) -> Method:
    """Make a request from the one before it to the same address. moto makes each from nothing."""

    @functools.cache
    def pattern(cls: Any, url: str) -> dict[str, Any]:
        environ: dict[str, Any] = build(cls, "POST", url, {}, b"").environ
        return environ

    def make(cls: Any, method: str, url: str, headers: Any, body: Any = None) -> Any:
        names = [name.lower() for name in headers]
        is_plain = len(set(names)) == len(names) and "_" not in "".join(names)
        is_plain = is_plain and "transfer-encoding" not in names
        if not (method == "POST" and type(body) is bytes and is_plain):
            return build(cls, method, url, headers, body)
        environ = {**pattern(cls, url), "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr}
        for name, value in headers.items():
            text = value.decode() if isinstance(value, bytes) else value
            environ[environ_key_for_header(name)] = text
        environ["CONTENT_LENGTH"] = str(len(body))
        return cls(environ)

    return make


def enrich(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
    """Add a request id, drawn at once. moto also looks for one in the body, as if it were XML."""
    if "status" in headers:
        headers["status"] = str(headers["status"])
    headers["x-amzn-requestid"] = "".join(mock_random.choices(ID_CHARACTERS, k=52))
    return headers, body


def speed_up_requests() -> None:
    """Replaces the parts of moto named above."""
    replace(ResponseSerializer, "get_value", plain_members(ResponseSerializer.get_value))
    structure = "_serialize_type_structure"
    replace(BaseJSONSerializer, structure, whole_values(getattr(BaseJSONSerializer, structure)))
    replace(BaseJSONParser, "_parse_structure", whole_arguments(BaseJSONParser._parse_structure))
    build = plain_requests(Request.from_primitives.__func__)  # type: ignore[attr-defined]
    replace(Request, "from_primitives", classmethod(build))
    replace(DynamoHandler, "_enrich_response", staticmethod(enrich))
    # moto lists the methods of the class anew for every request.
    replace(responses, "method_names_from_class", functools.cache(method_names_from_class))
    # moto tries the address patterns of all services in order, for every request.
    backend_index.backend_url_patterns.sort(key=lambda each: not each[0].startswith("dynamodb"))
