"""The types of all fields, with their limits. Requests are parsed once, at the door.

A field takes the harmless variants of its values (`variants`), and keeps the canonical form. All
else is strict: a number is not converted to a boolean, nor a boolean to a number. All limits on
what a request carries are here. Short texts have at most 500 characters. Long texts and JSON
objects have at most 64 KiB.
"""

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError, PydanticKnownError

from agent_messaging import clock, variants
from agent_messaging.ids import ALPHABET, PAIR_DIGITS, ULID_PATTERN

KIBIBYTE = 1024
LONG_TEXT_BYTES = 64 * KIBIBYTE
OBJECT_BYTES = 64 * KIBIBYTE
PARTIAL_BYTES = 16 * KIBIBYTE
SCHEMA_BYTES = 16 * KIBIBYTE
CENT = Decimal("0.01")
LONGEST_WAIT = 20  # seconds


class Model(BaseModel):
    """Base of all models. A model is frozen and has only declared fields.

    Its values stay out of error messages, and so out of the log.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Request(Model):
    """Base of bodies that create something or act. An optional field that is null is left out.

    So such a field has its default, and the request has the same fingerprint as without the field.
    """

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nulls(cls, sent: Any) -> Any:
        if not isinstance(sent, dict) or None not in sent.values():
            return sent
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {name: sent[name] for name in sent if sent[name] is not None or name not in optional}


def wrong_fields(model: Model | type[Model], *faults: tuple[str, str, str]) -> ValidationError:
    """Return the error for fields that do not fit together: the name, what is wrong, the fix."""
    errors: list[InitErrorDetails] = [
        {
            "type": PydanticCustomError("wrong_together", "{wrong}", {"wrong": wrong, "fix": fix}),
            "loc": (name,),
            "input": None,
        }
        for name, wrong, fix in faults
    ]
    kind = model if isinstance(model, type) else type(model)
    return ValidationError.from_exception_data(kind.__name__, errors, hide_input=True)


class Record(Model):
    """Base of records that a table stores as declared. `model_validate` reads one from its item.

    The item may have more attributes, such as the parts of its key and its time to live.
    """

    model_config = ConfigDict(extra="ignore")


def copied(record: Model, answer: type[Model]) -> dict[str, Any]:
    """Return the record's values for the fields that the answer's model also has."""
    declared = answer.__pydantic_fields__
    return {name: value for name, value in record.__dict__.items() if name in declared}


def _within(limit: int) -> AfterValidator:
    def check(text: str) -> str:
        size = len(text.encode())
        if size > limit:
            raise PydanticCustomError(
                "too_many_bytes",
                "has {size} bytes of UTF-8, and the maximum is {limit}",
                {"size": size, "limit": limit},
            )
        return text

    return AfterValidator(check)


def _refuse_null(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("null", "is null, and this field cannot be deleted")
    return value


# For a field of a change: null deletes nothing here.
NOT_NULL = BeforeValidator(_refuse_null)
# For an enumeration of lower-case words in a request.
ANY_CASE = BeforeValidator(variants.lower)


def kept() -> Any:
    """Return the default of a field that keeps its value when a change leaves it out."""

    def drop_default(schema: dict[str, Any]) -> None:
        schema.pop("default")

    return Field(default=None, json_schema_extra=drop_default)


AGENT_ID_PATTERN = r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$"
# The same characters in a pattern of its own, so that an error can say "capability".
CAPABILITY_PATTERN = f"^(?:{AGENT_ID_PATTERN[1:-1]})$"
MESSAGE_ID_PATTERN = f"^msg_{ULID_PATTERN}$"
WORK_ORDER_ID_PATTERN = f"^wo_{ULID_PATTERN}$"
QUESTION_ID_PATTERN = f"^qst_{ULID_PATTERN}$"
KEY_ID_PATTERN = f"^key_{ULID_PATTERN}$"
BID_ID_PATTERN = f"^bid_{ULID_PATTERN}$"
WEBHOOK_ID_PATTERN = f"^whk_{ULID_PATTERN}$"
DELIVERY_ID_PATTERN = f"^dlv_{ULID_PATTERN}$"
KEY_HASH_PATTERN = r"^[0-9a-f]{64}$"
THREAD_ID_PATTERN = f"^thr_{ULID_PATTERN}[{ALPHABET}]{{{PAIR_DIGITS}}}$"
NOT_BLANK_PATTERN = r"\S"
URL_PATTERN = r"^https?://\S+$"
# Without what ends a line or a paragraph: UAX #14, mandatory breaks, and UAX #9, class B. All other
# characters are kept as sent, and flagged if a reader does not see them.
ONE_LINE_PATTERN = r"^[^\n-\r\x1C-\x1E\x85\u2028\u2029]*$"

# --- ids. The patterns run in Rust's regex, where `$` does not match before a trailing newline.
AgentId = Annotated[
    str,
    StringConstraints(pattern=AGENT_ID_PATTERN),
    ANY_CASE,
    Field(
        description="1 to 64 lower-case letters, digits, `.`, `_` and `-`.",
        examples=["nova-agent-id"],
    ),
]
MessageId = Annotated[str, StringConstraints(pattern=MESSAGE_ID_PATTERN), ANY_CASE]
WorkOrderId = Annotated[str, StringConstraints(pattern=WORK_ORDER_ID_PATTERN), ANY_CASE]
QuestionId = Annotated[str, StringConstraints(pattern=QUESTION_ID_PATTERN), ANY_CASE]
KeyId = Annotated[str, StringConstraints(pattern=KEY_ID_PATTERN), ANY_CASE]
BidId = Annotated[str, StringConstraints(pattern=BID_ID_PATTERN), ANY_CASE]
WebhookId = Annotated[str, StringConstraints(pattern=WEBHOOK_ID_PATTERN), ANY_CASE]
DeliveryId = Annotated[str, StringConstraints(pattern=DELIVERY_ID_PATTERN), ANY_CASE]
KeyHash = Annotated[
    str,
    StringConstraints(pattern=KEY_HASH_PATTERN),
    ANY_CASE,
    Field(
        description="The SHA-256 of a key that you created yourself, in lower-case hexadecimal. "
        "/llms.txt shows how to create one. The response then has no key, and you can repeat the "
        "request safely."
    ),
]
ThreadId = Annotated[str, StringConstraints(pattern=THREAD_ID_PATTERN), ANY_CASE]

# A position in a feed. `feed.position` parses it.
POSITION_FORMAT = "position"
PositionText = Annotated[
    str, Field(examples=["1.42.k3jq"], json_schema_extra={"format": POSITION_FORMAT})
]

# --- texts
Line = Annotated[str, StringConstraints(max_length=500)]
OneLine = Annotated[str, StringConstraints(max_length=500, pattern=ONE_LINE_PATTERN)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=NOT_BLANK_PATTERN)]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=LONG_TEXT_BYTES), _within(LONG_TEXT_BYTES)
]
Url = Annotated[
    str,
    StringConstraints(max_length=2048, pattern=URL_PATTERN),
    Field(examples=["https://example.com/result.json"]),
    BeforeValidator(variants.url),
]

# --- numbers and booleans
_WHOLE = BeforeValidator(variants.whole)
Limit = Annotated[
    StrictInt,
    Field(ge=1, le=100, description="The maximum number of items on a page."),
    BeforeValidator(variants.digits),
]
WaitSeconds = Annotated[
    StrictInt,
    Field(
        ge=1,
        le=LONGEST_WAIT,
        description="The maximum number of seconds to wait. A server may allow fewer, and then "
        "answers earlier.",
    ),
    BeforeValidator(variants.digits),
]
Priority = Annotated[StrictInt, Field(ge=0, le=10), _WHOLE]
Percent = Annotated[StrictInt, Field(ge=0, le=100), _WHOLE]
MaxLapses = Annotated[StrictInt, Field(ge=1, le=10, examples=[3]), _WHOLE]
LeaseSeconds = Annotated[StrictInt, Field(ge=60, le=604_800, examples=[3600]), _WHOLE]
Jobs = Annotated[StrictInt, Field(ge=1, le=100), _WHOLE]
Flag = Annotated[StrictBool, BeforeValidator(variants.boolean)]
WantsReceipts = Annotated[
    Flag,
    Field(
        description="True to get `message.delivered`, `message.read`, `message.acted` and "
        "`message.failed` as events in your feed. The message has its `receipt` in any case. The "
        "recipient does not see this field."
    ),
]

# --- times
# A longer duration than this is a mistake, and could lead beyond the year 9999.
MAX_DURATION = timedelta(days=36_500)
Seconds = Annotated[
    StrictInt, Field(ge=1, le=MAX_DURATION // timedelta(seconds=1), examples=[86_400]), _WHOLE
]

_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def _rfc3339(value: object) -> object:
    if isinstance(value, datetime):
        return value
    value = variants.stripped(value)
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        return value
    if isinstance(value, str) and _RFC3339.fullmatch(f"{value}Z"):
        raise PydanticCustomError("timezone_aware", "has no UTC offset such as Z")
    raise ValueError("is not an RFC 3339 time such as 2036-02-16T20:00:00Z")


def _in_utc(moment: datetime) -> datetime:
    try:
        return clock.to_millisecond(moment)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999 in UTC") from None


_TIME_OUT = PlainSerializer(clock.to_text, return_type=str)
_TIME_SCHEMA = WithJsonSchema(
    {"type": "string", "format": "date-time", "examples": ["2026-02-16T20:00:00.000Z"]}
)
# Input is RFC 3339 with an offset. Output is UTC with milliseconds and `Z`.
Timestamp = Annotated[
    AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_in_utc), _TIME_OUT, _TIME_SCHEMA
]


def _length(value: timedelta) -> timedelta:
    if value <= timedelta():
        raise ValueError("is not longer than zero")
    if value > MAX_DURATION:
        raise ValueError("is longer than 100 years")
    return value


def _moment(value: object, check: ValidatorFunctionWrapHandler) -> Any:
    length = variants.duration(value)
    return check(value) if length is None else _length(length)


def _moment_out(value: datetime | timedelta) -> str:
    """Write a duration as it was sent, so that a request that is repeated later is the same."""
    return clock.to_text(value) if isinstance(value, datetime) else f"PT{value.total_seconds()}S"


# A time in a request, which may also be a duration from now on. `at` computes the time.
Moment = Annotated[
    Timestamp,
    WrapValidator(_moment),
    PlainSerializer(_moment_out, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2036-02-16T20:00:00.000Z"]}
    ),
]


def at(moment: datetime | timedelta | None, now: datetime) -> datetime | None:
    """Return the time of a `Moment`."""
    return clock.to_millisecond(now + moment) if isinstance(moment, timedelta) else moment


# A time that was stored and needs no check. It is faster, because lists have many times.
StoredTime = Annotated[AwareDatetime, _TIME_OUT, _TIME_SCHEMA]


def _dollars(value: object) -> object:
    value = variants.number(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is not a number")
    return value


def _in_range(amount: Decimal) -> Decimal:
    """Refuse an amount out of range. Pydantic's own error would quote `Decimal('...')`."""
    if amount < 0:
        raise PydanticKnownError("greater_than_equal", {"ge": 0})
    if amount > MOST_DOLLARS:
        raise PydanticKnownError("less_than_equal", {"le": float(MOST_DOLLARS)})
    return amount


