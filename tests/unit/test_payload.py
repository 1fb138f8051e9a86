import base64
import gzip
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging.door import payload
from agent_messaging.errors import (
    AgentMessagingError,
    ContentEncodingError,
    InvalidError,
    MalformedError,
    MediaTypeError,
    TooLargeError,
)

JSON = {"content-type": "application/json"}


def read(body: str | None, **event: Any) -> dict[str, Any]:
    return payload.json_object({"headers": JSON, "body": body, **event}, 1000)


def test_an_object_is_read_with_exact_numbers():
    assert read('{"a": 0.1, "b": 1e2, "c": 12345678901234567890}') == {
        "a": Decimal("0.1"),
        "b": Decimal("1E+2"),
        "c": 12345678901234567890,
    }


@pytest.mark.parametrize("event", [{}, {"body": None}, {"body": ""}])
def test_no_body_is_an_empty_object_of_any_type(event: dict[str, Any]):
    assert payload.json_object({"headers": {}, **event}, 10) == {}


def test_the_limit_counts_bytes_and_not_characters():
    body = '{"a":"é"}'
    assert payload.json_object({"headers": JSON, "body": body}, len(body) + 1) == {"a": "é"}
    with pytest.raises(TooLargeError, match=r"10 bytes\. This route accepts at most 9"):
        payload.json_object({"headers": JSON, "body": body}, len(body))


def test_the_limit_counts_what_base64_stands_for():
    body = base64.b64encode(b'{"a":"xxxx"}').decode()
    event = {"headers": JSON, "body": body, "isBase64Encoded": True}
    assert payload.json_object(event, 12) == {"a": "xxxx"}
    with pytest.raises(TooLargeError):
        payload.json_object(event, 11)


def test_the_size_is_checked_before_the_type_and_the_type_before_the_json():
    with pytest.raises(TooLargeError):
        payload.json_object({"headers": {}, "body": "{" * 11}, 10)
    with pytest.raises(MediaTypeError):
        payload.json_object({"headers": {}, "body": "{"}, 10)


@pytest.mark.parametrize("body", ["%%%", "é", "a", "YQ"])
def test_what_is_no_base64_is_malformed(body: str):
    with pytest.raises(MalformedError, match="base64"):
        read(body, isBase64Encoded=True)


@pytest.mark.parametrize("body", ["{", "[]", "null", "5", '"x"', "{}{}", "\ufeff{", "{'a':1}"])
def test_what_is_no_json_object_is_malformed(body: str):
    with pytest.raises(MalformedError):
        read(body)


@pytest.mark.parametrize("raw", [b"\xff", b'{"a":"\xc3"}', b'{"a":"\xed\xa0\x80"}'])
def test_what_is_no_utf_8_is_malformed(raw: bytes):
    with pytest.raises(MalformedError, match="UTF-8"):
        read(base64.b64encode(raw).decode(), isBase64Encoded=True)


def test_where_json_breaks_is_told_and_what_is_there_is_not():
    with pytest.raises(MalformedError) as caught:
        read('{"a":\n the secret}')
    assert caught.value.detail == "The body is not JSON: Expecting value at line 2, column 2."


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constants_that_are_no_json_are_invalid(constant: str):
    with pytest.raises(InvalidError, match=f"contains {constant}"):
        read(f'{{"a":[{constant}]}}')


@pytest.mark.parametrize("number", ["1e309", "-1e309", "1" * 310 + ".0"])
def test_numbers_beyond_a_double_are_invalid(number: str):
    with pytest.raises(InvalidError, match="does not fit into a double"):
        read(f'{{"a":{number}}}')


@pytest.mark.parametrize("number", ["1e308", "1e-400", "0.0", "-0.0"])
def test_numbers_within_a_double_are_taken(number: str):
    assert read(f'{{"a":{number}}}')["a"] == Decimal(number)


