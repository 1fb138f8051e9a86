"""Work orders that the release does not know: with questions, for candidates, and with bids."""

from __future__ import annotations

from typing import Any

from tests.releases.histories.agents import ok, register
from tests.releases.versions import Versions

ORDERS = "/messaging/work-order"
OFFER = {"title": "Estimate it", "description": "One sheet."}
CAPABILITY = "estimates"
BIDS_BY = "2098-01-01T00:00:00Z"


def later_orders(versions: Versions) -> None:
    """Only this code makes them. So nothing of them is compared."""
    boots = {"capabilities": [CAPABILITY]}
    callers = {
        "nova": versions.keyed(register(versions, "nova")),
        "boots": versions.keyed(register(versions, "boots", **boots)),
    }
    with versions.alone():
        _questions(versions, callers)
        _candidates(versions, callers)
        _bids(versions, callers)


def _create(versions: Versions, caller: Any, **fields: Any) -> str:
    created = ok(versions.post(ORDERS, body={**OFFER, **fields}, caller=caller))
    return f"{ORDERS}/{created['work_order_id']}"


def _questions(versions: Versions, callers: dict[str, Any]) -> None:
    nova, boots = callers["nova"], callers["boots"]
    path = _create(versions, nova, to_agent_id="boots", lease_seconds=3600)
    ok(versions.post(f"{path}/respond", body={"action": "accept"}, caller=boots))
    ok(versions.post(f"{path}/progress", body={"percent": 10}, caller=boots))
    ok(versions.post(f"{path}/ask", body={"question": "In which currency?"}, caller=boots))
    ok(versions.post(f"{path}/answer", body={"answer": "In dollars."}, caller=nova))
    ok(versions.get(f"{path}/children", caller=nova))
    ok(versions.get(f"{path}/transcript", caller=nova))
    ok(versions.post(f"{path}/complete", body={}, caller=boots))


def _candidates(versions: Versions, callers: dict[str, Any]) -> None:
    path = _create(versions, callers["nova"], to_capability=CAPABILITY)
    ok(versions.post(f"{path}/claim", body={}, caller=callers["boots"]))
    ok(versions.post(f"{path}/complete", body={}, caller=callers["boots"]))


def _bids(versions: Versions, callers: dict[str, Any]) -> None:
    nova, boots = callers["nova"], callers["boots"]
    path = _create(versions, nova, to_capability=CAPABILITY, bids_by=BIDS_BY)
    ok(versions.post(f"{path}/bid", body={"price_usd": 7}, caller=boots))
    versions.call("DELETE", f"{path}/bid", caller=boots)
    ok(versions.post(f"{path}/bid", body={"price_usd": 6}, caller=boots))
    (bid,) = ok(versions.get(f"{path}/bids", caller=nova))["bids"]
    ok(versions.post(f"{path}/award", body={"bid_id": bid["bid_id"]}, caller=nova))
    ok(versions.post(f"{path}/complete", body={}, caller=boots))
