from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from agent_messaging import fields
from agent_messaging.agents.schemas import Capabilities
from agent_messaging.work_orders.schemas import CreateRequest

ULID = "01m830ztk8hqmnnzmzdykrdxts"


def takes(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    "text", ["a", "0", "nova-agent-id", "a.b_c-d", "a--b", "x" * 64, "agt_" + ULID, "1.2.3"]
)
def test_an_agent_id_is(text: str):
    assert takes(fields.AgentId, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 65,
        "-a",
        "a-",
        ".a",
        "a.",
        "_a",
        "a_",
        "a b",
        "\u00a0a",
        "\u212a",
        "a\x0b",
        "a\x00",
        "ä",
        "\u0430",
        "a#b",
        "a/b",
        "a,b",
        5,
        None,
        True,
    ],
)
def test_an_agent_id_is_not(text: object):
    assert not takes(fields.AgentId, text)


@pytest.mark.parametrize(
    ("kind", "prefix", "tail"),
    [
        (fields.MessageId, "msg", ""),
        (fields.WorkOrderId, "wo", ""),
        (fields.ThreadId, "thr", "0123abczzyxw9876"),
    ],
)
def test_an_id_is_a_prefix_and_a_ulid_of_lower_case(kind: Any, prefix: str, tail: str):
    assert takes(kind, f"{prefix}_{ULID}{tail}")
    assert takes(kind, f"{prefix}_7{'z' * 25}{tail}")
    assert takes(kind, f"{prefix}_{'0' * 26}{tail}")
    for wrong in (
        f"{prefix}_8{'0' * 25}{tail}",
        f"{prefix}_{ULID}{tail}0",
        f"{prefix}_{ULID}{tail}"[:-1],
        f"{prefix} _{ULID}{tail}",
        f"{prefix}-{ULID}{tail}",
        f"{prefix}_{ULID.replace('t', 'u')}{tail}",
        f"x{prefix}_{ULID}{tail}",
        "",
        None,
        5,
    ):
        assert not takes(kind, wrong), wrong


@pytest.mark.parametrize("letter", ["x", "é", "🦅", "\x00"])
def test_a_line_has_at_most_500_characters_of_any_kind(letter: str):
    for kind in (fields.Line, fields.Title):
        assert takes(kind, letter * 500)
        assert not takes(kind, letter * 501)
    assert takes(fields.Line, "")


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u2003"])
def test_a_title_says_something(text: str):
    assert not takes(fields.Title, text)
    assert takes(fields.Title, f"{text}x{text}")


@pytest.mark.parametrize(("letter", "size"), [("x", 1), ("é", 2), ("€", 3), ("🦅", 4)])
def test_a_text_has_at_most_64_kib_of_utf_8(letter: str, size: int):
    most = 65_536 // size
    assert takes(fields.Text, letter * most)
    assert not takes(fields.Text, letter * (most + 1))
    assert not takes(fields.Text, "")


