"""Cut a page of a feed from its items: what a client may read after a position. Pure.

Events expire in no order, and positions are checked against what is kept:

    the next event is kept             the page has it, and what follows without a gap
    it has expired, a later one not    PositionGoneError: the client has missed events
    the position is the newest         an empty page
    the position is later              BadPositionError
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from agent_messaging.errors import BadPositionError, PositionGoneError
from agent_messaging.feed import item as items
from agent_messaging.feed import position as positions
from agent_messaging.feed.model import Event
from agent_messaging.feed.position import START, Position

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

SKIPPED = 100  # expired events that one query passes


class FeedPage(NamedTuple):
    """The events after a position, oldest first. `next_after` is the position to continue from."""

    events: list[Event]
    next_after: Position
    has_more: bool


def cut(
    agent_id: str, found: Sequence["Item"], after: Position, limit: int, now: datetime
) -> FeedPage:
    """Return the page of at most `limit` events from the items after a position.

    `found` has at least one kept item more than `limit`, if there are so many.

    Raises:
        PositionGoneError: events after the position have expired.
    """
    kept = [items.parse(item) for item in found if items.is_kept(item, now)]
    if kept and after != START and not follows(kept[0], after):
        raise gone(agent_id, kept[0].position.previous)
    whole = kept[:1]
    for event in kept[1:]:
        if not follows(event, whole[-1].position):
            break
        whole.append(event)
    page = whole[:limit]
    return FeedPage(page, page[-1].position if page else after, len(kept) > len(page))


def beyond_expired(found: Sequence["Item"], limit: int, now: datetime) -> tuple[Position, int]:
    """Return after which position to read next, and how much, if a page begins with expired items.

    DynamoDB deletes expired items up to days late, so there may be many.
    """
    kept = next((items.parse(item) for item in found if items.is_kept(item, now)), None)
    if kept is not None:
        return kept.position.previous, limit + 1
    return items.parse(found[-1]).position, SKIPPED


def skipped(agent_id: str, after: Position, last: Position) -> FeedPage:
    """Return an empty page that passes the expired events up to a position.

    Raises:
        PositionGoneError: `after` is a position, so its agent has missed these events.
    """
    if after != START:
        raise gone(agent_id, last)
    return FeedPage([], last, has_more=True)


def follows(event: Event, position: Position) -> bool:
    """Return whether no event lies between a position and an event after it."""
    return event.previous == position or event.position == position.following


def require_known(after: Position, newest: "Item | None", fix: str | None = None) -> None:
    """Check a position after which no event was found, against the agent's newest event.

    Raises:
        BadPositionError: the position is later than the newest event.
    """
    if newest is not None and after > positions.of_key(newest["entry"]):
        raise BadPositionError("This position lies after your newest event.", fix=fix)


def gone(agent_id: str, oldest: Position) -> PositionGoneError:
    """Return the error for a position whose next event has expired, and where to continue."""
    text = oldest.to_text(agent_id)
    return PositionGoneError(
        "Events after this position are no longer kept.",
        fix=f"Read your inbox and your work orders, then continue with `after={text}`.",
        members={"oldest_position": text},
    )
