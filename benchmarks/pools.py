"""The operations of orders for candidates: two of them, and a page of twenty orders."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.workload import Operation, Workload

CAPABILITY = "estimation"
CANDIDATES = ("ada", "ben")
ORDER = "/messaging/work-order"
BIDS_BY = "2035-01-01T00:00:00Z"
LISTED = 20


def operations(work: "Workload") -> Iterator["Operation"]:
    """Yield the operations of pools and of bids."""
    for agent_id in CANDIDATES:
        work.agents[agent_id] = work.cloud.register(agent_id, capabilities=[CAPABILITY])
    yield from _pool(work)
    yield from _bids(work)


def _offer(work: "Workload", key: str | None = None, **order: Any) -> str:
    return work.offer(key, to_agent_id=None, to_capability=CAPABILITY, **order)


def _pool(work: "Workload") -> Iterator["Operation"]:
    one, keyed, late = (_offer(work) for _ in range(3))
    yield "create pool order", lambda: _offer(work)
    yield "create pool order, with a key", lambda: _offer(work, "pool")
    yield "claim", lambda: work.call("POST", f"{ORDER}/{one}/claim", "ada", {})
    claim = f"{ORDER}/{keyed}/claim"
    yield "claim, with a key", lambda: work.call("POST", claim, "ben", {}, key="claim")
    yield (
        "claim, the client is a contact",
        lambda: work.call("POST", f"{ORDER}/{late}/claim", "ada", {}),
    )
    for _ in range(LISTED):
        _offer(work)
    page = {"role": "candidate", "limit": LISTED}
    yield (
        "candidate's page of 20",
        lambda: work.call("GET", "/messaging/work-orders", "ada", query=page),
    )
    candidate = f"{ORDER}/{_offer(work)}"
    yield "work-order, by a candidate", lambda: work.call("GET", candidate, "ada")


def _bids(work: "Workload") -> Iterator["Operation"]:
    one, other = (_offer(work, bids_by=BIDS_BY) for _ in range(2))
    path = f"{ORDER}/{one}"
    yield "create order for bids", lambda: _offer(work, bids_by=BIDS_BY)
    yield "bid", lambda: work.call("POST", f"{path}/bid", "ada", {"price_usd": 90})
    yield (
        "bid, with a key",
        lambda: work.call("POST", f"{path}/bid", "ada", {"price_usd": 80}, key="bid"),
    )
    for agent_id in CANDIDATES:
        work.call("POST", f"{ORDER}/{other}/bid", agent_id, {"price_usd": 70})
    yield "bid, withdraw", lambda: work.call("DELETE", f"{path}/bid", "ada")
    found: list[Any] = work.call("GET", f"{ORDER}/{other}/bids")["bids"]
    yield "bids", lambda: work.call("GET", f"{ORDER}/{other}/bids")
    award = {"bid_id": found[-1]["bid_id"]}
    yield "award", lambda: work.call("POST", f"{ORDER}/{other}/award", body=award)