def test_an_object_has_at_most_64_kib_as_it_is_kept():
    around = len('{"a":""}')
    assert takes(fields.ObjectText, {"a": "x" * (65_536 - around)})
    assert not takes(fields.ObjectText, {"a": "x" * (65_536 - around + 1)})
    assert takes(fields.ObjectText, {"a": "é" * ((65_536 - around) // 2)})
    assert not takes(fields.ObjectText, {"a": "é" * (65_536 // 2)})


@pytest.mark.parametrize("value", [[], "{}", 5, None, True, "text"])
def test_an_object_is_an_object(value: object):
    assert not takes(fields.ObjectText, value)


def test_an_object_is_kept_as_compact_text():
    given = {"b": Decimal("0.1"), "a": [1, None, "é", {}], "": Decimal("1E+2")}
    kept = TypeAdapter(fields.ObjectText).validate_python(given)
    assert kept == '{"b":0.1,"a":[1,null,"é",{}],"":100.0}'
    assert TypeAdapter(fields.Object).validate_python(kept) == {
        "b": 0.1,
        "a": [1, None, "é", {}],
        "": 100.0,
    }


@pytest.mark.parametrize("text", ["1", "100", "0100", "001"])
def test_a_limit_is_written_in_digits(text: str):
    assert takes(fields.Limit, text)


@pytest.mark.parametrize(
    "text", ["0", "101", "", "-1", "+1", "1.0", "1e1", "1.", "١", "1_0", "0x1", "9" * 40]
)
def test_a_limit_is_from_1_to_100(text: str):
    assert not takes(fields.Limit, text)


@pytest.mark.parametrize(
    ("kind", "lowest", "highest"), [(fields.Priority, 0, 10), (fields.Jobs, 1, 100)]
)
def test_a_number_is_whole_bounded_and_nothing_else(kind: Any, lowest: int, highest: int):
    assert takes(kind, lowest)
    assert takes(kind, highest)
    for wrong in (lowest - 1, highest + 1, Decimal("5.5"), "5.5", True, "true", None, [5], 10**40):
        assert not takes(kind, wrong), wrong


@pytest.mark.parametrize("value", [1, 0, "1", "yes", "", None, []])
def test_a_flag_is_true_or_false(value: object):
    assert takes(fields.Flag, True)  # noqa: FBT003 - the very value
    assert not takes(fields.Flag, value)


@pytest.mark.parametrize(
    "value",
    [0, 1, 15000, Decimal("0.01"), Decimal("99.9"), Decimal("9999999999.99"), Decimal("1E+3")],
)
def test_dollars_have_at_most_two_decimals(value: int | Decimal):
    assert takes(fields.Dollars, value)


@pytest.mark.parametrize(
    "value",
    [
        -1,
        Decimal("-0.01"),
        Decimal("0.001"),
        Decimal("1E-400"),
        10**12,
        Decimal("999999999999.995"),
        Decimal("1E+300"),
        10**4000,
        "$15",
        "15,000",
        "NaN",
        "",
        True,
        False,
        None,
        15000.0,
        [],
        Decimal("NaN"),
        Decimal("Infinity"),
    ],
)
def test_dollars_are_not(value: object):
    assert not takes(fields.Dollars, value)


@pytest.mark.parametrize(
    ("value", "written"),
    [("15000", "15000"), ("0", "0"), ("0.10", "0.1"), ("99.95", "99.95"), ("1E+3", "1000")],
)
def test_dollars_are_a_number_in_json(value: str, written: str):
    adapter = TypeAdapter(fields.Dollars)
    assert adapter.dump_json(adapter.validate_python(Decimal(value))).decode() == written


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-16T20:00:00Z", datetime(2026, 2, 16, 20, tzinfo=UTC)),
        ("2026-02-16t20:00:00z", datetime(2026, 2, 16, 20, tzinfo=UTC)),
        ("2026-02-16 20:00:00Z", datetime(2026, 2, 16, 20, tzinfo=UTC)),
        ("2026-02-16T20:00:00-00:00", datetime(2026, 2, 16, 20, tzinfo=UTC)),
        ("2026-02-17T03:00:00+07:00", datetime(2026, 2, 16, 20, tzinfo=UTC)),
        ("2026-02-16T20:00:00.1239Z", datetime(2026, 2, 16, 20, 0, 0, 123000, tzinfo=UTC)),
        ("2026-02-16T20:00:00.123456789Z", datetime(2026, 2, 16, 20, 0, 0, 123000, tzinfo=UTC)),
        ("2028-02-29T00:00:00Z", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_rfc_3339_and_becomes_utc(text: str, moment: datetime):
    assert TypeAdapter(fields.Timestamp).validate_python(text) == moment


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-16T20:00:00",
        "2026-02-16",
        "2026-02-16T20:00Z",
        "2026-02-16T20Z",
        "20260216T200000Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-16T24:00:00Z",
        "2026-02-16T23:59:60Z",
        "2026-02-16T20:00:00+25:00",
        "2026-02-16T20:00:00.Z",
        "2026-02-16T20:00:00 Z",
        "PT24H",
        "٢٠٢٦-02-16T20:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
        "1771272000",
        1771272000,
        Decimal("1771272000.5"),
        "",
        "now",
        None,
        True,
        [],
    ],
)
def test_a_timestamp_is_not(value: object):
    assert not takes(fields.Timestamp, value)


@pytest.mark.parametrize("url", ["http://a", "https://example.com/x?y#z"])
def test_a_url_is_of_the_web(url: str):
    assert takes(fields.Url, url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a",
        "//a",
        "javascript:alert(1)",
        "https://",
        "https://a b",
        "https://\na",
        "https//a",
    ],
)
def test_a_url_is_not(url: str):
    assert not takes(fields.Url, url)


def test_there_are_at_most_8_capabilities():
    assert takes(Capabilities, ["a"] * 8)
    assert not takes(Capabilities, ["a"] * 9)
    assert not takes(Capabilities, ["Cost Estimation"])
    assert not takes(Capabilities, "a")
    assert not takes(Capabilities, {"a": 1})


def test_a_model_is_frozen_and_tells_no_input_in_its_errors():
    with pytest.raises(ValidationError) as caught:
        CreateRequest.model_validate({"to_agent_id": "boots", "title": ["the secret"]})
    assert "secret" not in str(caught.value)
    order = CreateRequest(to_agent_id="boots", title="t", description="d")
    with pytest.raises(ValidationError, match="frozen"):
        order.title = "other"
