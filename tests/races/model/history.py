"""The history of an order in the plain model, computed as the documents tell anybody to."""

from __future__ import annotations

import hashlib
import json

from tests.races.model.world import Document, World

# Which members each action writes.
WRITES: dict[str, tuple[str, ...]] = {
    "create": (
        "title",
        "description",
        "requirements",
        "deliverables",
        "budget_usd",
        "deadline_at",
    ),
    "accept": ("estimated_completion",),
    "reject": ("reason",),
    "cancel": ("reason",),
    "fail": ("reason",),
    "complete": ("result_data", "result_url", "summary"),
    "expire": (),
    "lapse": (),
    "ask": ("question",),
    "answer": ("answer",),
}


def note(
    world: World,
    order: Document,
    role: str,
    action: str,
    at: str,
    *,
    body: Document | None = None,
) -> None:
    """One more entry, once the order is as the action left it. `body` is what was sent."""
    names = WRITES[action]
    if action == "create" and order["lease_seconds"]:
        names = (*names, "lease_seconds")
    words = {name: (body or {})[name] for name in names if name not in order}
    entries = world.histories.setdefault(order["work_order_id"], [])
    last = entries[-1] if entries else None
    actor = "system" if role == "system" else order[role]["id"]
    entry = {
        "n": len(entries) + 1,
        "at": at,
        "actor": {"role": role, "id": actor},
        "action": action,
        "from": last and last["to"],
        "to": order["status"],
        "content_sha256": sha256({name: order[name] for name in names if name in order} | words),
        "previous_sha256": last and sha256(last),
    }
    entries.append(entry)
    order |= {"generation": len(entries), "updated_at": at}


def sha256(value: Document) -> str:
    """Of its canonical JSON."""
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
