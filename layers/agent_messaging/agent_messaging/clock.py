"""The one place that reads the clock. Everything else takes `now`, an aware UTC datetime.

Times are kept to the millisecond, the resolution of a ULID, so that a stored time, an id and an
answer never disagree. On the wire they are RFC 3339 in UTC with `Z`.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """The present in UTC, cut to the millisecond."""
    return to_millisecond(datetime.now(UTC))


def to_millisecond(moment: datetime) -> datetime:
    """`moment` in UTC without the digits below a millisecond."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_text(moment: datetime) -> str:
    """RFC 3339 of fixed width, so that texts sort as the times do: `2026-02-15T20:30:00.000Z`."""
    # `strftime` would write the year 999 in three digits.
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """The inverse of `to_text`.

    Raises:
        ValueError: `text` is no RFC 3339 time.
    """
    return datetime.fromisoformat(text)


def to_epoch(moment: datetime) -> int:
    """Whole seconds since 1970, rounded down: what DynamoDB's TTL attribute takes."""
    return int(moment.timestamp())
