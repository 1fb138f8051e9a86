"""Say what happened to a part of the swarm between two looks at it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from local.demo_api import Answer


def news(before: Answer | None, part: Answer) -> Iterator[str]:
    """Yield a line for each change of a part. `before` is None at the first look."""
    title, seen = part["title"], before or {"status": "pending", "worker": None, "lapses": 0}
    if part["lapses"] > seen["lapses"]:
        yield f"The lease for {title} has ended. The part is offered to the other workers again."
        seen = {"status": "pending", "worker": None, "lapses": part["lapses"]}
    if part["worker"] is None:
        return
    name = part["worker"]["name"]
    if part["worker"] != seen["worker"]:
        yield f"{name} claims {title}. Its lease is {part['lease_seconds']} s."
    if _percent(part) != _percent(seen):
        yield f"{name} reports that {title} is {_percent(part)} % done. Its lease starts again."
    if part["status"] == "completed" != seen["status"]:
        yield f"{name} completes {title}."


def _percent(part: Answer) -> int | None:
    progress = part.get("progress")
    return None if progress is None else progress["percent"]
