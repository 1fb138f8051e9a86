"""Scenarios about orders for candidates: one winner, no job too many, no bid awarded twice."""

from __future__ import annotations

from typing import Any

from tests.integration.cloud import Cloud
from tests.races.scheduler.scenario import register, scenario
from tests.races.scheduler.world import World

CANDIDATES = ("ada", "ben", "eve")
CAPABILITY = "estimation"


def pooled(cloud: Cloud, number: int = 1, **fields: Any) -> dict[str, Any]:
    """So many orders of Nova's for three candidates, each with room for one job."""
    names = register(cloud, "nova")
    for agent_id in CANDIDATES:
        cloud.register(agent_id, capabilities=[CAPABILITY])
        body = {"max_concurrent_jobs": 1}
        answer = cloud.call("PUT", "/messaging/presence", {"agent_id": agent_id}, body)
        assert answer.status == 200, answer.text
    offer = {"to_agent_id": None, "to_capability": CAPABILITY, **fields}
    return {**names, "orders": [cloud.offer("nova", "", **offer) for _ in range(number)]}


@scenario("of all that claim an order one wins", pooled)
def claims(world: World) -> None:
    (order,) = world.names["orders"]
    for number, agent_id in enumerate(CANDIDATES):
        world.act(
            world.move("claim", agent_id, order, key=f"{number}" if number else None),
            world.move("complete", agent_id, order),
        )
    world.act(world.move("cancel", "nova", order, key="c"))
    world.stage.play()
    assert len(world.told("claim", status=200)) <= 1, "two winners"


@scenario("three candidates with room for one job each claim four orders", lambda c: pooled(c, 4))
def full_candidates(world: World) -> None:
    for agent_id in CANDIDATES:
        for order in world.names["orders"][:3]:
            world.act(world.move("claim", agent_id, order, key=f"{agent_id}{order}"))
    world.stage.play()
    stored = [order.get("worker_id") for order in world.items("WorkOrdersTable")]
    taken = [each for each in stored if each]
    assert len(taken) == len(set(taken)), "more jobs than are allowed"


def auctioned(cloud: Cloud) -> dict[str, Any]:
    """One order for bids, with a bid of each of two candidates."""
    names = pooled(cloud, bids_by="2099-01-01T00:00:00Z")
    (order,) = names["orders"]
    bids = {agent_id: _bid(cloud, agent_id, order) for agent_id in CANDIDATES[:2]}
    return {**names, "bids": bids}


def _bid(cloud: Cloud, agent_id: str, order: str) -> str:
    answer = cloud.post(f"/messaging/work-order/{order}/bid", {"agent_id": agent_id}, {})
    assert answer.status == 200, answer.text
    return str(answer.json["bid_id"])


@scenario("two awards, and bids that are replaced and withdrawn meanwhile", auctioned)
def awards(world: World) -> None:
    (order,) = world.names["orders"]
    path = f"/messaging/work-order/{order}"
    bids = world.names["bids"]
    for number, bid_id in enumerate(bids.values()):
        body = {"bid_id": bid_id}
        world.act(world.ask("award", "POST", f"{path}/award", "nova", body, key=f"{number}"))
    again = world.ask("bid", "POST", f"{path}/bid", "ada", {})
    for _ in range(3):
        world.act(again)
    world.act(world.ask("bid", "POST", f"{path}/bid", "eve", {}, key="b"))
    world.act(world.ask("withdraw", "DELETE", f"{path}/bid", "ben"))
    world.act(world.move("cancel", "nova", order, key="c"))
    world.stage.play()
    won = world.told("award", status=200)
    assert len(won) <= 1, "two winners"
    assert_award(world, won)


def assert_award(world: World, won: list[Any]) -> None:
    """The winner's bid was the one that the client chose, and whoever lost was told."""
    if not won:
        return
    winner = won[0].json["worker"]["id"]
    stored = {
        item["part"].removeprefix("bid#"): item["bid_id"]
        for item in world.items("WorkOrdersTable")
        if item["part"].startswith("bid#")
    }
    if winner in stored:
        assert stored[winner] == world.names["bids"][winner], "another bid was awarded"
    told = {item["agent_id"] for item in world.items("AgentOutboxTable") if _is_loss(item)}
    acknowledged = {seen.who for seen in world.told("bid", status=200)} & stored.keys()
    assert acknowledged - {winner} <= told, "a bidder was not told that it lost"


def _is_loss(item: dict[str, Any]) -> bool:
    return bool(item.get("type") == "work_order.not_awarded")