def _in_cents(amount: Decimal) -> Decimal:
    """Return the amount in cents. A zero such as `0e300` becomes 0, which DynamoDB accepts."""
    return amount.quantize(CENT) if amount else Decimal(0)


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)


_NUMBER_OUT = PlainSerializer(_number, return_type=int | float, when_used="json")
# 12 digits before the point and 2 after it, which a double holds exactly enough.
MOST_DOLLARS = Decimal("999999999999.99")
# There is no `multipleOf` 0.01, because validators that divide doubles would refuse 99.99.
_DOLLARS: dict[str, Any] = {
    "type": "number",
    "minimum": 0,
    "description": "US dollars, with at most two decimals.",
    "examples": [15000],
}
# US dollars with at most two decimals. A Decimal inside, never a float, and a number in JSON.
Dollars = Annotated[
    Decimal,
    BeforeValidator(_dollars),
    Field(decimal_places=2),
    AfterValidator(_in_range),
    AfterValidator(_in_cents),
    _NUMBER_OUT,
    WithJsonSchema({**_DOLLARS, "maximum": float(MOST_DOLLARS)}),
]
# An amount that was stored and needs no check.
StoredDollars = Annotated[Decimal, _NUMBER_OUT, WithJsonSchema(_DOLLARS)]


def json_text(value: dict[str, Any] | list[Any] | str) -> str:
    """Return a JSON value as compact text. Decimals become the nearest double."""
    return json.dumps(value, default=float, ensure_ascii=False, separators=(",", ":"))


