"""Read the clock, and convert times. All other modules take `now`, an aware UTC datetime.

Times have millisecond resolution, as ULIDs do. So a stored time, an id and an answer never
disagree. In requests and answers times are RFC 3339 in UTC with `Z`.
"""

from datetime import UTC, datetime, timedelta

from agent_messaging.errors import InvalidError

# Only tests replace it, to move the time of all functions at once.
read = datetime.now


def now() -> datetime:
    """Return the current time in UTC, truncated to the millisecond."""
    return to_millisecond(read(UTC))


def to_millisecond(moment: datetime) -> datetime:
    """Return `moment` in UTC, truncated to the millisecond."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_text(moment: datetime) -> str:
    """Return RFC 3339 of fixed width, which sorts by time: `2026-02-15T20:30:00.000Z`."""
    # `strftime` would write the year 999 with three digits.
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """Return the time of a text that `to_text` wrote.

    Raises:
        ValueError: `text` is not an RFC 3339 time.
    """
    return datetime.fromisoformat(text)


def to_epoch(moment: datetime) -> int:
    """Return whole seconds since 1970, rounded down, for DynamoDB's TTL attribute."""
    return int(moment.timestamp())


def require_future(pointer: str, moment: datetime | None, now: datetime) -> None:
    """Check that a time in a body lies after `now`. None stands for no time.

    Raises:
        InvalidError: it does not. The error tells the server's time, and a time that is valid.
    """
    if moment is not None and moment <= now:
        place, tomorrow = pointer.removeprefix("#/"), to_text(now + timedelta(days=1))
        raise InvalidError.at(
            pointer,
            "is not in the future",
            fix=f'Set `{place}` to a future time, for example `"{tomorrow}"`. Or send a '
            f'duration from now on, such as `"PT24H"`. The server\'s time is {to_text(now)}.',
        )
