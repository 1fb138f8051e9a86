"""The most expensive requests about orders with questions, candidates, bids and children."""

from collections.abc import Callable, Mapping

from benchmarks.worst.stage import LINE, LONG, ORDERS, Call, Stage

ORDER = "/messaging/work-order/{work_order_id}"
BIDDERS = 50  # the most bids of an order
JOBS = 100  # the most active jobs of a worker
BIDS_BY = "2098-01-01T00:00:00Z"
BID = {"price_usd": 999.99, "note": LINE, "estimated_completion": "2098-06-01T00:00:00Z"}


def progress(stage: Stage) -> Call:
    """Accept the longest order. The request reports the longest partial result."""
    body = {"percent": 50, "note": LINE, "partial_result": {"x": "y" * 15 * 1024}}
    return stage.move(_accepted(stage), "progress", body, "boots", key="progress")


def ask(stage: Stage) -> Call:
    """Accept the longest order. The request asks the longest question."""
    return stage.move(_accepted(stage), "ask", {"question": LONG}, "boots", key="ask")


def answer(stage: Stage) -> Call:
    """Ask the longest question. The request answers it."""
    order = _accepted(stage)
    stage.move(order, "ask", {"question": LONG}, "boots")()
    return stage.move(order, "answer", {"answer": LONG}, "nova", key="answer")


def children(stage: Stage) -> Call:
    """Give an order as many of the longest children as a page shows. The request lists them."""
    order = _accepted(stage)
    for _ in range(ORDERS):
        stage.offer(agent="boots", to="nova", parent_id=order, budget_usd=1)
    path = f"/messaging/work-order/{order}/children"
    return lambda: stage.call("GET", path, query={"limit": "100"})


def claim(stage: Stage) -> Call:
    """Offer the longest order to candidates. The request takes it."""
    return stage.move(_offered(stage), "claim", {}, "boots", key="claim")


def bid(stage: Stage) -> Call:
    """Ask for bids on the longest order. The request is the longest bid."""
    return stage.move(_offered(stage, bids_by=BIDS_BY), "bid", BID, "boots", key="bid")


def withdraw_bid(stage: Stage) -> Call:
    """Make the longest bid. The request withdraws it."""
    order = _offered(stage, bids_by=BIDS_BY)
    stage.move(order, "bid", BID, "boots")()
    return lambda: stage.call("DELETE", f"/messaging/work-order/{order}/bid", agent="boots")


def bids(stage: Stage) -> Call:
    """Let an order have as many of the longest bids as it may. The request lists them."""
    path = f"/messaging/work-order/{_bid_on(stage)}/bids"
    return lambda: stage.call("GET", path)


def award(stage: Stage) -> Call:
    """Let an order have as many bids as it may. The request awards it to one of them."""
    order = _bid_on(stage)
    found = stage.call("GET", f"/messaging/work-order/{order}/bids").json["bids"]
    return stage.move(order, "award", {"bid_id": found[0]["bid_id"]}, "nova", key="award")


def _accepted(stage: Stage) -> str:
    """Accept the longest order, with room for those that stay accepted."""
    stage.call("PUT", "/messaging/presence", {"max_concurrent_jobs": JOBS}, "boots")
    return stage.accepted()


def _offered(stage: Stage, **order: object) -> str:
    capability = stage.capabilities[0]
    return stage.offer(to=None, to_capability=capability, priority=10, **order)


def _bid_on(stage: Stage) -> str:
    order = _offered(stage, bids_by=BIDS_BY)
    for number in range(BIDDERS):
        name = f"b-{number:02}"
        if name not in stage.agents:
            stage.agents[name] = stage.cloud.register(name, capabilities=stage.capabilities)
        stage.move(order, "bid", BID, name)()
    return order


WORK_ORDERS: Mapping[str, Callable[[Stage], Call]] = {
    f"POST {ORDER}/progress": progress,
    f"POST {ORDER}/ask": ask,
    f"POST {ORDER}/answer": answer,
    f"GET {ORDER}/children": children,
    f"POST {ORDER}/claim": claim,
    f"POST {ORDER}/bid": bid,
    f"DELETE {ORDER}/bid": withdraw_bid,
    f"GET {ORDER}/bids": bids,
    f"POST {ORDER}/award": award,
}