def _object_to_text(value: object) -> object:
    if not isinstance(value, dict):
        raise ValueError("is not a JSON object")
    return json_text(value)


# A JSON object in a request. It is stored as text, so that integers keep all digits.
ObjectText = Annotated[
    str,
    BeforeValidator(_object_to_text),
    _within(OBJECT_BYTES),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]


# A JSON Schema in a request, stored as text.
SchemaText = Annotated[
    str,
    BeforeValidator(_object_to_text),
    _within(SCHEMA_BYTES),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]


def _value_to_text(value: object) -> object:
    if not isinstance(value, dict | list | str):
        raise ValueError("is not a JSON object, an array or a string")
    return json_text(value)


_VALUE_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "object", "additionalProperties": True},
            {"type": "array", "items": {}},
            {"type": "string"},
        ]
    }
)
# A JSON object, array or string in a request, stored as JSON text.
ValueText = Annotated[str, BeforeValidator(_value_to_text), _within(OBJECT_BYTES), _VALUE_SCHEMA]
# The same, for what a worker reports while it works.
PartialText = Annotated[str, BeforeValidator(_value_to_text), _within(PARTIAL_BYTES), _VALUE_SCHEMA]


def _text_to_object(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


# An object that was stored: text inside, an object in JSON.
StoredObject = Annotated[
    str,
    PlainSerializer(json.loads, return_type=dict[str, Any], when_used="json"),
    WithJsonSchema({"additionalProperties": True, "type": "object"}),
]
# The same for an object, an array or a string.
StoredValue = Annotated[
    str,
    PlainSerializer(json.loads, return_type=Any, when_used="json"),
    _VALUE_SCHEMA,
]
# The object in an answer.
Object = Annotated[dict[str, Any], BeforeValidator(_text_to_object)]


# --- pages
Total = Annotated[int, Field(description="The number of matching items on all pages.")]
IsMinimum = Annotated[
    bool, Field(description="True if the count stopped early, so there may be more.")
]
NextCursor = Annotated[
    str | None,
    Field(
        description="Send it as `cursor` to get the next page. Null only at the end of the list."
    ),
]


class Party(Model):
    """An agent's id, and its name when this was written."""

    id: str
    name: str
