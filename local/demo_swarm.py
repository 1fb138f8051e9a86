"""Play a swarm, and print what happens: `make demo SWARM=1`.

Nova gives Boots an order. Boots splits it into four parts for a pool of three workers, each a
process of its own. Each worker claims a part. Then one of them is killed. Nobody renews its lease,
so its part goes back to the pool, and another worker takes it over. Boots completes the order with
the four results.

This takes a little longer than a lease. The API allows no lease shorter than 60 seconds.
"""

from __future__ import annotations

import time

from local.demo_api import BOOTS, NOVA, Answer, Api, DemoError, RefusedError, expect
from local.demo_crew import Crew
from local.demo_swarm_news import news
from local.demo_swarm_stage import Stage
from local.demo_worker import COSTS_USD

NAMES = ("Ada", "Ben", "Cleo")
PRODUCTS = tuple(COSTS_USD)
LEASE_SECONDS = 60

START_SECONDS = 30.0
"""How long the workers may take to start, and then to claim a part each."""
REST_SECONDS = LEASE_SECONDS + 60.0
"""How long the workers may take to complete all parts, while one lease ends."""
QUIET_SECONDS = 15.0
"""After so long without news, the demo says what it waits for."""


def play(api: Api) -> None:
    """Play the swarm. Raises DemoError at the first thing that does not happen."""
    run(Stage(api, Crew(api.url), time.monotonic, time.sleep))


def run(stage: Stage) -> None:
    """Play the swarm. At its end, also after an error, no worker and no open order is left."""
    with stage.cleaned():
        workers_start(stage)
        nova_orders(stage)
        workers_are_online(stage)
        boots_splits(stage)
        lost = a_worker_dies(stage)
        parts_are_completed(stage, lost)
        is_taken_over(stage, lost)
        the_late_result_is_refused(stage, lost)
        boots_completes(stage)
        nova_reads(stage, lost)


def workers_start(stage: Stage) -> None:
    """Start three workers."""
    processes = [f"{name} is process {stage.hire(name)}" for name in NAMES]
    stage.tell(f"Three workers start. {', '.join(processes)}.")


def nova_orders(stage: Stage) -> None:
    """Create the order as Nova, and accept it as Boots."""
    order = {
        "to_agent_id": BOOTS,
        "title": "Cost estimates for four products",
        "description": "Estimate what each of these products costs: " + ", ".join(PRODUCTS),
    }
    stage.order = str(stage.call(NOVA, "POST", "work-order", order)["work_order_id"])
    path = f"work-order/{stage.order}/respond"
    expect(stage.call(BOOTS, "POST", path, {"action": "accept"}), "status", "accepted")
    stage.tell("Nova gives Boots an order, and Boots accepts it.")


def workers_are_online(stage: Stage) -> None:
    """Wait until each worker has sent a heartbeat."""

    def are_online() -> bool:
        found = [stage.call(NOVA, "GET", f"presence/{agent_id}") for agent_id in stage.names]
        return all(each["is_online"] for each in found)

    stage.wait_until(are_online, START_SECONDS, "the three workers should be online")
    stage.tell("The three workers are online. They look for work.")


def boots_splits(stage: Stage) -> None:
    """Create the four parts as Boots."""
    for product in PRODUCTS:
        part = {
            "parent_id": stage.order,
            "to_capability": stage.capability,
            "title": product,
            "description": f"Estimate what {product} cost.",
            "lease_seconds": LEASE_SECONDS,
        }
        expect(stage.call(BOOTS, "POST", "work-order", part), "status", "pending")
    listed = ", ".join(PRODUCTS)
    stage.tell(f"Boots offers four parts to the three workers: {listed}.")


def look(stage: Stage) -> bool:
    """Read the parts as Boots, and print the news. Return whether all are completed.

    The server reopens an order whose lease has ended when somebody reads it. It also looks for such
    orders each minute.

    Raises:
        DemoError: a part has ended in another way.
    """
    found = stage.call(BOOTS, "GET", f"work-order/{stage.order}/children")["work_orders"]
    for part in found:
        for line in news(stage.parts.get(part["work_order_id"]), part):
            stage.tell(line)
        stage.parts[part["work_order_id"]] = part
        if part["is_final"] and part["status"] != "completed":
            raise DemoError(f"{part['title']} should be completed, but is {part['status']}")
    return all(part["status"] == "completed" for part in found)


