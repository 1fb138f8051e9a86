"""When a webhook is attempted again, and when it is given up. Pure.

    attempt 1 ─5 s─ 2 ─5 min─ 3 ─30 min─ 4 ─2 h─ 5 ─5 h─ 6 ─10 h─ 7 ─14 h─ 8 ─20 h─ 9 ─24 h─ 10

Each pause is up to a tenth longer, at random, so that events that failed together do not come back
together. A receiver can ask for a longer pause with `Retry-After`. After the tenth attempt the
delivery has failed.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.1
LONGEST_PAUSE = timedelta(hours=24)
# An endpoint that answered nothing but failures for so long is disabled.
DISABLED_AFTER = timedelta(days=5)
GONE = 410
# The statuses from 400 to 499 that do not refuse the event itself.
TROUBLE = frozenset({408, GONE, 429})
# What a failing endpoint's new events wait for, in place of the first two pauses.
WHILE_FAILING = PAUSES[1]
STEP_WHILE_FAILING = 2


def next_attempt(
    step: int, now: datetime, fraction: float, retry_after: str | None = None
) -> datetime | None:
    """Return when to attempt again after the failure of attempt `step + 1`, or None.

    `fraction` is a random number from 0 to 1.
    """
    if step >= len(PAUSES):
        return None
    pause = PAUSES[step] * (1 + JITTER * fraction)
    asked = parse_retry_after(retry_after, now)
    return now + max(pause, min(asked, LONGEST_PAUSE))


def parse_retry_after(text: str | None, now: datetime) -> timedelta:
    """Return the pause of a `Retry-After`, in seconds or as a date. 0 if it is absent or wrong."""
    if text is None:
        return timedelta()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(moment - now, timedelta())
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return timedelta()


def after_postponing(now: datetime, fraction: float) -> datetime:
    """Return when to attempt what is postponed, because its endpoint failed a moment ago."""
    return now + WHILE_FAILING * (1 + JITTER * fraction)


def shows_trouble(status_code: int | None) -> bool:
    """Return whether a failure says something about the endpoint, and not about one event.

    A sender can write messages that a receiver refuses, and must not delay those of others.
    """
    return status_code is None or status_code not in range(400, 500) or status_code in TROUBLE


def has_failed_too_long(since: datetime | None, now: datetime) -> bool:
    """Return whether an endpoint without a success since then is to be disabled."""
    return since is not None and now - since >= DISABLED_AFTER
