"""Scenarios about work orders: one winner, no job too many, no move of what has expired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.races.scheduler.scenario import register, scenario
from tests.races.scheduler.turns import START
from tests.races.scheduler.world import BEFORE, World

BOUNDARY = START + timedelta(seconds=1)


def offered(cloud: Cloud, number: int = 1, **fields: Any) -> dict[str, Any]:
    """So many orders of Nova's that wait for Boots."""
    register(cloud, "nova", "boots")
    return {"orders": [cloud.offer("nova", "boots", **fields) for _ in range(number)]}


def accepted(cloud: Cloud) -> dict[str, Any]:
    """One that Boots has accepted."""
    names = offered(cloud)
    assert cloud.move("boots", names["orders"][0], "accept").status == 200
    return names


@scenario("of all that answer an order one wins", offered)
def answers(world: World) -> None:
    (order,) = world.names["orders"]
    for number, action in enumerate(("accept", "accept", "reject")):
        world.act(world.move(action, "boots", order, key=f"{number}"))
    world.act(world.move("accept", "boots", order))
    world.act(world.move("cancel", "nova", order, key="c"))
    world.stage.play()
    # A client that accepted may cancel afterwards, so of the worker's answers one counts.
    won = world.told("accept", "reject", status=200)
    assert len(won) <= 1, "two winners"


@scenario(
    "an order at its deadline, and clocks that differ",
    lambda cloud: offered(cloud, deadline_at=clock.to_text(BOUNDARY)),
)
def boundary(world: World) -> None:
    (order,) = world.names["orders"]
    path = f"/messaging/work-order/{order}"
    look = world.ask("look", "GET", path, "nova")
    listed = world.ask("list", "GET", "/messaging/work-orders", "boots", query={"role": "worker"})
    world.act(look, look, look)
    world.act(listed, listed)
    world.act(world.move("accept", "boots", order, key="a"), look)
    world.act(world.move("reject", "boots", order), look)
    world.act(world.move("cancel", "nova", order, key="c"), look)
    world.act(world.serve("work_orders_sweep", {}))
    world.stage.play()
    assert len(world.told("accept", "reject", "cancel", status=200)) <= 2


def capacity_of_two(cloud: Cloud) -> dict[str, Any]:
    names = offered(cloud, 5)
    body = {"max_concurrent_jobs": 2}
    assert cloud.call("PUT", "/messaging/presence", {"agent_id": "boots"}, body).status == 200
    return names


@scenario("five accepts where two jobs are allowed", capacity_of_two)
def capacity(world: World) -> None:
    for number, order in enumerate(world.names["orders"]):
        world.act(world.move("accept", "boots", order, key=str(number) if number % 2 else None))
    world.stage.play()
    stored = [order["status"] for order in world.items("WorkOrdersTable")]
    assert stored.count("accepted") <= 2, "more jobs than are allowed"


@scenario("jobs that end while others are accepted", capacity_of_two)
def turnover(world: World) -> None:
    first, second, third, fourth, _ = world.names["orders"]
    world.act(
        world.move("accept", "boots", first, key="a1"),
        world.move("complete", "boots", first, key="c1"),
    )
    world.act(world.move("accept", "boots", second), world.move("fail", "boots", second))
    world.act(world.move("accept", "boots", third, key="a3"), world.move("cancel", "nova", third))
    world.act(world.move("accept", "boots", fourth, key="a4"))
    world.stage.play()


@scenario("three that end one order", accepted)
def endings(world: World) -> None:
    (order,) = world.names["orders"]
    world.act(world.move("complete", "boots", order, key="c"))
    world.act(world.move("fail", "boots", order))
    world.act(world.move("cancel", "nova", order, key="x"))
    world.act(world.move("complete", "boots", order, key="d"))
    world.stage.play()
    assert len(world.told("complete", "fail", "cancel", status=200)) <= 1, "two winners"


@scenario("two bulk rejects of what others move", lambda cloud: offered(cloud, 3))
def bulk(world: World) -> None:
    one, two, three = world.names["orders"]
    path = "/messaging/work-orders/reject"
    for body in ({"client_id": "nova"}, {"work_order_ids": [one, two, three]}):
        world.act(world.ask("bulk", "POST", path, "boots", body))
    world.act(world.move("accept", "boots", one))
    world.act(world.move("cancel", "nova", two, key="x"))
    world.stage.play()
    done = [
        each["work_order_id"]
        for seen in world.told("bulk", status=200)
        for each in seen.json["rejected"]
    ]
    assert len(done) == len(set(done)), "one order, rejected twice"
    statuses = {o["work_order_id"]: o["status"] for o in world.items("WorkOrdersTable")}
    assert all(statuses[each] == "rejected" for each in done)


@scenario("a worker that retries with its keys, and nobody against it", offered)
def alone(world: World) -> None:
    """What a lost answer or a crash leaves behind is never a conflict for who asks again."""
    (order,) = world.names["orders"]
    world.act(
        world.move("accept", "boots", order, key="a"),
        world.move("complete", "boots", order, key="c"),
        world.move("complete", "boots", order, key="c"),
    )
    world.act(world.ask("look", "GET", f"/messaging/work-order/{order}", "nova"))
    world.act(world.serve("work_orders_sweep", {}))
    world.stage.play()
    answered = [seen for seen in world.told("accept", "complete") if seen.answer]
    assert all(seen.status in (200, 503) for seen in answered), "a conflict with itself"
    done = [seen.answer.text for seen in world.told("complete", status=200)]
    assert len(set(done)) <= 1, "one key, two answers"