def test_a_whole_number_is_within_a_double():
    event = {"headers": JSON, "body": f'{{"a":{"9" * 309}}}'}
    with pytest.raises(InvalidError, match="does not fit into a double"):
        payload.json_object(event, 10_000)


def nested(opening: str, closing: str, depth: int) -> str:
    return f'{{"a":{opening * (depth - 1)}1{closing * (depth - 1)}}}'


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_is_at_most_32_levels_deep(opening: str, closing: str):
    assert read(nested(opening, closing, 32))
    for depth in (33, 100):
        with pytest.raises(InvalidError, match="more than 32 levels deep"):
            read(nested(opening, closing, depth))


@pytest.mark.parametrize("depth", [3000, 100_000])
def test_depth_does_not_exhaust_the_stack(depth: int):
    event = {"headers": JSON, "body": nested("[", "]", depth)}
    with pytest.raises(InvalidError, match="more than 32 levels deep"):
        payload.json_object(event, 10**6)


@pytest.mark.parametrize(
    "body", [r'{"a":"\ud800"}', r'{"\udfff":1}', r'{"a":[{"b":"x\udc00\ud800"}]}']
)
def test_half_a_surrogate_pair_is_invalid(body: str):
    with pytest.raises(InvalidError, match="surrogate"):
        read(body)


def test_a_whole_surrogate_pair_is_a_character():
    assert read(r'{"a":"\ud83e\udd85"}') == {"a": "🦅"}


@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_a_header_is_found_in_any_case(name: str):
    assert payload.json_object({"headers": {name: "application/json"}, "body": "{}"}, 10) == {}


@pytest.mark.parametrize("headers", [{}, None, {"content-type": "text/plain"}])
def test_another_type_is_refused(headers: dict[str, str] | None):
    with pytest.raises(MediaTypeError):
        payload.json_object({"headers": headers, "body": "{}"}, 10)
    with pytest.raises(MediaTypeError):
        payload.json_object({"body": "{}"}, 10)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ('{"a":1,"a":1}', ["#/a"]),
        ('{"a":1,"\\u0061":2}', ["#/a"]),
        ('{"m":{"b":1,"c":{"d":1,"d":null}}}', ["#/m/c/d"]),
        ('{"m":[{},{"x/y":1,"x/y":2}],"z":1,"z":1,"z":1}', ["#/m/1/x~1y", "#/z"]),
        ('{"":1,"":2}', ["#/"]),
    ],
)
def test_a_name_that_occurs_twice_is_refused_at_any_depth(body: str, pointers: list[str]):
    with pytest.raises(InvalidError) as caught:
        read(body)
    assert [(f.pointer, f.detail) for f in caught.value.faults] == [
        (pointer, "is repeated") for pointer in pointers
    ]
    assert pointers[0].removeprefix("#/") in caught.value.detail


def test_a_repeated_name_is_written_without_half_a_surrogate_pair():
    with pytest.raises(InvalidError) as caught:
        read('{"\\ud800":1,"\\ud800":2}')
    assert caught.value.faults[0].pointer == "#/?"


def test_a_repeated_name_is_found_beside_any_number():
    with pytest.raises(InvalidError) as caught:
        read(f'{{"a":{{"b":1,"b":2}},"c":{"1" * 500},"d":NaN}}')
    assert caught.value.faults[0].pointer == "#/a/b"


def test_a_repeated_name_below_the_deepest_level_is_too_deep():
    with pytest.raises(InvalidError, match="nested more than 32 levels deep"):
        read('{"a":' * 40 + '{"b":1,"b":2}' + "}" * 40)


def test_a_name_may_occur_in_several_objects():
    assert read('{"a":{"a":[{"a":1},{"a":2}]},"A":1}')


def test_a_body_with_a_thousand_repeated_names_tells_twenty():
    body = "{" + ",".join(f'"{name}":1,"{name}":2' for name in range(1000)) + "}"
    with pytest.raises(InvalidError) as caught:
        payload.json_object({"headers": JSON, "body": body}, 100_000)
    assert len(caught.value.faults) == 20