def a_worker_dies(stage: Stage) -> Answer:
    """Kill the worker that was the last to claim a part. Return this part."""

    def taken() -> list[Answer]:
        return [part for part in stage.parts.values() if part["status"] == "accepted"]

    def are_claimed() -> bool:
        look(stage)
        is_left = any(part["status"] == "pending" for part in stage.parts.values())
        has_each = {part["worker"]["id"] for part in taken()} == set(stage.names)
        # On a slow machine, two workers may get all parts.
        return has_each or (bool(taken()) and not is_left)

    stage.wait_until(are_claimed, START_SECONDS, "the workers should have claimed the parts")
    lost = max(taken(), key=lambda part: str(part["accepted_at"]))
    worker = lost["worker"]
    number = stage.workers.kill(worker["id"])
    stage.tell(f"Process {number} is killed, so {worker['name']} cannot complete {lost['title']}.")
    look(stage)
    now = stage.parts[lost["work_order_id"]]
    if now["status"] != "accepted":
        raise DemoError(f"{worker['name']} was killed too late: its part is {now['status']}")
    return lost


def parts_are_completed(stage: Stage, lost: Answer) -> None:
    """Wait until all parts are completed, and say what the demo waits for."""
    ends_at = stage.now() + LEASE_SECONDS

    def are_completed() -> bool:
        is_done = look(stage)
        if stage.now() - stage.told > QUIET_SECONDS and (left := ends_at - stage.now()) > 0:
            name = lost["worker"]["name"]
            stage.tell(f"The lease of {name} for {lost['title']} ends in about {left:.0f} s.")
        return is_done

    stage.wait_until(are_completed, REST_SECONDS, "the four parts should be completed")


def is_taken_over(stage: Stage, lost: Answer) -> None:
    """Check that the lost part lapsed once, and no other part did."""
    lost_id = lost["work_order_id"]
    for part_id, part in stage.parts.items():
        expect(part, "lapses", int(part_id == lost_id))
    history = stage.call(BOOTS, "GET", f"work-order/{lost_id}")["history"]
    names = {**stage.names, BOOTS: "Boots", "system": "the server"}
    steps = [f"{each['action']} ({names[each['actor']['id']]})" for each in history]
    before, after = lost["worker"]["name"], stage.parts[lost_id]["worker"]["name"]
    wanted = [
        "create (Boots)",
        f"claim ({before})",
        "reopen (the server)",
        f"claim ({after})",
        f"complete ({after})",
    ]
    expect({"history": steps}, "history", wanted)
    stage.tell(f"The history of {lost['title']}: {', '.join(steps)}.")


def the_late_result_is_refused(stage: Stage, lost: Answer) -> None:
    """Try to complete the lost part as the worker that was killed."""
    path, worker = f"work-order/{lost['work_order_id']}/complete", lost["worker"]
    try:
        stage.call(worker["id"], "POST", path, {"result_data": {"cost_usd": 0}})
    except RefusedError as error:
        if error.code == "excluded":
            told = f"A late result of {worker['name']} is refused"
            stage.tell(f"{told}: {error.status} {error.code}.")
            return
        raise
    raise DemoError(f"a late result of {worker['name']} should be refused")


def boots_completes(stage: Stage) -> None:
    """Complete the order as Boots, with the results of the parts."""
    results = [part["result_data"] for part in stage.parts.values()]
    body = {"result_data": results, "summary": "All four parts are completed."}
    answer = stage.call(BOOTS, "POST", f"work-order/{stage.order}/complete", body)
    expect(answer, "status", "completed")
    stage.tell("All parts are completed, so Boots completes the order of Nova.")


def nova_reads(stage: Stage, lost: Answer) -> None:
    """Read the completed order as Nova, and sum up."""
    answer = stage.call(NOVA, "GET", f"work-order/{stage.order}")
    expect(answer, "status", "completed")
    costs = {each["product"]: each["cost_usd"] for each in answer["result_data"]}
    expect({"results": costs}, "results", COSTS_USD)
    listed = ", ".join(f"{product} cost ${cost}" for product, cost in costs.items())
    stage.tell(f"Nova reads four results: {listed}.")
    after = stage.parts[lost["work_order_id"]]["worker"]["name"]
    print(
        f"\n{len(costs)} of {len(PRODUCTS)} parts are completed, each of them once. "
        f"{lost['worker']['name']} died, and {after} took over {lost['title']}."
    )
