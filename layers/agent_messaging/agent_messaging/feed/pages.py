"""Cut a page of a feed from its items: what a client may read after a position. Pure.

Positions are checked against what is kept:

    the next event is kept             the page has it, and what follows without a gap
    it has expired                     PositionGoneError: the client has missed events
    the position is the newest         an empty page
    the position is later              BadPositionError
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from agent_messaging.errors import BadPositionError, PositionGoneError
from agent_messaging.feed import item as items
from agent_messaging.feed.model import Event
from agent_messaging.feed.position import START, Position

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item


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


def without_kept(agent_id: str, after: Position, newest: Position) -> FeedPage:
    """Return the empty page of a feed whose events after a position have all expired.

    Raises:
        PositionGoneError: `after` is a position, so its agent has missed these events.
    """
    if after != START:
        raise gone(agent_id, newest)
    return FeedPage([], newest, has_more=False)


def follows(event: Event, position: Position) -> bool:
    """Return whether no event lies between a position and an event after it."""
    return event.previous == position or event.position == position.following


def require_known(after: Position, newest: Position, fix: str | None = None) -> None:
    """Check a position after which no event was found, against that of the newest event.

    Raises:
        BadPositionError: the position is later than the newest event.
    """
    if after > newest:
        raise BadPositionError("This position lies after your newest event.", fix=fix)


def gone(agent_id: str, oldest: Position) -> PositionGoneError:
    """Return the error for a position whose next event has expired, and where to continue."""
    text = oldest.to_text(agent_id)
    return PositionGoneError(
        "Events after this position are no longer kept.",
        fix=f"Read your inbox and your work orders, then continue with `after={text}`.",
        members={"oldest_position": text},
    )