@pytest.mark.parametrize(
    "parameters",
    [
        "charset=utf-8",
        "Charset=UTF8",
        'charset="utf-8"',
        "charset='UTF_8'",
        "charset=us-ascii",
        "charset=",
        "odata=verbose",
        "odata=verbose; charset=utf8",
        "",
    ],
)
def test_utf_8_has_many_names(parameters: str):
    headers = {"content-type": f"application/json; {parameters}"}
    assert payload.json_object({"headers": headers, "body": "{}"}, 10) == {}


@pytest.mark.parametrize(
    "charset", ["utf-16", "latin-1", "utf-8x", "utf-8; charset=utf-16", "xcharset=utf-8"]
)
def test_another_charset_is_refused(charset: str):
    headers = {"content-type": f"application/json; charset={charset}"}
    with pytest.raises(MediaTypeError):
        payload.json_object({"headers": headers, "body": "{}"}, 10)


@pytest.mark.parametrize("name", ["content-type", "content-encoding"])
def test_a_long_header_is_cut_and_a_key_in_it_is_not_repeated(name: str):
    key = "am_live_" + "K" * 46
    for value in ("x" * 3000, key, f"text/plain; a={'x' * 3000}{key}", "x" * 60 + key):
        with pytest.raises((MediaTypeError, ContentEncodingError)) as caught:
            read("{}", headers={**JSON, name: value})
        assert len(caught.value.detail) < 150
        assert "am_live" not in caught.value.detail


def test_a_byte_order_mark_is_skipped():
    assert read("\ufeff{}") == {}
    raw = b'\xef\xbb\xbf{"a":"\xef\xbb\xbf"}'
    assert read(base64.b64encode(raw).decode(), isBase64Encoded=True) == {"a": "\ufeff"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_another_unicode_encoding_is_named(encoding: str):
    body = base64.b64encode('{"a":"x"}'.encode(encoding)).decode()
    with pytest.raises(MalformedError) as caught:
        read(body, isBase64Encoded=True)
    assert encoding[:6].upper() in caught.value.detail
    assert caught.value.fix == "Encode the JSON as UTF-8."


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP", "identity, gzip", "x"])
def test_a_content_encoding_is_named(coding: str):
    headers = {**JSON, "Content-Encoding": coding}
    with pytest.raises(ContentEncodingError, match=coding):
        payload.json_object({"headers": headers, "body": "{}"}, 10)


@pytest.mark.parametrize("coding", ["identity", "Identity", "", " identity , identity"])
def test_no_content_encoding_is_taken(coding: str):
    headers = {**JSON, "content-encoding": coding}
    assert payload.json_object({"headers": headers, "body": "{}"}, 10) == {}


def test_gzip_without_its_header_is_named():
    body = base64.b64encode(gzip.compress(b"{}")).decode()
    with pytest.raises(MalformedError, match="compressed with gzip"):
        read(body, isBase64Encoded=True)


@pytest.mark.parametrize("body", [None, "", "{}", "null", "[]", "{not json", '"x"', "%%%"])
def test_a_route_without_a_body_ignores_one_without_fields(body: str | None):
    payload.refuse_fields({"headers": JSON, "body": body}, {"limit"})


def test_a_route_without_a_body_refuses_fields():
    event = {"headers": JSON, "body": '{"status_message":"x","limit":5}'}
    with pytest.raises(InvalidError) as caught:
        payload.refuse_fields(event, {"limit"})
    assert [fault.pointer for fault in caught.value.faults] == ["#/status_message", "#/limit"]
    assert caught.value.fix == "Send `limit` in the query, and no body."
    with pytest.raises(InvalidError, match="takes no body") as other:
        payload.refuse_fields(event, set())
    assert other.value.fix == "Send no body with this request."


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes):
    body = base64.b64encode(raw).decode()
    try:
        value = read(body, isBase64Encoded=True)
    except AgentMessagingError:
        return
    assert value == (json.loads(raw, parse_float=Decimal) if raw else {})
