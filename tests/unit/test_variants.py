from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from agent_messaging import fields, variants
from agent_messaging.agents.schemas import UpdateRequest
from agent_messaging.delivery.schemas import SendRequest
from agent_messaging.presence.schemas import PresenceRequest

ULID = "01m830ztk8hqmnnzmzdykrdxts"
NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)


def taken(kind: Any, value: object) -> Any:
    return TypeAdapter(kind).validate_python(value)


def refused(kind: Any, value: object) -> bool:
    try:
        taken(kind, value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    "value", [5, Decimal("5.0"), Decimal("5E+0"), Decimal("0.5E+1"), "5", "5.0", " 5 ", "+5", "05"]
)
def test_a_whole_number_may_have_any_spelling(value: object):
    for kind in (fields.Priority, fields.Jobs, fields.Seconds):
        number = taken(kind, value)
        assert (number, type(number)) == (5, int)


@pytest.mark.parametrize(
    "value",
    [Decimal("1.5"), "1.5", Decimal("NaN"), "NaN", "Infinity", True, "", "5 5", "٥"],
)
def test_no_other_value_is_a_whole_number(value: object):
    for kind in (fields.Priority, fields.Jobs, fields.Seconds, fields.Limit):
        assert refused(kind, value)


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("12.50", "12.50"),
        (" 15000 ", "15000"),
        ("1e3", "1000"),
        ("0", "0"),
        (Decimal("99999999999.9"), "99999999999.90"),
        (12345678901, "12345678901"),
        (123456789012, "123456789012"),
        (Decimal("999999999999.99"), "999999999999.99"),
    ],
)
def test_money_has_12_digits_before_the_point_and_may_be_in_quotes(value: object, amount: str):
    assert taken(fields.Dollars, value) == Decimal(amount)


def test_a_sum_of_doubles_is_refused_for_its_decimals():
    with pytest.raises(ValidationError) as caught:
        taken(fields.Dollars, Decimal("0.30000000000000004"))
    assert caught.value.errors()[0]["type"] == "decimal_max_places"


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("True", True), (" FALSE ", False), (False, False)]
)
def test_a_boolean_may_be_a_word(value: object, expected: object):
    assert taken(fields.Flag, value) is expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (fields.AgentId, " Nova-Agent-ID\n", "nova-agent-id"),
        (fields.MessageId, f"MSG_{ULID.upper()} ", f"msg_{ULID}"),
        (fields.WorkOrderId, f"wo_{ULID.upper()}", f"wo_{ULID}"),
        (fields.ThreadId, f" Thr_{ULID}0123ABCZZYXW9876", f"thr_{ULID}0123abczzyxw9876"),
        (fields.KeyId, f"KEY_{ULID}", f"key_{ULID}"),
        (fields.KeyHash, "AB" * 32, "ab" * 32),
        (fields.Url, " HTTPS://Example.com/Path ", "https://Example.com/Path"),
        (fields.Url, "Http://a", "http://a"),
    ],
)
def test_an_id_and_a_scheme_are_kept_in_lower_case(kind: Any, value: str, expected: str):
    assert taken(kind, value) == expected


def test_a_letter_that_is_not_ascii_never_becomes_one():
    """The Kelvin sign is `k` in lower case, so this would be the id of another agent."""
    assert "\u212aing".lower() == "king"
    assert refused(fields.AgentId, "\u212aing")
    assert refused(fields.AgentId, "king\u00a0")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT24H", timedelta(hours=24)),
        ("pt24h", timedelta(hours=24)),
        (" P1D ", timedelta(days=1)),
        ("P1W", timedelta(weeks=1)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT1.5H", timedelta(minutes=90)),
        ("PT0.001S", timedelta(milliseconds=1)),
    ],
)
def test_a_duration_counts_from_now(text: str, length: timedelta):
    assert taken(fields.Moment, text) == length
    assert fields.at(length, NOW) == NOW + length


@pytest.mark.parametrize(
    "text",
    ["P", "PT", "P1DT", "P1M", "P1Y", "PT-1H", "-PT1H", "PT0S", "P36501D", "P99999999W"],
)
def test_a_duration_has_a_length_that_is_known_and_sane(text: str):
    assert refused(fields.Moment, text)


def test_a_time_is_still_a_time_in_the_place_of_a_duration():
    assert taken(fields.Moment, " 2026-12-01T10:00:00+07:00 ") == datetime(
        2026, 12, 1, 3, tzinfo=UTC
    )
    assert fields.at(NOW, NOW) == NOW
    assert fields.at(None, NOW) is None


def test_a_time_without_a_zone_is_an_error_of_its_own():
    with pytest.raises(ValidationError) as caught:
        taken(fields.Moment, "2026-12-01T10:00:00")
    (error,) = caught.value.errors()
    assert error["type"] == "timezone_aware"


def test_a_duration_is_sent_again_as_it_was():
    adapter = TypeAdapter(fields.Moment)
    assert {adapter.dump_json(taken(fields.Moment, text)) for text in ("PT24H", "P1D")} == {
        b'"PT86400.0S"'
    }


def test_null_of_an_optional_field_is_left_out_of_the_request():
    sent = {"to_agent_id": "boots", "body": "x", "subject": "y"}
    nulls = dict.fromkeys(("priority", "type", "metadata", "thread_id", "reply_to_id"))
    request = SendRequest.model_validate({**sent, **nulls})
    assert request.model_fields_set == set(sent)
    assert (request.priority, request.type) == (0, "contact_request")


@pytest.mark.parametrize("name", ["to_agent_id", "body", "unknown"])
def test_null_of_any_other_field_is_refused(name: str):
    with pytest.raises(ValidationError) as caught:
        SendRequest.model_validate({"to_agent_id": "boots", "body": "x", name: None})
    assert [error["loc"] for error in caught.value.errors()] == [(name,)]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (UpdateRequest, "name"),
        (UpdateRequest, "capabilities"),
        (UpdateRequest, "contact_policy"),
        (PresenceRequest, "accepts_work_orders"),
        (PresenceRequest, "max_concurrent_jobs"),
    ],
)
def test_null_in_a_change_deletes_only_what_can_be_deleted(model: Any, name: str):
    with pytest.raises(ValidationError) as caught:
        model.model_validate({name: None})
    (error,) = caught.value.errors()
    assert error["msg"] == "is null, and this field cannot be deleted"
    assert error["type"] == "null"


def test_a_deletable_field_of_a_change_is_null():
    assert UpdateRequest.model_validate({"description": None}).model_fields_set == {"description"}
    change = PresenceRequest.model_validate({"status_message": None})
    assert change.model_fields_set == {"status_message"}


def test_what_is_no_variant_is_returned_unchanged():
    for function in (variants.lower, variants.number, variants.whole, variants.boolean):
        for value in (None, [], {}, "ü", "x y"):
            assert function(value) == value
