"""What really happened to each message, and what its sender may and must see of it.

Written without the code under test: the rules stand here a second time, as a reader of the contract
would write them.
"""

from dataclasses import dataclass, field
from typing import Any

FIELDS = (
    "status",
    "queued_at",
    "delivered_at",
    "delivered_via",
    "read_at",
    "acted_at",
    "acted_by",
    "failed_at",
    "reason",
    "delivery_error",
)
ORDER = ("held", "queued", "delivered", "read", "acted")


@dataclass
class Told:
    """One message. Times are texts, as answers have them.

    `tried` names what the recipient has begun to do, and perhaps has done.
    """

    message_id: str
    thread_id: str | None
    sender_id: str
    created_at: str
    ends_at: str
    fails_at: str
    was_held: bool = False
    work_order_id: str | None = None
    released_at: str | None = None
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    read_at: str | None = None
    acted: list[tuple[str, str]] = field(default_factory=list)
    error: str | None = None
    tried: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)

    @property
    def is_in_inbox(self) -> bool:
        """Whether the recipient has it."""
        return not self.was_held or self.released_at is not None

    def did(self, *steps: str) -> bool:
        """Whether the recipient did one of these, or may have done it."""
        done = {
            "release": not self.was_held or self.released_at,
            "acknowledge": self.acknowledged,
            "read": self.read_at,
            "act": self.acted,
        }
        return any(done[step] or step in self.tried for step in steps)

    def truth(self, now: str) -> dict[str, Any]:
        """The receipt that tells all that happened until now."""
        acted_at, acted_by = min(self.acted, default=(None, None))
        shown = [*self.acknowledged]
        shown += [(each, "inbox") for each in (self.read_at, acted_at) if each]
        delivered_at, via = min(shown, default=(None, None))
        queued_at = self.released_at if self.was_held else self.created_at
        has_failed = now >= self.fails_at and not self.read_at and not acted_at
        reached = (True, queued_at, delivered_at, self.read_at, acted_at)
        status = [name for name, at in zip(ORDER, reached, strict=True) if at][-1]
        return {
            "status": "failed" if has_failed else status,
            "queued_at": queued_at,
            "delivered_at": delivered_at,
            "delivered_via": via,
            "read_at": self.read_at,
            "acted_at": acted_at,
            "acted_by": acted_by,
            "failed_at": self.ends_at if has_failed else None,
            "reason": "retention" if has_failed else None,
            "delivery_error": self.error,
        }

    def early(self, receipt: dict[str, Any], now: str) -> list[str]:
        """What a receipt tells that did not happen, or takes back, or tells too late."""
        wrong = []
        status = receipt["status"]
        needed = {
            "queued": ("release",),
            "delivered": ("acknowledge", "read", "act"),
            "read": ("read",),
            "acted": ("act",),
        }
        for name in ("queued", "delivered", "read", "acted"):
            is_told = status == name or receipt[f"{name}_at"] is not None
            if is_told and not self.did(*needed[name]):
                wrong.append(f"{name} too early")
        if status == "failed" and (now < self.fails_at or self.read_at or self.acted):
            wrong.append("failed too early")
        if self.read_at and receipt["read_at"] != self.read_at:
            wrong.append("does not tell that it was read")
        if status == "held" and self.is_in_inbox:
            wrong.append("held after its release")
        before = self.seen[-1] if self.seen else "held"
        if "failed" in (before, status):
            wrong += ["no longer failed"] if status != "failed" else []
        elif ORDER.index(status) < ORDER.index(before):
            wrong.append(f"{status} after {before}")
        self.seen.append(status)
        return [f"{self.message_id}: {each}" for each in wrong]

    def missing(self, receipt: dict[str, Any], now: str) -> list[str]:
        """What a receipt should tell once all is delivered."""
        truth = self.truth(now)
        return [
            f"{self.message_id}: {name} is {receipt[name]}, not {truth[name]}"
            for name in FIELDS
            if receipt[name] != truth[name]
        ]
