"""Many at once, over HTTP, on an engine that is isolated: one winner, one effect, nothing lost."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.e2e.client import Agent, Stack, eventually
from tests.e2e.server import running_server
from tests.engine import second_engine
from tests.scale import IS_FULL, Figure

# Several orders, for the four processes of a function meet at some of them only.
ROUNDS, ANSWERS = 5 if IS_FULL else 2, 64
OFFERS, MAX_JOBS = 40, 5
KEYED_SENDS, KEYED_ORDERS, KEYED_ACCEPTS = 50, 20, 20
MESSAGES = 32
PARTS, FIT = 24, 3


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with second_engine() as engine, running_server("--engine", engine.url) as server:
        yield Stack(server.url, is_open_mode=True)


@pytest.fixture
def nova(stack: Stack) -> Agent:
    return stack.register("Nova")


@pytest.fixture
def boots(stack: Stack) -> Agent:
    return stack.register("Boots")


def at_once(calls: list[Callable[[], requests.Response]]) -> list[requests.Response]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


def statuses(answers: list[requests.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def answer_to(worker: Agent, order_id: str, action: str, **headers: str) -> requests.Response:
    path = f"/messaging/work-order/{order_id}/respond"
    return worker.send("POST", path, json={"action": action}, headers=headers)


def assert_one_effect(answers: list[requests.Response]) -> dict[str, Any]:
    """Everybody was answered the same, all but one a second time: the answer."""
    assert statuses(answers) == {200: len(answers)}
    replayed = Counter(answer.headers.get("Idempotency-Replayed") for answer in answers)
    assert replayed == {None: 1, "true": len(answers) - 1}
    (body,) = {answer.content for answer in answers}
    answer: dict[str, Any] = json.loads(body)
    return answer


def all_of(agent: Agent, number: int, **query: Any) -> list[dict[str, Any]]:
    """The messages of an inbox, once there are as many as that, and no more."""
    return eventually(lambda: len(found := agent.inbox(limit=100, **query)) == number and found)


def test_of_many_answers_to_one_order_one_wins(nova: Agent, boots: Agent, figure: Figure):
    actions = ["accept", "reject"] * (ANSWERS // 2)
    winners, accepted = [], 0
    # Or the first process answers them all while the others start.
    at_once([lambda: boots.send("GET", "/messaging/work-orders", params={"role": "worker"})] * 16)

    for _ in range(ROUNDS):
        order_id = nova.offer(boots)
        answers = at_once([lambda a=a, o=order_id: answer_to(boots, o, a) for a in actions])

        won = [answer.json()["status"] for answer in answers if answer.status_code == 200]
        refused = [a.json()["current_status"] for a in answers if a.status_code == 409]
        assert len(won) + len(refused) == ANSWERS
        assert {*won, *refused, nova.get(f"/messaging/work-order/{order_id}")["status"]} == {won[0]}
        winners.append(len(won))
        accepted += won[0] == "accepted"

    figure(f"winners of {ANSWERS} accepts and rejects", winners)
    assert winners == [1] * ROUNDS
    presence = nova.get(f"/messaging/presence/{boots.agent_id}")
    assert presence["current_active_jobs"] == accepted
    assert {notice["type"] for notice in all_of(nova, ROUNDS)} == {"notification"}


def test_a_worker_never_has_more_jobs_than_it_allows(nova: Agent, boots: Agent, figure: Figure):
    boots.put("/messaging/presence", max_concurrent_jobs=MAX_JOBS)
    orders = [nova.offer(boots) for _ in range(OFFERS)]

    answers = at_once([lambda o=order_id: answer_to(boots, o, "accept") for order_id in orders])

    presence = nova.get(f"/messaging/presence/{boots.agent_id}")
    active = presence["current_active_jobs"]
    figure(f"accepted of {OFFERS} at once, max {MAX_JOBS}", statuses(answers)[200])
    figure("active jobs", active)
    assert statuses(answers) == {200: MAX_JOBS, 409: OFFERS - MAX_JOBS}
    assert active == MAX_JOBS
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused == {"at_capacity"}
    states = Counter(nova.get(f"/messaging/work-order/{each}")["status"] for each in orders)
    assert states == {"accepted": MAX_JOBS, "pending": OFFERS - MAX_JOBS}


def test_many_sends_with_one_key_are_one_message(nova: Agent, boots: Agent, figure: Figure):
    body = {"to_agent_id": boots.agent_id, "body": "Once, whoever hears it first"}

    def send() -> requests.Response:
        headers = {"Idempotency-Key": "one send"}
        return nova.send("POST", "/messaging/send", json=body, headers=headers)

    answer = assert_one_effect(at_once([send] * KEYED_SENDS))

    messages = all_of(boots, 1)
    figure(f"messages of {KEYED_SENDS} sends with one key", len(messages))
    assert messages[0]["message_id"] == answer["message_id"]


def test_many_creations_with_one_key_are_one_order(nova: Agent, boots: Agent, figure: Figure):
    body = {"to_agent_id": boots.agent_id, "title": "A job", "description": "Do it once."}

    def create() -> requests.Response:
        headers = {"Idempotency-Key": "one order"}
        return nova.send("POST", "/messaging/work-order", json=body, headers=headers)

    answer = assert_one_effect(at_once([create] * KEYED_ORDERS))

    (message,) = all_of(boots, 1)
    orders = eventually(lambda: nova.orders("client"))
    figure(f"orders of {KEYED_ORDERS} creations with one key", len(orders))
    assert [order["work_order_id"] for order in orders] == [answer["work_order_id"]]
    assert message["work_order_id"] == answer["work_order_id"]


def test_many_accepts_with_one_key_are_one_accept(nova: Agent, boots: Agent, figure: Figure):
    order_id = nova.offer(boots)

    def accept() -> requests.Response:
        return answer_to(boots, order_id, "accept", **{"Idempotency-Key": "one accept"})

    answer = assert_one_effect(at_once([accept] * KEYED_ACCEPTS))

    presence = nova.get(f"/messaging/presence/{boots.agent_id}")
    figure(f"jobs of {KEYED_ACCEPTS} accepts with one key", presence["current_active_jobs"])
    assert answer["status"] == "accepted"
    assert presence["current_active_jobs"] == 1
    all_of(nova, 1, type="notification")


def test_every_acknowledged_message_is_in_the_inbox(nova: Agent, boots: Agent):
    def leave(number: int) -> requests.Response:
        body = {"to_agent_id": boots.agent_id, "body": f"Message {number}"}
        return nova.send("POST", "/messaging/send", json=body)

    answers = at_once([lambda n=number: leave(n) for number in range(MESSAGES)])

    assert statuses(answers) == {200: MESSAGES}
    bodies = {message["body"] for message in all_of(boots, MESSAGES)}
    assert bodies == {f"Message {number}" for number in range(MESSAGES)}


def test_the_children_of_an_order_never_take_more_than_its_budget(
    stack: Stack, nova: Agent, boots: Agent, figure: Figure
):
    third = stack.register("Third")
    root = nova.offer(boots, budget_usd=10)
    assert answer_to(boots, root, "accept").status_code == 200

    def split(number: int) -> requests.Response:
        part = {"title": f"Part {number}", "description": "d", "budget_usd": 3}
        body = {"to_agent_id": third.agent_id, "parent_id": root, **part}
        return boots.send("POST", "/messaging/work-order", json=body)

    answers = at_once([lambda n=number: split(n) for number in range(PARTS)])

    figure(f"children of {PARTS} at once, three fit", dict(statuses(answers)))
    refused = {answer.json()["code"] for answer in answers if answer.status_code != 200}
    children = boots.get(f"/messaging/work-order/{root}/children")["work_orders"]
    assert len(children) == statuses(answers)[200] == FIT
    assert refused <= {"budget_exceeded", "contention"}
    assert "budget_exceeded" in refused
    assert nova.send("POST", f"/messaging/work-order/{root}/cancel").status_code == 200
    ended = boots.get(f"/messaging/work-order/{root}/children")["work_orders"]
    assert {each["reason_code"] for each in ended} == {"parent_cancelled"}