def on_both_sides(cloud: Cloud) -> dict[str, Any]:
    """Boots has orders of Nova's and gives some to a third, one of them accepted."""
    names = offered(cloud, 2)
    register(cloud, "third")
    given = [cloud.offer("boots", "third") for _ in range(3)]
    assert cloud.move("third", given[0], "accept").status == 200
    return {**names, "given": given}


@scenario("an agent that leaves its orders on both sides", on_both_sides)
def departures(world: World) -> None:
    """Whoever acts meanwhile, and whoever dies: in the end no order of it is open."""
    one, two = world.names["orders"]
    first, second, third = world.names["given"]
    leave = world.ask("leave", "DELETE", "/agents/me", "boots")
    world.act(leave, leave)
    world.act(leave)
    world.act(world.move("accept", "boots", one, key="a"), world.move("fail", "boots", one))
    world.act(world.move("cancel", "nova", two, key="x"))
    body = {"to_agent_id": "boots", "title": "t", "description": "d"}
    world.act(world.ask("create", "POST", "/messaging/work-order", "nova", body, key="c"))
    world.act(world.move("complete", "third", first, key="d"))
    world.act(world.move("accept", "third", second, key="b"))
    world.act(world.move("reject", "third", third))
    world.act(world.serve("work_orders_sweep", {}))
    world.stage.play()
    world.serve("work_orders_sweep", {})()
    agents = {each["agent_id"]: each for each in world.items("AgentsTable")}
    heads = [each for each in world.items("WorkOrdersTable") if each["part"] == "head"]
    left_open = [each for each in heads if each["status"] in ("pending", "accepted")]
    assert len(world.told("leave", status=200)) <= 1, "an agent left twice"
    if "deleted_at" in agents["boots"]:
        of_boots = [o for o in left_open if "boots" in (o["worker_id"], o["client_id"])]
        assert not of_boots, "an order of an agent that is gone is open"


def leased(cloud: Cloud) -> dict[str, Any]:
    """One that Boots has accepted, whose lease ends a second after the start."""
    names = offered(cloud, lease_seconds=int((BOUNDARY - BEFORE).total_seconds()))
    assert cloud.move("boots", names["orders"][0], "accept").status == 200
    return names


@scenario("a lease at its end, and clocks that differ", leased)
def lapses(world: World) -> None:
    """Whoever is first, it ends once, and nobody who comes later changes it."""
    (order,) = world.names["orders"]
    look = world.ask("look", "GET", f"/messaging/work-order/{order}", "nova")
    world.act(look, look, look)
    world.act(world.move("progress", "boots", order, key="p"), look)
    world.act(world.move("complete", "boots", order, key="c"), look)
    world.act(world.move("complete", "boots", order))
    world.act(world.move("cancel", "nova", order, key="x"), look)
    world.act(world.serve("work_orders_sweep", {}), world.serve("work_orders_sweep", {}))
    world.stage.play()
    assert len({s.answer.text for s in world.told("complete", status=200)}) <= 1, "two completions"
    (stored,) = world.items("WorkOrdersTable")
    if stored.get("reason_code") == "lapsed":
        assert not world.told("complete", "cancel", status=200), "it ended, and then again"
        for seen in world.told("progress", status=200):
            assert seen.json["lease_expires_at"] <= stored["failed_at"], "its lease was renewed"


@scenario("questions and answers, all at once", accepted)
def questions(world: World) -> None:
    (order,) = world.names["orders"]
    path = f"/messaging/work-order/{order}"
    for number in range(2):
        ask = {"question": f"What? {number}"}
        world.act(world.ask("ask", "POST", f"{path}/ask", "boots", ask, key=f"q{number}"))
    for number in range(3):
        answer = world.ask("answer", "POST", f"{path}/answer", "nova", {"answer": f"{number}"})
        world.act(answer, answer)
    world.act(world.move("progress", "boots", order, key="p"))
    world.act(world.move("complete", "boots", order, key="c"))
    world.stage.play()
    parts = [each["part"] for each in world.items("WorkOrdersTable") if each["part"] != "head"]
    (head,) = (each for each in world.items("WorkOrdersTable") if each["part"] == "head")
    kinds = [part.partition("#")[0] for part in parts]
    assert kinds.count("question") == int(head.get("asked", 0)), "a question that nobody asked"
    assert kinds.count("answer") == int(head.get("answered", 0)), "an answer to nothing"
    assert len(world.told("answer", status=200)) <= len(world.told("ask")), "two answers to one"


@scenario("orders that are created with keys", lambda cloud: register(cloud, "nova", "boots"))
def creations(world: World) -> None:
    body = {"to_agent_id": "boots", "title": "t", "description": "d"}
    for key in ("one", "one", "two", "three"):
        create = world.ask(
            "create", "POST", "/messaging/work-order", "nova", {**body, "title": key}, key=key
        )
        world.act(create)
    world.stage.play()
    for key in ("one", "two", "three"):
        made = [o for o in world.items("WorkOrdersTable") if o["display"]["title"] == key]
        assert len(made) <= 1, "one key, two orders"
    texts = {s.answer.text for s in world.told("create", status=200) if s.json}
    assert len(texts) == len(world.items("WorkOrdersTable")) or any(
        seen.status != 200 for seen in world.told("create")
    )
