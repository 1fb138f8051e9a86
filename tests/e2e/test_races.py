"""Many at once, over HTTP: one winner, no capacity exceeded, nothing acknowledged lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.e2e.client import Agent, eventually


def at_once(calls: list[Callable[[], requests.Response]]) -> list[int]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [answer.status_code for answer in pool.map(lambda call: call(), calls)]


def test_of_many_answers_to_one_order_one_wins(nova: Agent, boots: Agent) -> None:
    order_id = nova.offer(boots)

    def answer(action: str) -> requests.Response:
        path = f"/messaging/work-order/{order_id}/respond"
        return boots.send("POST", path, json={"action": action})

    calls = [lambda a=action: answer(a) for action in ["accept", "reject"] * 8]
    statuses = at_once(calls)

    assert sorted(statuses) == [200, *[409] * 15]
    order = nova.get(f"/messaging/work-order/{order_id}")
    presence = nova.get(f"/messaging/presence/{boots.agent_id}")
    assert presence["current_active_jobs"] == int(order["status"] == "accepted")


def test_a_worker_never_has_more_jobs_than_it_allows(nova: Agent, boots: Agent) -> None:
    boots.put("/messaging/presence", max_concurrent_jobs=3)
    orders = [nova.offer(boots) for _ in range(12)]

    def accept(order_id: str) -> requests.Response:
        path = f"/messaging/work-order/{order_id}/respond"
        return boots.send("POST", path, json={"action": "accept"})

    statuses = at_once([lambda o=order_id: accept(o) for order_id in orders])

    assert sorted(statuses) == [*[200] * 3, *[409] * 9]
    presence = nova.get(f"/messaging/presence/{boots.agent_id}")
    assert presence["current_active_jobs"] == 3


def test_every_acknowledged_message_is_in_the_inbox(nova: Agent, boots: Agent) -> None:
    def leave(number: int) -> requests.Response:
        body = {"to_agent_id": boots.agent_id, "body": f"Message {number}"}
        return nova.send("POST", "/messaging/send", json=body)

    statuses = at_once([lambda n=number: leave(n) for number in range(32)])

    assert statuses == [200] * 32
    bodies = eventually(
        lambda: len(found := {m["body"] for m in boots.inbox(limit=100)}) == 32 and found
    )
    assert bodies == {f"Message {number}" for number in range(32)}
