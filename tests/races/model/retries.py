"""What an `Idempotency-Key` promises, in the plain model.

For 24 hours the same request under the same key is answered with the same bytes and does nothing;
another request under it is refused. Only what succeeded is remembered. A key belongs to a caller
and a route.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.races.model.world import Document, RefusedError, Request, World

REMEMBERED_FOR = timedelta(hours=24, minutes=1)


@dataclass(frozen=True)
class Replayed:
    """An answer that was given before."""

    answer: str


def once(
    world: World,
    request: Request,
    now: datetime,
    answered: str,
    act: Callable[[], Document],
) -> Document | Replayed:
    """What to answer: that of an earlier time, or what `act` does now.

    `answered` is the text of the API's own answer, to be given again.
    """
    if not request.key:
        return act()
    sent = (request.what, request.to, request.body)
    if (known := world.recorded.get(request.slot)) and now < known[2]:
        if known[0] != sent:
            raise RefusedError(422, "idempotency_key_reused")
        return Replayed(known[1])
    document = act()
    # It is stored with the second it ends in, and kept until that is over.
    until = now + REMEMBERED_FOR
    until += timedelta(microseconds=-until.microsecond % 1_000_000)
    world.recorded[request.slot] = (sent, answered, until)
    return document
